#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""The daemon follows the kernel's SAs and our addresses: by events, by strays, by the dump."""
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, GATEWAY, GATEWAY6, PEER, PEER6, check, wait_for

FIRST = 0x1000
ALL = ",".join(map(str, CPUS))
PROBE = f"{BUILD}/tests/net/sad_probe"
NEVER = ("--resync", "86400")


def start(host, *arguments, **options):
    return host.daemon("--cpus", ALL, "--ring", "2048", *arguments, **options)


def events_port(host, daemon):
    """The netlink port of the daemon's event socket: the one that is in groups of XFRM (6)."""
    table = host.sh("b", f"cat /proc/{daemon.pid}/net/netlink").splitlines()[1:]
    ports = [int(row[2]) for row in (line.split() for line in table)
             if row[1] == "6" and int(row[3], 16)]
    check(len(ports) == 1, "event sockets of XFRM in this namespace:", table)
    return ports[0]


def delete(host, spis):
    host.run("b", ["ip", "-batch", "-"], input="".join(
        f"xfrm state delete src {PEER} dst {GATEWAY} proto esp spi {s}\n" for s in spis))


def test_there_before_us(host):
    """The first dump: v4, v6 and AH; ready only when they are steered."""
    host.add_sas(range(FIRST, FIRST + 4), wait=False)
    host.add_sas([FIRST + 4], src=PEER6, dst=GATEWAY6, wait=False)
    host.add_sas([FIRST + 5], protocol="ah", wait=False)
    start(host, *NEVER)
    shown = host.shown()
    check(set(shown) == set(range(FIRST, FIRST + 6)), "not all known when ready:", shown)
    check("ready: 6 SAs known" in host.log, "said otherwise", host.log)
    check((shown[FIRST + 4]["src"], shown[FIRST + 4]["dst"]) == (PEER6, GATEWAY6), "addresses",
          shown[FIRST + 4])
    check(shown[FIRST + 5]["protocol"] == "ah", "protocol", shown[FIRST + 5])


def test_found_by_the_dump(host):
    start(host, "--resync", "1")
    host.add_sas(range(FIRST, FIRST + 8), wait=False)
    wait_for(lambda: set(host.shown()) == set(range(FIRST, FIRST + 8)), "the next dump")


def test_found_by_the_first_stray(host):
    """A larval SA sends no event, and the next dump is far away: its first packet finds it."""
    start(host, *NEVER)
    host.add_sas(range(FIRST, FIRST + 8), wait=False)
    host.add_sas([FIRST + 8], src=PEER6, dst=GATEWAY6, wait=False)
    time.sleep(1.5)
    check(host.shown() == {}, "found by something else: nothing is tested", host.shown())
    host.send("--spi", FIRST, "--count", 1)
    wait_for(lambda: set(host.shown()) == {FIRST}, "the SA of the packet")
    host.send("--spi", FIRST + 1, "--sas", 7, "--count", 7, "--encap", "udp")
    host.send("--spi", FIRST + 8, "--count", 1, "--src", PEER6, "--dst", GATEWAY6)
    wait_for(lambda: set(host.shown()) == set(range(FIRST, FIRST + 9)), "the others")
    check(host.show()["strays"]["packets"] == 9, "strays:", host.show()["strays"])
    wait_for(lambda: all(sa["state"] == "larval" for sa in host.shown().values()), "the moves")
    host.send("--spi", FIRST, "--sas", 8, "--count", 80)
    check(host.show()["strays"]["packets"] == 9, "still strays", host.show()["strays"])


def test_deleted(host):
    """By the kernel's event: gone from show, its packets are strays again, its place is free."""
    host.add_sas(range(FIRST, FIRST + 8), wait=False)
    start(host, *NEVER)
    host.delete_sa(FIRST)
    wait_for(lambda: set(host.shown()) == set(range(FIRST + 1, FIRST + 8)), "the SA to go")
    host.send("--spi", FIRST, "--count", 10, "--pps", 1000)
    wait_for(lambda: host.show()["strays"]["packets"] == 10, "strays of the deleted SA")
    delete(host, range(FIRST + 1, FIRST + 8))
    wait_for(lambda: host.shown() == {}, "all to go")
    check([c["sas"] for c in host.show()["cpus"]] == [0] * len(host.show()["cpus"]), "still placed")


def test_deleted_and_made_again(host):
    """A counter starts at 0 again; packets of before are not its."""
    host.add_sas([FIRST], wait=False)
    start(host, "--resync", "1")
    host.send("--spi", FIRST, "--count", 50, "--pps", 1000)
    wait_for(lambda: host.shown()[FIRST]["packets"] == 50, "the packets")
    for _ in range(10):
        host.delete_sa(FIRST)
        host.add_sas([FIRST], wait=False)
    wait_for(lambda: host.shown().get(FIRST, {}).get("packets") == 0, "the new SA")
    time.sleep(1.5)
    host.send("--spi", FIRST, "--count", 70, "--pps", 1000)
    wait_for(lambda: host.shown()[FIRST]["packets"] == 70, "its packets")
    check(len(host.show()["sas"]) == 1, "entries", host.show()["sas"])


def test_expired(host):
    """Hard expiry sends no DELSA."""
    host.sh("b", "sysctl -qw net.core.xfrm_acq_expires=3")
    start(host, *NEVER)
    host.add_sas(range(FIRST, FIRST + 8), wait=False)
    host.send("--spi", FIRST, "--sas", 8, "--count", 8)
    wait_for(lambda: len(host.shown()) == 8, "the SAs", 2)
    wait_for(lambda: host.shown() == {}, "them to expire")


def test_flushed(host):
    """One event for all; a new SA afterwards is followed as before."""
    host.add_sas(range(FIRST, FIRST + 64), wait=False)
    start(host, *NEVER)
    check(len(host.shown()) == 64, "not all known")
    host.sh("b", "ip xfrm state flush")
    wait_for(lambda: host.shown() == {}, "the flush")
    host.add_sas([FIRST], wait=False)
    host.send("--spi", FIRST, "--count", 1)
    wait_for(lambda: set(host.shown()) == {FIRST}, "a new SA")


def test_many_at_once(host):
    """5,000 SAs come, half of them go: all are there, then the others, and every CPU has some."""
    start(host, "--resync", "2")
    spis = range(FIRST, FIRST + 5000)
    host.add_sas(spis, wait=False)
    wait_for(lambda: len(host.shown()) == 5000, "5,000 SAs", 30, 0.5)
    shown = host.shown()
    check(set(shown) == set(spis), "others are there")
    counts = [c["sas"] for c in host.show()["cpus"]]
    check(max(counts) - min(counts) <= 1, "uneven:", counts)
    delete(host, spis[::2])
    wait_for(lambda: set(host.shown()) == set(spis[1::2]), "half of them to go", 20, 0.5)
    check(host.show()["table"]["used"] == 2500, "table:", host.show()["table"])


def test_overflow(host):
    """The socket overflows while the daemon cannot read: it says so, and knows all afterwards."""
    spis = range(FIRST, FIRST + 5000)
    host.add_sas(spis, wait=False)
    daemon = start(host, *NEVER)
    port = events_port(host, daemon)
    check(len(host.shown()) == 5000, "not all known")
    os.kill(daemon.pid, signal.SIGSTOP)
    # What its socket still holds of buffer is filled by forged messages first: the sender ends
    # blocked, when no more fits.
    filler = host.start("b", ["sh", "-c", "while :; do "
                              f"{PROBE} forge {port} {GATEWAY} 9 || exit; done"],
                        stderr=subprocess.DEVNULL)
    before = drops(host, daemon)
    delete(host, spis[1000:])
    deadline = time.monotonic() + 40
    while drops(host, daemon) == before and time.monotonic() < deadline:
        host.add_sas(range(0x100000, 0x100000 + 500), wait=False)
        delete(host, range(0x100000, 0x100000 + 500))
    filler.kill()
    os.kill(daemon.pid, signal.SIGCONT)
    check(drops(host, daemon) > before, "the socket did not overflow: nothing is tested")
    wait_for(lambda: "came faster than we read them" in host.log, "the word of it")
    wait_for(lambda: set(host.shown()) == set(spis[:1000]), "what the dump says", 20, 0.3)
    host.delete_sa(FIRST)
    wait_for(lambda: set(host.shown()) == set(spis[1:1000]), "events again")
    return f"{drops(host, daemon) - before} events lost"


def drops(host, daemon):
    """Messages that did not fit into the daemon's event socket."""
    table = host.sh("b", f"cat /proc/{daemon.pid}/net/netlink").splitlines()[1:]
    row, = [line.split() for line in table
            if line.split()[1] == "6" and int(line.split()[3], 16)]
    return int(row[8])


def test_another_namespace(host):
    """64 SAs elsewhere do not show, and their going changes nothing here."""
    host.add_sas(range(FIRST, FIRST + 4), wait=False)
    start(host, "--resync", "1")
    lines = [f"xfrm state allocspi src {PEER} dst {GATEWAY} proto esp mode tunnel "
             f"min {spi} max {spi}" for spi in range(FIRST, FIRST + 64)]
    host.run("a", ["ip", "-batch", "-"], input="\n".join(lines) + "\n")
    time.sleep(2.5)
    check(set(host.shown()) == set(range(FIRST, FIRST + 4)), "SAs of another namespace")
    host.sh("a", "ip xfrm state flush")
    time.sleep(1.5)
    check(set(host.shown()) == set(range(FIRST, FIRST + 4)), "its flush was taken for ours")


def classes(host, dst, src=PEER):
    """How packets to an address are counted now: (transit, strays), more of each."""
    was = host.show()
    host.send("--src", src, "--dst", dst, "--spi", 0x9000, "--count", 10, "--pps", 2000)
    now = host.show()
    return tuple(now[k]["packets"] - was[k]["packets"] for k in ("transit", "strays"))


def test_addresses(host):
    """An address comes and goes: IPsec to it is transit, then ours, then transit again."""
    start(host, *NEVER)
    for dst, src, bits in (("192.0.2.77", PEER, 24), ("2001:db8::77", PEER6, 64)):
        check(classes(host, dst, src) == (10, 0), "not transit at first", dst)
        host.sh("b", f"ip address add {dst}/{bits} dev eb" + (" nodad" if ":" in dst else ""))
        wait_for(lambda: classes(host, dst, src) == (0, 10), f"{dst} to be ours")
        host.sh("b", f"ip address del {dst}/{bits} dev eb")
        wait_for(lambda: classes(host, dst, src) == (10, 0), f"{dst} to be foreign")
    # On any interface, and before the interface is up.
    host.sh("b", "ip address add 192.0.2.99/32 dev lo")
    wait_for(lambda: classes(host, "192.0.2.99") == (0, 10), "an address of lo to be ours")


def test_addresses_make_outbound(host):
    """Without a direction an SA is outbound if its source is ours and its destination is not."""
    host.add_sas([FIRST], src=GATEWAY, dst=PEER, wait=False)
    host.add_sas([FIRST + 1], src="192.0.2.88", dst="198.51.100.1", wait=False)
    host.add_sas([FIRST + 2], wait=False)
    start(host, *NEVER)
    check(set(host.shown()) == {FIRST + 1, FIRST + 2}, "an outbound SA is steered", host.shown())
    host.sh("b", "ip address add 192.0.2.88/24 dev eb")
    wait_for(lambda: set(host.shown()) == {FIRST + 2}, "the SA from our new address to go")
    host.sh("b", "ip address del 192.0.2.88/24 dev eb")
    wait_for(lambda: set(host.shown()) == {FIRST + 1, FIRST + 2}, "it to come back")
    host.sh("b", "ip address add 192.0.2.88/24 dev eb; ip address add 198.51.100.1/24 dev eb")
    wait_for(lambda: FIRST + 1 in host.shown(), "an SA between two of our addresses")


def test_direction(host):
    """Where the kernel tells the direction, it decides."""
    host.run("b", [PROBE, "alloc", PEER, GATEWAY, str(FIRST), "1", "dir", "out"])
    host.run("b", [PROBE, "alloc", GATEWAY, PEER, str(FIRST + 1), "1", "dir", "in"])
    start(host, *NEVER)
    check(set(host.shown()) == {FIRST + 1}, "direction:", host.shown())


def test_forged(host):
    """What another process sends to the daemon's port is no event; the kernel's still are."""
    host.add_sas(range(FIRST, FIRST + 4), wait=False)
    daemon = start(host, *NEVER)
    port = events_port(host, daemon)
    was = host.show()["sas"]
    for spi in 0x6666, FIRST:
        host.run("b", [PROBE, "forge", str(port), GATEWAY, str(spi)])
    time.sleep(1)
    check(host.show()["sas"] == was, "a forged event was taken", host.show()["sas"])
    host.delete_sa(FIRST)
    wait_for(lambda: set(host.shown()) == set(range(FIRST + 1, FIRST + 4)), "a true event")
    check(daemon.poll() is None, "the daemon ended")


if __name__ == "__main__":
    lab.main()
