#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""Steering on the real kernel: every packet of an SA on its one CPU, nothing lost, the rest alone."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import CPUS, GATEWAY, GATEWAY6, PEER6, check

FIRST = 0x1000
COUNT = 64
ALL = ",".join(map(str, CPUS))


def each_on_its_cpu(host, receiver, spis, packets):
    """Every packet arrived, in order, each SA's on the CPU that show names."""
    shown = host.shown()
    result = receiver.result
    check(sum(receiver.packets_of(s) for s in spis) == packets, "packets lost or doubled:",
          packets, {s["spi"]: s["packets"] for s in result["sas"]})
    for spi in spis:
        check(receiver.cpus_of(spi) == [shown[spi]["cpu"]], "not on its one CPU:", hex(spi),
              receiver.cpus_of(spi), shown[spi]["cpu"])
        check(shown[spi]["packets"] == receiver.packets_of(spi), "show counts otherwise:",
              shown[spi], receiver.packets_of(spi))
    check(result["late"] == 0 and result["missing"] == 0, "out of order or missing:", result)
    check(result["with_metadata"] == 0, "packets still carry metadata")
    check(len({shown[s]["cpu"] for s in spis}) >= 2, "fewer than two CPUs used")


def steer(host, *arguments, src=lab.PEER, dst=GATEWAY, packets=2000 * 4, per_sa=1, daemon=()):
    spis = range(FIRST, FIRST + COUNT)
    host.add_sas(spis, src=src, dst=dst, wait=False)
    host.daemon("--cpus", ALL, "--ring", "2048", *daemon)
    host.await_sas(spis)
    with host.receiver("--spi", FIRST, "--sas", COUNT) as receiver:
        host.send("--src", src, "--dst", dst, "--sas", COUNT, "--spi", FIRST, "--count", packets,
                  "--pps", 40000, *arguments)
    each_on_its_cpu(host, receiver, spis, packets)
    return receiver


def test_plain_v4(host):
    steer(host)


def test_plain_v6(host):
    steer(host, src=PEER6, dst=GATEWAY6)


def test_udp_v4(host):
    steer(host, "--encap", "udp")


def test_udp_v6(host):
    steer(host, "--encap", "udp", src=PEER6, dst=GATEWAY6)


def test_ah(host):
    spis = range(FIRST, FIRST + 8)
    host.add_sas(spis, protocol="ah", wait=False)
    host.daemon("--cpus", ALL)
    host.await_sas(spis)
    with host.receiver("--spi", FIRST, "--sas", 8) as receiver:
        host.send("--kind", "ah", "--sas", 8, "--spi", FIRST, "--count", 800, "--pps", 20000)
    each_on_its_cpu(host, receiver, spis, 800)


def test_vlan(host):
    steer(host, "--vlan", 100)


def test_options_and_extension_headers(host):
    steer(host, "--options")


def test_burst_without_loss(host):
    """2,000 frames as fast as they go, into rings large enough."""
    spis = range(FIRST, FIRST + COUNT)
    host.add_sas(spis, wait=False)
    host.daemon("--cpus", ALL, "--ring", "2048")
    host.await_sas(spis)
    with host.receiver("--spi", FIRST, "--sas", COUNT) as receiver:
        host.send("--sas", COUNT, "--spi", FIRST, "--count", 2000, "--encap", "mix")
    each_on_its_cpu(host, receiver, spis, 2000)


if __name__ == "__main__":
    lab.main()
