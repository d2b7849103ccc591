#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Method rps of the whole program, on a veth without XDP: SAs on the CPUs that were chosen for them,
strays apart, moves in gaps, and what the namespace shares with others put back."""
import os
import re
import signal
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from dissector import foreign
from lab import CPUS, GATEWAY, GATEWAY6, PEER, PEER6, check, wait_for

ALL = ",".join(map(str, CPUS))
FIRST = 0x1000
SAS = range(FIRST, FIRST + 16)
KINDS = {
    "plain": ("--encap", "none"),
    "plain_v6": ("--encap", "none", "--src", PEER6, "--dst", GATEWAY6),
    "udp": ("--encap", "udp"),
    "udp_v6": ("--encap", "udp", "--src", PEER6, "--dst", GATEWAY6),
}


def masks(host, dev="eb"):
    return [int(host.sysfs(f"{dev}/queues/rx-{queue}/rps_cpus").replace(",", ""), 16)
            for queue in range(4)]


def mask_of(cpus):
    return sum(1 << cpu for cpu in cpus)


def dissectors(host):
    """The programs of the flow dissectors of the gateway's namespace, by bpftool (whose JSON is broken)."""
    said = host.run("b", ["bpftool", "net", "show"]).stdout.split("flow_dissector:")[1]
    return [int(number) for number in re.findall(r"\bid (\d+)", said.split("netfilter:")[0])]


def start(host, *arguments, sas=SAS, src=PEER, dst=GATEWAY, **options):
    host.add_sas(sas, src=src, dst=dst, wait=False)
    process = host.daemon("--method", "rps", "--cpus", ALL, *arguments, **options)
    host.await_sas(sas)
    return process


def arrive(host, *kind, sas=SAS, count=1600, pps=8000):
    with host.receiver("--spi", sas[0], "--sas", len(sas)) as receiver:
        host.send("--spi", sas[0], "--sas", len(sas), "--count", count, "--pps", pps, *kind)
    check(receiver.result["packets"] == count, "lost:", receiver.result)
    return receiver


def on_their_cpus(host, receiver, sas=SAS):
    """Each SA's packets on the CPU that show names, in order; more than one CPU is in use."""
    shown = host.shown()
    for spi in sas:
        check(receiver.cpus_of(spi) == [shown[spi]["cpu"]], "not on its CPU:", hex(spi),
              receiver.cpus_of(spi), shown[spi]["cpu"])
    check(len({shown[spi]["cpu"] for spi in sas}) > 1, "all on one CPU")
    check(receiver.result["late"] == 0, "late:", receiver.result["late"])


def placed(kind):
    def test(host):
        v6 = kind.endswith("v6")
        start(host, src=PEER6 if v6 else PEER, dst=GATEWAY6 if v6 else GATEWAY)
        check("steering (rps)" in host.log, "said:", host.log)
        check(host.show()["interfaces"][0]["method"] == "rps", host.show()["interfaces"])
        on_their_cpus(host, arrive(host, *KINDS[kind]))
        check("XDP" not in host.sh("b", "ip -d link show eb | grep -o prog/xdp || true").upper(),
              "an XDP program is on it")
    return test


test_plain = placed("plain")
test_plain_v6 = placed("plain_v6")
test_udp = placed("udp")
test_udp_v6 = placed("udp_v6")


def test_strays(host):
    """Strays go to the CPU that is set aside for them, and only there, in UDP too."""
    for cpu in CPUS[:2]:
        process = host.daemon("--method", "rps", "--cpus", ALL, "--stray-cpus", str(cpu))
        for encap in "none", "udp":
            with host.receiver("--spi", FIRST, "--sas", 64) as receiver:
                host.send("--spi", FIRST, "--sas", 64, "--count", 640, "--pps", 8000, "--encap", encap)
            check(set(receiver.on_cpus()) == {cpu}, encap, "strays on", receiver.on_cpus(), cpu)
        check(host.show()["strays"]["packets"] == 1280, "counted:", host.show()["strays"])
        host.espalier("stop")
        process.wait()


def test_other_traffic(host):
    """What is not IPsec is spread by the kernel's own hash, flow by flow, and answered."""
    start(host)
    host.sh("a", f"ping -q -c 20 -i 0.01 {GATEWAY} && ping -q -c 20 -i 0.01 {GATEWAY6}")
    check(host.show()["strays"]["packets"] == 0, host.show()["strays"])


def test_move_by_hand(host):
    """An SA that is silent moves at once; a busy one does not, and is told why; then it does."""
    start(host)
    shown = host.shown()
    to = {spi: next(c for c in CPUS if c != shown[spi]["cpu"]) for spi in SAS}
    first, second = SAS[0], SAS[1]
    host.espalier("move", hex(first), str(to[first]))
    check(host.shown()[first]["cpu"] == to[first], "not moved:", host.shown()[first])
    on_their_cpus(host, arrive(host))
    traffic = host.traffic("--spi", FIRST, "--sas", len(SAS), "--pps", 4000, "--count", 400000)
    time.sleep(0.5)
    check(traffic.poll() is None, "no traffic")
    refused = host.espalier("move", hex(second), str(to[second]), check=False)
    check(refused.returncode == 1 and "no gap" in refused.stderr and "--reorder" in refused.stderr, refused)
    check(host.shown()[second]["cpu"] == shown[second]["cpu"], "moved all the same")
    traffic.kill()
    traffic.wait()
    wait_for(lambda: host.espalier("move", hex(second), str(to[second]), check=False).returncode == 0,
             "a gap")
    on_their_cpus(host, arrive(host))


def test_reorder(host):
    """Asked for, a busy SA moves too; read again without it, it does not any more."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
        print("interfaces = eb\nmethod = rps\nreorder = yes", file=file, flush=True)
        host.add_sas(SAS, wait=False)
        daemon = host.daemon("--config", file.name, "--cpus", ALL, interfaces=())
        host.await_sas(SAS)
        traffic = host.traffic("--spi", FIRST, "--sas", len(SAS), "--pps", 4000, "--count", 400000)
        time.sleep(0.5)
        for _ in range(2):
            check(move_one(host, 0), "it did not move")
        check(traffic.poll() is None, "no traffic")
        file.seek(0)
        file.truncate()
        print("interfaces = eb\nmethod = rps", file=file, flush=True)
        daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: f"read {file.name} again" in host.log, "a word")
        check(not move_one(host, 0), "it moved without a gap")
        traffic.kill()
        traffic.wait()


def move_one(host, number):
    """Another CPU for one of the SAs: did it go there?"""
    spi = SAS[number % len(SAS)]
    to = next(c for c in CPUS if c != host.shown()[spi]["cpu"])
    return host.espalier("move", hex(spi), str(to), check=False).returncode == 0


def moves_under_load(host, switches=""):
    """Moves while SAs come in bursts to a CPU that is slow: how many, and how many packets were late."""
    start(host, switches=switches)
    moved, bursts, tried = 0, 0, 0
    with host.receiver("--spi", FIRST, "--sas", len(SAS), "--work-cpu", f"{CPUS[1]}:36000") as receiver:
        while bursts < 12:
            traffic = host.traffic("--spi", FIRST, "--sas", len(SAS), "--count", 8000, "--pps", 50000,
                                   "--burst", 256, "--seq-start", 1 + bursts * 500)
            bursts += 1
            while traffic.poll() is None:
                moved += move_one(host, tried)
                tried += 1
            time.sleep(0.2)
            moved += move_one(host, tried)
            tried += 1
    # A full backlog drops: what is not late shows nothing if nothing came.
    check(receiver.result["packets"] > bursts * 4000, "lost:", receiver.result["packets"])
    return moved, receiver.result["late"]


def test_moves_keep_order(host):
    moved, late = moves_under_load(host)
    check(moved >= 8, "moves:", moved)
    check(late == 0, "late:", late)
    return f"{moved} moves, {late} late"


def test_without_gaps_the_test_fails(host):
    """The switch that moves SAs at any time: that test must be able to see the damage."""
    moved, late = moves_under_load(host, "no-handover")
    check(moved > 0 and late > 0, "nothing late without gaps, moves:", moved)
    return f"{moved} moves, {late} late"


def test_losses_of_the_backlog(host):
    """What a slow CPU does not get done in time is counted, and told in the headline."""
    start(host)

    def lost():
        host.send("--spi", FIRST, "--sas", len(SAS), "--count", 8000, "--pps", 200000)
        return host.show()["drops"]["backlogs"]

    check(host.show()["drops"]["backlogs"] == 0, "lost before anything came:", host.show()["drops"])
    with host.receiver("--spi", FIRST, "--sas", len(SAS), "--work-cpu", f"{CPUS[1]}:60000"):
        wait_for(lost, "losses")
    check("packets on backlogs lost" in host.espalier("show").stdout, host.espalier("show").stdout)


def test_flow_limit(host):
    """Of the CPUs that get packets it is taken away, and put back in the end, after a kill too. It is the
    initial namespace's, so a file stands for it here."""
    core = "/proc/sys/net/core"
    host.sh("b", f"mount -t tmpfs none {core} && echo {mask_of(CPUS) | 1 << 9:x} >{core}/flow_limit_cpu_bitmap")

    def limited():
        return int(host.sh("b", f"cat {core}/flow_limit_cpu_bitmap").split()[0], 16)

    before = limited()
    try:
        daemon = start(host)
        check(limited() == 1 << 9 and "half full" in host.log, "limited:", hex(limited()), host.log)
        daemon.kill()
        daemon.wait()
        daemon = host.daemon("--cpus", ALL)
        check(limited() == 1 << 9, "limited:", hex(limited()))
        host.espalier("stop")
        daemon.wait()
        check(limited() == before, "not put back:", hex(limited()))
    finally:
        host.sh("b", f"umount {core}")


def test_survives_the_daemon(host):
    """Steering goes on when the daemon is killed, and the next one goes on with it."""
    before = masks(host)
    daemon = start(host)
    ids = dissectors(host)
    check(len(ids) == 1, "dissectors:", ids)
    on_their_cpus(host, arrive(host))
    placed_then = {spi: sa["cpu"] for spi, sa in host.shown().items()}
    daemon.kill()
    daemon.wait()
    on_their_cpus(host, arrive(host))
    daemon = host.daemon("--cpus", ALL)
    check(host.show()["interfaces"][0]["method"] == "rps", "its method:", host.log)
    check({spi: sa["cpu"] for spi, sa in host.shown().items()} == placed_then, "placed anew")
    on_their_cpus(host, arrive(host))
    check(masks(host) == [mask_of(CPUS)] * 4, "masks:", masks(host))
    daemon.kill()
    daemon.wait()
    host.espalier("stop")
    check(masks(host) == before, "masks after stop:", masks(host), before)
    wait_for(lambda: dissectors(host) == [], "the dissector gone")
    check(host.run_files() == [] and not os.path.exists(host.pins), "left:", host.run_files())


def test_stop_with_the_daemon(host):
    """As it was: a mask that somebody had set, no dissector, no pin."""
    host.sysfs("eb/queues/rx-1/rps_cpus", "1")
    before = masks(host)
    daemon = start(host)
    check(masks(host) == [mask_of(CPUS)] * 4, "masks:", masks(host))
    host.espalier("stop")
    daemon.wait()
    check(masks(host) == before, "masks after stop:", masks(host), before)
    wait_for(lambda: dissectors(host) == [], "the dissector gone")


def test_another_method_then(host):
    """The dissector goes with the last interface of the method, also when the daemon was killed."""
    daemon = start(host)
    daemon.kill()
    daemon.wait()
    host.daemon("--method", "xdp", "--cpus", ALL)
    wait_for(lambda: dissectors(host) == [], "the dissector gone")
    check(masks(host) == [0] * 4, "masks:", masks(host))


def test_two_interfaces(host):
    """One dissector for both; it stays until the last one is stopped, with and without a daemon."""
    host.sh("b", "ip link add eb2 numrxqueues 4 type veth peer name eb2p && ip link set eb2 up")
    host.add_sas(SAS, wait=False)
    for alive in True, False:
        daemon = host.daemon("--method", "rps", "--cpus", ALL, interfaces=("eb2", "eb"))
        host.await_sas(SAS)
        if not alive:
            daemon.kill()
            daemon.wait()
        host.espalier("stop", "eb2")
        check(len(dissectors(host)) == 1, alive, "gone with the first")
        on_their_cpus(host, arrive(host))
        host.espalier("stop", "eb")
        daemon.wait()
        wait_for(lambda: dissectors(host) == [], "the dissector gone")
        check(masks(host) == [0] * 4, "masks:", masks(host))


def test_xdp_beside(host):
    """One interface by xdp, one by rps: the dissector and the masks go with the latter, with and without a
    daemon, and the former stays steered."""
    host.sh("b", "ip link add eb2 numrxqueues 4 type veth peer name eb2p && ip link set eb2 up")
    program = lab.bpf_xdp_pass("strangers_xdp")
    try:
        host.sh("b", "bpftool net attach xdpdrv name strangers_xdp dev eb")
        host.add_sas(SAS, wait=False)
        for alive in True, False:
            daemon = host.daemon("--cpus", ALL, interfaces=("eb2", "eb"))
            host.await_sas(SAS)
            shown = {each["interface"]: each["method"] for each in host.show()["interfaces"]}
            check(shown == {"eb2": "xdp", "eb": "rps"}, shown)
            on_their_cpus(host, arrive(host))
            if not alive:
                daemon.kill()
                daemon.wait()
            host.espalier("stop", "eb")
            check(dissectors(host) == [] and masks(host) == [0] * 4, alive, "left:", dissectors(host), masks(host))
            check([each["interface"] for each in host.show()["interfaces"]] == ["eb2"], host.show()["interfaces"])
            host.espalier("stop")
            daemon.wait()
    finally:
        host.sh("b", "bpftool net detach xdpdrv dev eb")
        os.close(program)


def test_interface_comes_back(host):
    """While another one is steered: the daemon, which may do less by then, knows its own dissector."""
    host.sh("b", "ip link add eb2 numrxqueues 4 type veth peer name eb2p && ip link set eb2 up")
    start(host, interfaces=("eb2", "eb"))
    ids = dissectors(host)
    host.sh("a", "ip link del ea")
    wait_for(lambda: "eb was deleted" in host.log, "a word")
    check(dissectors(host) == ids, "the dissector of the other one:", dissectors(host))
    host.recreate()
    wait_for(lambda: host.log.count("eb: steering (rps)") == 2, "steering again")
    check("rps-plain" not in host.log, "said:", host.log)
    on_their_cpus(host, arrive(host))
    for dev in "ea", "eb2p":  # both go: then it goes too
        host.sh("a" if dev == "ea" else "b", f"ip link del {dev}")
    wait_for(lambda: dissectors(host) == [], "the dissector gone")
    host.recreate()
    wait_for(lambda: host.log.count("eb: steering (rps)") == 3, "steering again")
    check(len(dissectors(host)) == 1, dissectors(host))
    on_their_cpus(host, arrive(host))


def test_foreign_dissector(host):
    """It is named and left alone, and the kernel's plain RPS does what it can."""
    with foreign(host) as name:
        ids = dissectors(host)
        daemon = start(host)
        check("method rps-plain, since another flow dissector is attached" in host.log and
              name in host.log and "bpftool link detach" in host.log, "said:", host.log)
        check(dissectors(host) == ids, "touched:", ids, dissectors(host))
        check(host.show()["interfaces"][0]["method"] == "rps-plain", host.show()["interfaces"])
        receiver = arrive(host)
        check(len(receiver.on_cpus()) > 1, "not spread:", receiver.on_cpus())
        host.espalier("stop")
        daemon.wait()
        check(dissectors(host) == ids, "touched:", ids, dissectors(host))
        check(masks(host) == [0] * 4, "masks:", masks(host))
    host.daemon("--method", "rps", "--cpus", ALL)
    check("rps-plain" not in host.log, "said:", host.log)


def test_dissector_taken_off(host):
    """By somebody while we run: it is said once, and stop puts the rest back."""
    daemon = start(host)
    link = lab.json.loads(host.run("b", ["bpftool", "-j", "link", "show"]).stdout)
    mine, = [each["id"] for each in link if each.get("attach_type") == "flow_dissector"
             and each["prog_id"] in dissectors(host)]
    host.sh("b", f"bpftool link detach id {mine}")
    wait_for(lambda: "took our flow dissector off" in host.log, "a word")
    time.sleep(2.2)
    check(host.log.count("took our flow dissector off") == 1, "said again:", host.log)
    host.espalier("stop")
    daemon.wait()
    check(masks(host) == [0] * 4, "masks:", masks(host))


def test_masks_rewritten(host):
    """By somebody while we run: told once, not undone; stop leaves it alone and says so."""
    daemon = start(host)
    host.sysfs("eb/queues/rx-2/rps_cpus", "1")
    wait_for(lambda: "somebody set rx-2/rps_cpus to CPUs 0" in host.log, "a word")
    time.sleep(2.2)
    check(host.log.count("somebody set") == 1, "said again:", host.log)
    check(masks(host)[2] == 1, "undone")
    host.sysfs("eb/queues/rx-2/rps_cpus", f"{mask_of(CPUS):x}")
    wait_for(lambda: "again as we set them" in host.log, "a word")
    host.sysfs("eb/queues/rx-3/rps_cpus", "1")
    wait_for(lambda: "somebody set rx-3/rps_cpus to CPUs 0" in host.log, "a word")
    said = host.espalier("stop").stdout
    daemon.wait()
    check("rx-3/rps_cpus is now 1" in said and "left alone" in said, said)
    check(masks(host) == [0, 0, 0, 1], "masks:", masks(host))


def test_queues_that_come(host):
    """They get the mask too, and stop takes all back that are there then."""
    host.sh("b", "ethtool -L eb rx 2")
    daemon = start(host)
    host.sh("b", "ethtool -L eb rx 4")
    wait_for(lambda: masks(host) == [mask_of(CPUS)] * 4, "masks of the new queues")
    on_their_cpus(host, arrive(host))
    host.sh("b", "ethtool -L eb rx 3")
    time.sleep(2.2)
    on_their_cpus(host, arrive(host))
    host.sh("b", "ethtool -L eb rx 4")
    wait_for(lambda: masks(host) == [mask_of(CPUS)] * 4, "masks of the new queues")
    check("somebody set" not in host.log, "said:", host.log)
    host.espalier("stop")
    daemon.wait()
    check(masks(host) == [0] * 4, "masks:", masks(host))


def test_auto(host):
    """Where another program has XDP, auto takes it, for ESP in UDP too."""
    program = lab.bpf_xdp_pass("strangers_xdp")
    try:
        host.add_sas(SAS, wait=False)
        host.sh("b", "bpftool net attach xdpdrv name strangers_xdp dev eb")
        host.daemon("--cpus", ALL)
        host.await_sas(SAS)
        check("eb: method rps, since" in host.log and "an XDP program is on it already" in host.log,
              "said:", host.log)
        on_their_cpus(host, arrive(host, *KINDS["udp"]))
    finally:
        host.sh("b", "bpftool net detach xdpdrv dev eb")
        os.close(program)


def test_auto_where_xdp_is_refused(host):
    """Only as it is attached, by a switch of the test build. Asked for, that is an error."""
    host.add_sas(SAS, wait=False)
    asked = host.daemon("--method", "xdp", "--cpus", ALL, switches="xdp-refused", ready=False)
    check(asked.wait() == 1 and "attaching to eb: Invalid" in host.log, "said:", host.log)
    for _ in range(2):
        daemon = host.daemon("--cpus", ALL, switches="xdp-refused")
        host.await_sas(SAS)
        check("and method xdp could not be started (Invalid argument)\n" in host.log, "said:", host.log)
        check(host.log.count("attaching to eb") == 1, "tried again:", host.log)
        on_their_cpus(host, arrive(host))
        host.espalier("stop")
        daemon.wait()
        check(masks(host) == [0] * 4 and dissectors(host) == [], "left:", masks(host), dissectors(host))


def test_dry_run(host):
    """It says what it would set, and sets nothing."""
    said = host.espalier("run", "eb", "--method", "rps", "--cpus", ALL, "--dry-run").stdout
    check(f"rx-0/rps_cpus 0 -> {mask_of(CPUS):x}" in said and "would steer by rps" in said, said)
    check(masks(host) == [0] * 4 and dissectors(host) == [], "changed something")


if __name__ == "__main__":
    lab.main()
