#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""A thousand SAs rekeyed at once under traffic, old and new side by side for a while."""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, GATEWAY, PEER, check, wait_for

SAS = 1000
OLD, NEW = range(0x10000, 0x10000 + SAS), range(0x20000, 0x20000 + SAS)
PPS = 5000


def traffic(host, spis, sender, seconds=120):
    return host.start("a", [f"{BUILD}/lab/espgen", "--dev", "ea", "--json", "--spi", str(spis[0]),
                            "--sas", str(SAS), "--pps", str(PPS), "--seconds", str(seconds),
                            "--sender", str(sender), "--encap", "mix"], stdout=subprocess.PIPE)


def end(process):
    process.terminate()
    process.wait()


def strays(host):
    return host.show()["strays"]["packets"]


def daemon(host):
    host.add_sas(OLD, wait=False)
    host.daemon("--cpus", ",".join(map(str, CPUS)), "--ring", "2048", "--resync", "1")
    host.await_sas(OLD)


def start(host):
    """Old SAs under way, none of them a stray."""
    old = traffic(host, OLD, 0)
    time.sleep(1)
    check(strays(host) == 0, "old SAs counted as strays:", strays(host))
    return old


def follow(host):
    """All new SAs from the kernel in show; afterwards no packet is a stray any more."""
    wait_for(lambda: set(OLD) | set(NEW) <= set(host.shown()), "the new SAs", 60)
    return strays(host)


def finish(host, receiver, old, new):
    """The old ones end, then are deleted; the new ones go on."""
    time.sleep(2)
    end(old)
    time.sleep(0.2)
    host.run("b", ["ip", "-batch", "-"], input="".join(
        f"xfrm state delete src {PEER} dst {GATEWAY} proto esp spi {spi}\n" for spi in OLD))
    wait_for(lambda: set(host.shown()) == set(NEW), "the old SAs to go")
    time.sleep(1)
    end(new)
    receiver.finish()
    shown = host.shown()
    check(all(shown[spi]["packets"] > 0 for spi in NEW), "new SAs without a packet")
    check(receiver.result["missing"] == 0, "packets lost:", receiver.result["missing"])
    check(host.show()["drops"]["rings"] == 0, "drops:", host.show()["drops"])


def test_new_sas_sent_to_once_listed(host):
    """The peer uses a new SA when we have it: none of its packets is ever a stray."""
    daemon(host)
    with host.receiver("--sas", 2 * SAS) as receiver:
        old = start(host)
        host.add_sas(NEW, wait=False)
        follow(host)
        new = traffic(host, NEW, 1)
        finish(host, receiver, old, new)
    check(strays(host) == 0, "strays:", strays(host))
    return f"0 strays of {receiver.result['packets']}"


def test_new_sas_sent_to_at_once(host):
    """The peer is faster than we are: strays at first, none once all are listed, none lost."""
    daemon(host)
    with host.receiver("--sas", 2 * SAS) as receiver:
        old = start(host)
        new = traffic(host, NEW, 1)
        wait_for(lambda: strays(host) > 0, "the first packets")
        host.add_sas(NEW, wait=False)
        listed = follow(host)
        finish(host, receiver, old, new)
    check(strays(host) == listed, "strays after their SAs were listed:", strays(host), listed)
    return f"{listed} strays of {receiver.result['packets']} until the SAs were known, none then"


if __name__ == "__main__":
    lab.main()
