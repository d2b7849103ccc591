#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs in the guest, on a NIC (lab/guest/run --net e1000e): transport mode under method rps.

Two strongSwan gateways with the kernel's ESP have four SAs, each for UDP to one port, and what comes to these ports
by none of them is blocked. The kernel asks the flow dissector for the ports and addresses that its policies and SAs
want (since Linux 6.7): true ones must reach it. Plain ESP, and NAT-T forced: every datagram is answered, each SA
decrypted on the CPU that show names, nothing refused. A dissector of somebody else that answers for nothing,
in the place of ours, shows that a wrong answer would lose all."""
import json
import os
import subprocess
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
sys.path[:0] = [f"{TOP}/lab"]
import dissector
import lab
import strongswan
from lab import GATEWAY, PEER, check, wait_for

CHILDREN = range(1, 5)
PORTS = [str(strongswan.FIRST_PORT + n) for n in CHILDREN]
COUNT = 20  # datagrams to each
PROBE = "/sys/fs/bpf/espalier-transport-probe"


def ask(host):
    """How many datagrams were sent, how many answered."""
    words = host.run("a", [f"{lab.ROOT}/lab/guest/echo.py", "ask", GATEWAY, str(COUNT), *PORTS]).stdout.split()
    return int(words[1]), int(words[3])


def refused(host):
    """What the kernel refused of what came in, by name."""
    found = (line.split() for line in host.sh("b", "grep XfrmIn /proc/net/xfrm_stat").splitlines())
    return {name: int(n) for name, n in found if int(n)}


def decrypted():
    """On which CPUs each SPI was decrypted since the probe was attached."""
    dump = subprocess.run(["bpftool", "-j", "map", "dump", "pinned", f"{PROBE}/decrypted"], check=True,
                          capture_output=True).stdout
    return {int("".join(byte[2:] for byte in row["key"]), 16):
            [each["cpu"] for each in row["formatted"]["values"] if each["value"]] for row in json.loads(dump)}


def steered(host, pair, encap):
    """Every datagram is answered, by SAs that are where show says, with as many packets as charon lists."""
    attach = [f"{lab.BUILD}/lab/guest/attach", f"{lab.BUILD}/lab/guest/xfrm_probe.bpf.o", PROBE]
    subprocess.run(attach, check=True)
    try:
        sent, answered = ask(host)
        check(sent == answered > 0, "answered:", sent, answered, refused(host))
        check(not refused(host), "refused:", refused(host))
        on = decrypted()
    finally:
        subprocess.run(["rm", "-rf", PROBE], check=True)
    listed = pair.b.packets()
    shown = wait_for(lambda: all(host.shown()[spi]["packets"] == n == COUNT for spi, n in listed.items()) and
                     host.shown(), "show to count what charon does", 20)
    for spi in listed:
        check(on[spi] == [shown[spi]["cpu"]], "not on its CPU:", hex(spi), on[spi], shown[spi])
        check(shown[spi]["encap"] == encap, "encapsulation:", shown[spi])
    check(len(listed) == len(CHILDREN) and {shown[spi]["cpu"] for spi in listed} == {0, 1}, "CPUs:", shown)


def one_run(host, encap):
    with strongswan.Pair(host, CHILDREN, kernel=True, transport=True, encap=encap == "udp") as pair:
        for number in CHILDREN:
            pair.a.initiate(number)
        host.sh("b", f"ip xfrm policy add src {PEER} dst {GATEWAY} proto udp dir in action block priority 4000000")
        server = host.start("b", [f"{lab.ROOT}/lab/guest/echo.py", "answer", GATEWAY, *PORTS], stdout=subprocess.PIPE)
        check(server.stdout.readline() == "ready\n", "no answers")
        daemon = host.daemon("--cpus", "0-1")
        check("eb: steering (rps)" in host.log, "not by method rps:", host.log)
        host.await_sas(pair.b.packets())
        steered(host, pair, encap)
        host.espalier("stop")
        daemon.wait()
        with dissector.foreign(host, answers=dissector.OK):
            sent, answered = ask(host)
        check(sent > answered == 0, "a wrong answer did no harm:", sent, answered)
        check(sum(refused(host).values()) >= sent, "refused:", refused(host))
        sent, answered = ask(host)
        check(sent == answered, "after that:", sent, answered)
        server.kill()
        server.wait()
    return refused(host)


def test_transport(host):
    return f"{strongswan.version()}, refused after wrong answers {one_run(host, 'none')}"


def test_transport_in_udp(host):
    return f"{strongswan.version()}, refused after wrong answers {one_run(host, 'udp')}"


if __name__ == "__main__":
    lab.main(options=("--nic",))
