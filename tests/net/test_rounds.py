#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Rounds of placing by load: skewed loads become even, in order and without loss."""
import os
import platform
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, Noise, Skipped, check, wait_for

FIRST, RATE, WORK_NS = 0x1000, 12000, 20000
RELEASE = tuple(int(n) for n in platform.release().split("-")[0].split(".")[:2])
PROMISE = 71 if RELEASE >= (6, 15) else 7  # docs/moves.md
ALL = ",".join(map(str, CPUS[:2]))
NEAR = 0.1  # of the fair share: hysteresis, and what a second of random arrivals differs by


def needs_two():
    if len(CPUS) < 2:
        raise Skipped("one CPU: nowhere to move to")


def by_cpu(host):
    """The SPIs on each CPU, as first placed."""
    placed = {}
    for spi, sa in sorted(host.shown().items()):
        placed.setdefault(sa["cpu"], []).append(spi)
    return placed


def hold(host, placed):
    """Keeps SAs on their CPUs whatever the load, as after a move by hand."""
    for cpu, spis in placed.items():
        for spi in spis:
            host.espalier("move", hex(spi), str(cpu))


def spi_list(spis):
    file = tempfile.NamedTemporaryFile("w", prefix="spis-", delete=False)
    file.write("\n".join(hex(spi) for spi in spis) + "\n")
    file.close()
    return file.name


def traffic(host, spis, *arguments, rate=RATE):
    """Starts the generator over these SAs, the heaviest first if by Zipf."""
    return host.start("a", [f"{BUILD}/lab/espgen", "--dev", "ea", "--sas", str(len(spis)),
                            "--spi-list", spi_list(spis), "--pps", str(rate), "--seconds", "300",
                            "--cpus", ALL, "--mode", "packet", "--json", *arguments],
                      stdout=subprocess.PIPE)


def end(sender):
    sender.terminate()
    sender.wait()


def loads(host, seconds=3):
    """What each SA costs, a share of a CPU: from counters, and the work that we asked for."""
    def packets():
        return {spi: sa["packets"] for spi, sa in host.shown().items()}, time.monotonic()
    (then, t), _, (now, u) = packets(), time.sleep(seconds), packets()
    return {spi: (now[spi] - then[spi]) / (u - t) * WORK_NS / 1e9 for spi in now}


def evenness(host, seconds=3):
    """max/mean of the CPUs by true loads, other work included; what no placement can beat."""
    each, shown = loads(host, seconds), host.show()
    cpus = {c["cpu"]: c["other"] for c in shown["cpus"]}
    ours = dict.fromkeys(cpus, 0)
    for sa in shown["sas"]:
        ours[sa["cpu"]] += each[int(sa["spi"], 16)]
    total = [cpus[cpu] + ours[cpu] for cpu in cpus]
    fair = sum(total) / len(total)
    return max(total) / fair, max(1, max(each.values()) / fair)


def kept_order(host, result):
    check(result["packets"] > 5000, "too little traffic to tell", result["packets"])
    check(result["worst"] <= PROMISE, "later than promised:", result["worst"])
    host.none_lost(result)
    return f"{result['late']} of {result['packets']} late"


def test_skew_becomes_even(host):
    """The heavy half of Zipf's law on one CPU, the light half on the other: moved until even."""
    needs_two()
    host.add_sas(range(FIRST, FIRST + 64), wait=False)
    host.daemon("--cpus", ALL, "--ring", "4096", interval=500)
    host.await_sas(range(FIRST, FIRST + 64))
    placed = by_cpu(host)
    with host.receiver("--work", WORK_NS, "--spi", FIRST, "--sas", 64) as receiver:
        hold(host, placed)
        sender = traffic(host, sum(placed.values(), []), "--rates", "zipf:1", rate=20000)
        time.sleep(1)
        before, floor = evenness(host)
        check(by_cpu(host) == placed, "moved although held by hand")
        if before < floor + 2 * NEAR:
            raise Noise("other work on this machine hides the skew")
        for spi in sum(placed.values(), []):
            host.espalier("move", hex(spi), "auto")

        def even():
            is_now, floor = evenness(host)
            return is_now <= floor + NEAR and (is_now, floor)
        is_now, floor = wait_for(even, "an even load", 60, 0.1)
        shown = host.show()
        end(sender)
        receiver.finish(settle=1.0)
    done = shown["moves"]["done"]
    check(done > 0, "nothing was moved")
    check(sum(sa["moves"] for sa in shown["sas"]) == done, "moves were miscounted")
    check(shown["drops"]["rings"] == 0, "full rings lost packets", shown["drops"])
    check(WORK_NS / 2 < shown["costs"]["packet_ns"] < 2 * WORK_NS, "the cost of a packet is not",
          WORK_NS, shown["costs"])
    return (f"imbalance {before:.2f} to {is_now:.2f} (floor {floor:.2f}) by {done} moves; "
            + kept_order(host, receiver.result))


def moves_made(host, seconds=6):
    """Moves under a load that we keep steady; None if other work did not keep still."""
    first, others = host.show(), []
    for _ in range(2 * seconds):
        time.sleep(0.5)
        then = host.show()
        others.append([c["other"] for c in then["cpus"]])
    check(then["rounds"]["made"] >= first["rounds"]["made"] + 2.5 * seconds, "rounds were not made")
    still = all(max(cpu) - min(cpu) <= 0.06 for cpu in zip(*others))
    return then["moves"]["done"] - first["moves"]["done"] if still else None


def test_steady_load_no_moves(host):
    """Loads that do not change come to rest: what other work below our notice stirs up once, it does not thrice."""
    needs_two()
    host.add_sas(range(FIRST, FIRST + 16), wait=False)
    host.daemon("--cpus", ALL, "--ring", "4096", interval=200)
    host.await_sas(range(FIRST, FIRST + 16))
    with host.receiver("--work", WORK_NS, "--spi", FIRST, "--sas", 16) as receiver:
        sender, moved = traffic(host, range(FIRST, FIRST + 16)), []
        time.sleep(4)
        while len(moved) < 3 and (not moved or moved[-1] is None or moved[-1] > 4):
            moved.append(moves_made(host))
        end(sender)
        receiver.finish(settle=1.0)
    known = [n for n in moved if n is not None]
    if not known:
        raise Noise("other work on this machine comes and goes, and that is no steady load")
    check(min(known) <= 4, "no rest under a steady load: moves", moved)
    return f"{min(known)} moves in 6 s; " + kept_order(host, receiver.result)


def test_heavy_sa_sits_alone(host):
    """More than the fair share in one SA: the others leave its CPU, and show says why."""
    needs_two()
    spis = range(FIRST, FIRST + 8)
    host.add_sas(spis, wait=False)
    host.daemon("--cpus", ALL, "--ring", "4096", interval=200)
    host.await_sas(spis)
    with host.receiver("--work", 4 * WORK_NS, "--spi", FIRST, "--sas", 8) as receiver:
        sender = traffic(host, spis, "--rates", "zipf:3", rate=8000)  # 83% are of the first

        def alone():
            shown = host.show()
            cpu = {sa["spi"]: sa["cpu"] for sa in shown["sas"]}[f"0x{FIRST:08x}"]
            beside = sum(sa["load"] or 0 for sa in shown["sas"]
                         if sa["cpu"] == cpu and int(sa["spi"], 16) != FIRST)
            if any(c["other"] > 0.5 for c in shown["cpus"]):
                raise Noise("other work on this machine is heavier than the SA")
            return beside < 0.02 and shown["rounds"]["last"] == "bound" and shown
        time.sleep(2)
        shown = wait_for(alone, "the heavy SA to be alone", 60, 0.2)
        text = host.espalier("show").stdout
        end(sender)
        receiver.finish(settle=1.0)
    check(shown["rounds"]["heaviest"] == f"0x{FIRST:08x}", "another is called the heaviest", shown)
    check("sits alone" in text, "show does not say so", text)
    return kept_order(host, receiver.result)


def test_heavy_sa_keeps_a_cpu(host):
    """No SA, stray or IKE goes to the CPU of a heavy SA; when it is no longer heavy that ends."""
    needs_two()
    spis = range(FIRST, FIRST + 8)
    host.add_sas(spis, wait=False)
    host.daemon("--cpus", ALL, "--ring", "4096", interval=200)
    host.await_sas(spis)
    with host.receiver("--work", 4 * WORK_NS, "--spi", FIRST, "--sas", 8):
        sender = traffic(host, spis, "--rates", "zipf:3", rate=9000)

        def kept():
            shown = host.show()
            if any(c["other"] > 0.5 for c in shown["cpus"]):
                raise Noise("other work on this machine is heavier than the SA")
            its = shown["kept"]
            beside = [sa["spi"] for sa in shown["sas"] if its and sa["cpu"] == its["cpu"]]
            return its and beside == [its["spi"]] and its["cpu"] not in \
                shown["settings"]["stray_cpus"] + [shown["settings"]["ike_cpu"]] and shown
        time.sleep(2)
        shown = wait_for(kept, "the heavy SA to be alone on its CPU", 60, 0.2)
        check(shown["kept"]["spi"] == f"0x{FIRST:08x}", "kept for another one:", shown["kept"])
        check(f"CPU {shown['kept']['cpu']} is kept for SA" in host.espalier("show").stdout, "show")
        for first in range(FIRST + 100, FIRST + 200, 8):
            host.add_sas(range(first, first + 8))
            now = host.show()
            new = {sa["cpu"] for sa in now["sas"] if int(sa["spi"], 16) in range(first, first + 8)}
            if now["kept"] and now["kept"]["cpu"] == shown["kept"]["cpu"]:
                break
            # Other work has driven the heavy SA to the other CPU just then: that one is kept now.
            shown = wait_for(kept, "the heavy SA to be alone again", 60, 0.2)
        else:
            raise Noise("the heavy SA never stayed on its CPU")
        check(now["kept"]["cpu"] not in new, "a new SA went there:", new)
        end(sender)
        wait_for(lambda: host.show()["kept"] is None, "that to end")
    check("is for all again" in host.log, "not said:", host.log)
    return f"CPU {shown['kept']['cpu']}"


def new_ones_go_where_less_is_done(host):
    """Unless the machine's other work, which comes and goes, is greater than that of the SAs on CPUS[0]."""
    seen = []
    for first in range(FIRST + 100, FIRST + 110, 2):
        loads = {c["cpu"]: c["load"] + c["other"] for c in host.show()["cpus"]}
        host.add_sas([first, first + 1])
        sas = host.shown()
        new = {sas[spi]["cpu"] for spi in (first, first + 1)}
        if new == {CPUS[1]}:
            return
        seen.append((loads, new))
        for spi in first, first + 1:
            host.delete_sa(spi)
    check(any(loads[CPUS[0]] <= loads[CPUS[1]] + 0.1 for loads, _ in seen),
          "new SAs went to the busier CPU, time and again:", seen)
    raise Noise(f"other work on this machine is heavier than the SAs: {seen}")


def test_by_hand_stays(host):
    """What was moved by hand stays against the load, until it is released."""
    needs_two()
    spis = range(FIRST, FIRST + 16)
    host.add_sas(spis, wait=False)
    host.daemon("--cpus", ALL, "--ring", "4096", interval=200)
    host.await_sas(spis)
    for spi in spis:
        host.espalier("move", hex(spi), str(CPUS[0]))
    with host.receiver("--work", WORK_NS, "--spi", FIRST, "--sas", 16) as receiver:
        sender = traffic(host, spis)
        time.sleep(3)
        check(set(by_cpu(host)) == {CPUS[0]}, "it did not stay", by_cpu(host))
        new_ones_go_where_less_is_done(host)
        for spi in spis:
            host.espalier("move", hex(spi), "auto")

        def spread():
            if any(c["other"] > 0.5 for c in host.show()["cpus"]):
                raise Noise("other work on this machine is heavier than the SAs")
            return len(by_cpu(host).get(CPUS[1], [])) >= 7
        wait_for(spread, "the released SAs to spread")
        end(sender)
        receiver.finish(settle=1.0)
    return kept_order(host, receiver.result)


def daemon_ns(process):
    """What the daemon's one thread has run, ns. The process is nsenter's, which became it."""
    with open(f"/proc/{process.pid}/schedstat") as file:
        return int(file.read().split()[0])


def test_idle_rounds_are_cheap(host):
    """Without packets a round looks at no SA: many SAs cost what few do."""
    spent = {}
    for sas in 8, 4096:
        host.add_sas(range(FIRST, FIRST + sas), wait=False)
        process = host.daemon("--cpus", ALL, "--resync", "3600", interval=20)
        host.await_sas(range(FIRST, FIRST + sas))
        time.sleep(1)
        made, then = host.show()["rounds"]["made"], daemon_ns(process)
        time.sleep(3)
        spent[sas] = (daemon_ns(process) - then) / 150 / 1000  # of 20 ms each
        made = host.show()["rounds"]["made"] - made
        check(made <= 5, "idle rounds decided something", made)
        host.espalier("stop")
        process.wait()
        host.sh("b", "ip xfrm state flush")
    check(spent[4096] < 3 * spent[8] + 20, "an idle round costs by the number of SAs", spent)
    return ", ".join(f"{sas} SAs {us:.0f} us a round" for sas, us in spent.items())


if __name__ == "__main__":
    lab.main()
