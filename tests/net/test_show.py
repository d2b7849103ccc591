#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""show: what an operator reads when things are well, and when they are not."""
import json
import os
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import CPUS, check, wait_for

FIRST = 0xc0001000
ALL = ",".join(map(str, CPUS))


def words(text):
    """However its lines are filled."""
    return " ".join(text.split())


def test_all_unknown(host):
    """IPsec of SAs that nobody knows here: a loud warning in show, top and the log, with causes."""
    host.daemon("--cpus", ALL)
    host.send("--sas", 4, "--spi", FIRST, "--count", 400)
    said = words(host.espalier("show").stdout)
    check("no packet of an SA yet" in said and "no packets" not in said, said)
    for part in "warning: all of the IPsec that arrives", "namespace", "--sas FILE", "--learn":
        check(part in said, part, said)
    check(any("IPsec that arrives" in w for w in host.show()["warnings"]), "JSON")
    check("warning: all of the IPsec" in words(host.espalier("top", "--frames", "1").stdout), "top")
    wait_for(lambda: "warning: all of the IPsec that arrives" in host.log, "the log")


def test_known_is_no_warning(host):
    """A few strays beside SAs are daily business."""
    host.add_sas(range(FIRST, FIRST + 4), wait=False)
    host.daemon("--cpus", ALL)
    host.await_sas(range(FIRST, FIRST + 4))
    host.send("--sas", 4, "--spi", FIRST, "--count", 400)
    host.send("--sas", 1, "--spi", 0x5000, "--count", 50)
    said = words(host.espalier("show").stdout)
    check("warning" not in said and "no packet of an SA lost" in said, said)


def test_lost(host):
    """'none dropped' never stands beside drops, and a warning says when."""
    host.daemon("--cpus", ALL, "--stray-limit", "100")
    host.send("--sas", 1, "--spi", 0x5000, "--count", 3000)
    said = words(host.espalier("show").stdout)
    check("--stray-limit 100 dropped" in said and "in the last" in said, said)
    check("dropped." not in said, said)
    wait_for(lambda: "warning: --stray-limit 100 dropped" in host.log, "the log")


def test_senders_order(host):
    """What replay windows refuse while nothing of ours moves or is lost is the sender's doing."""
    host.daemon("--cpus", ALL)
    host.add_sas([FIRST])
    with tempfile.TemporaryDirectory() as directory:
        with open(f"{directory}/xfrm_stat", "w") as file:
            file.write("XfrmInError\t3\nXfrmInStateSeqError\t312\n")
        # A directory of ours over the process's own /proc/net: exec keeps the number.
        script = f'mount --bind {directory} /proc/$$/net && exec "$@"'

        def warned():
            said = host.run("b", ["unshare", "-m", "sh", "-c", script, "sh", f"{lab.BUILD}/espalier",
                                  "show", "--json"]).stdout
            return [w for w in json.loads(said)["warnings"] if "replay windows" in w]

        check(not [w for w in host.show()["warnings"] if "replay windows" in w], "of nothing")
        first, = wait_for(warned, "the daemon's first note", 20, 0.5)
        check("refused 312 packets" in first and "the sender, or the path" in first, first)
        home = host.shown()[FIRST]["cpu"]
        host.espalier("move", f"0x{FIRST:x}", str(next(cpu for cpu in CPUS if cpu != home)))
        wait_for(lambda: host.show()["moves"]["done"], "the move")
        moved, = warned()
        check("while SAs moved" in moved and "the path" not in moved, moved)


def test_packets_of_a_cpu(host):
    """They are what the CPU took, and a move does not carry them away."""
    host.add_sas(range(FIRST, FIRST + 4), wait=False)
    host.daemon("--cpus", ALL, "--ring", "4096")
    host.await_sas(range(FIRST, FIRST + 4))
    host.send("--sas", 4, "--spi", FIRST, "--count", 2000)
    was = {cpu["cpu"]: (cpu["packets"], cpu["bytes"]) for cpu in host.show()["cpus"]}
    check(sum(p for p, _ in was.values()) == 2000, was)
    check(sum(b for _, b in was.values()) == sum(sa["bytes"] for sa in host.show()["sas"]), was)
    for spi, sa in host.shown().items():
        if sa["cpu"] != CPUS[0]:
            host.espalier("move", f"{spi:#x}", str(CPUS[0]))
    wait_for(lambda: all(sa["cpu"] == CPUS[0] and sa["state"] != "moving"
                         for sa in host.show()["sas"]), "the moves", 20)
    now = {cpu["cpu"]: (cpu["packets"], cpu["bytes"]) for cpu in host.show()["cpus"]}
    check(now == was, "moves changed what CPUs took", was, now)


def test_killed(host):
    """After SIGKILL the daemon is dead at once, and so it is after an end with --keep."""
    process = host.daemon("--cpus", ALL)
    check(host.show()["daemon"]["alive"], "alive")
    process.send_signal(signal.SIGKILL)
    process.wait()
    check(host.show()["daemon"]["alive"] is False, "alive after SIGKILL", host.show()["daemon"])
    check("warning: no daemon for" in words(host.espalier("show").stdout), "warning")
    process = host.daemon("--cpus", ALL, "--keep")
    check(host.show()["daemon"]["alive"], "alive again")
    process.send_signal(signal.SIGTERM)
    process.wait()
    check(host.show()["daemon"]["alive"] is False, "alive after --keep", host.show()["daemon"])


def test_picked(host):
    """Filters and order; an SPI in place of an interface; who is fixed by hand."""
    host.add_sas(range(FIRST, FIRST + 30), wait=False)
    host.add_sas([0x77], src="192.0.2.9", wait=False)
    host.daemon("--cpus", ALL)
    host.await_sas([*range(FIRST, FIRST + 30), 0x77])
    text = host.espalier("show", f"{FIRST + 3:#x}").stdout
    check(text.count("0xc00010") == 1 and f"{FIRST + 3:#010x}" in text, text)
    check("interface" not in text, "the rest of the host", text)
    check(host.espalier(f"{FIRST + 3:#x}").stdout.count("0xc00010") == 1, "without the verb")
    peer = json.loads(host.espalier("show", "--peer", "192.0.2.9", "--json").stdout)
    check([sa["spi"] for sa in peer["sas"]] == ["0x00000077"] and peer["table"]["used"] == 31, peer)
    on = json.loads(host.espalier("show", "--cpu", str(CPUS[1]), "--json").stdout)["sas"]
    check(on and all(sa["cpu"] == CPUS[1] for sa in on), on)
    spis = [line.split()[0] for line in host.espalier("show", "--sort", "spi").stdout.splitlines()
            if line.startswith("0x")]
    check(spis == sorted(spis) and spis[0] == "0x00000077", spis)
    check(host.espalier("show", "--reqid", "99", check=False).returncode == 1, "nothing found")
    check("no such SA" in host.espalier("show", "0x9999", check=False).stderr, "nothing found")
    host.espalier("move", f"{FIRST:#x}", str(CPUS[1]))
    check(host.shown()[FIRST]["fixed"] == "hand", host.shown()[FIRST])
    check("fixed by" in host.espalier("show", f"{FIRST:#x}").stdout, "text")
    host.espalier("move", f"{FIRST:#x}", "auto")
    check(host.shown()[FIRST]["fixed"] is None, host.shown()[FIRST])


def test_move_tells_where(host):
    """From which CPU to which, in words and as JSON; and what `auto` leaves open."""
    host.add_sas([FIRST], wait=False)
    host.daemon("--cpus", ALL)
    host.await_sas([FIRST])
    there = host.shown()[FIRST]["cpu"]
    other = next(cpu for cpu in CPUS if cpu != there)

    def move(to):
        return json.loads(host.espalier("move", f"{FIRST:#x}", str(to), "--json").stdout)

    for to in there, other:
        said = move(to)
        check((said["version"], said["done"], said["warnings"]) == (1, True, []), said)
        check((said["spi"], said["from_cpu"], said["to_cpu"]) == (f"{FIRST:#010x}", there, to), said)
    check(said["said"] == f"SA {FIRST:#010x} moves from CPU {there} to CPU {other}, and stays there", said)
    wait_for(lambda: host.shown()[FIRST]["cpu"] == other, "the move")
    said = move("auto")
    check((said["from_cpu"], said["to_cpu"]) == (other, None) and f"on CPU {other} now" in said["said"], said)
    said = host.espalier("move", f"{FIRST:#x}", "auto").stdout
    check(f"not put on CPU {other}, where it is, by hand" in said, said)
    stopped = json.loads(host.espalier("stop", "--json").stdout)
    check(stopped["stopped"] and stopped["left_alone"] == stopped["warnings"] == [], stopped)


def test_names(host):
    """Interfaces as people type them."""
    said = host.espalier("show", "EB", check=False).stderr
    check("did you mean eb?" in said, said)
    check("eb is not steered" in host.espalier("show", "eb@if2").stdout, "as ip prints it")
    check("did you mean eb?" in host.espalier("run", "EB", check=False).stderr, "run")
    check("did you mean eb?" in host.espalier("inspect", "EB", check=False).stderr, "inspect")


def test_foot(host):
    """A screenful: what else there is stands behind --wide, in words and in 80 columns."""
    host.add_sas(range(FIRST, FIRST + 16), wait=False)
    host.daemon("--cpus", ALL, interval=100)
    host.await_sas(range(FIRST, FIRST + 16))
    wait_for(lambda: host.show()["rounds"], "a round")
    lines = host.espalier("show").stdout.splitlines()
    check(len(lines) <= 30 and not any("median" in line for line in lines), lines)
    wide = words(host.espalier("show", "--wide").stdout)
    for part in "Drops: ", "Moves: ", "Rounds: ", "Costs: ", "Settings: ", "Table: ", "Daemon: alive":
        check(part in wide, part, wide)


if __name__ == "__main__":
    lab.main()
