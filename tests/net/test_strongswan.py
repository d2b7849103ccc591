#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""A real peer: two strongSwan gateways with user-space ESP, whose SAs only --learn can know.

The pings lost are compared with those of the same run without Espalier: same children, same rekey,
same flood of made-up SPIs. The flood has 300 packets a second plain and as many in UDP, five of
each SPI: 120 new SPIs a second. With --max-sas 8192 one source may have 64 newcomers learned at
once, then 4 a second: the flood takes all that before the rekey. A faster one would show nothing
more here, but fill the one socket by which charon receives, also without Espalier.
"""
import os
import select
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
import strongswan
from lab import BUILD, CPUS, GATEWAY, PEER, check, wait_for

CHILDREN = range(1, 6)
REKEYED = 2
SOME = 5000  # pings in each part of a run
FLOOD_PPS = 200  # of each kind
FLOOD_LEARNED = 70  # SPIs of the flood that --learn takes for SAs before we go on
ALL = ",".join(map(str, CPUS))


class Pings:
    """Flood pings through every child, in a with block."""

    def __init__(self, host, pair):
        self.sent, self.answered = 0, 0
        self.process = host.start("a", [f"{lab.ROOT}/lab/floodping"] + [
            charon.address(n) for n in CHILDREN for charon in (pair.a, pair.b)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def count(self):
        """Takes the next of its reports; false: that was the last."""
        words = self.process.stdout.readline().split()
        if words:
            self.sent, self.answered = int(words[1]), int(words[3])
        return bool(words)

    def more(self, number):
        """Waits for so many more answers."""
        while self.count() and self.unread():
            pass
        wanted = self.answered + number
        while self.answered < wanted:
            check(self.count(), "the pings ended")

    def unread(self):
        return select.select([self.process.stdout], [], [], 0)[0]

    def end(self):
        self.process.stdin.close()
        while self.count():
            pass
        check(self.process.wait() == 0, "floodping ended with", self.process.returncode)


class Flood:
    """Made-up SPIs with rising sequence numbers, from the peer's own address, in a with block."""

    def __init__(self, host):
        self.host = host

    def __enter__(self):
        self.processes = [self.host.start("a", [
            f"{BUILD}/lab/espgen", "--dev", "ea", "--json", "--flood-rising", "5", "--seconds",
            "600", "--pps", str(FLOOD_PPS), "--encap", encap, "--seed", seed],
            stdout=subprocess.PIPE) for encap, seed in (("none", "1"), ("udp", "1000000"))]
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.send_signal(signal.SIGINT)
        for process in self.processes:
            process.communicate()

    def running(self):
        return all(p.poll() is None for p in self.processes)


class Steered:
    """Espalier beside the two charons: what it says of the SAs that swanctl lists."""

    def __init__(self, host, pair):
        self.host, self.charon = host, pair.b
        host.daemon("--cpus", ALL, "--learn", "--max-sas", "8192")

    def learned(self):
        """What show says of each inbound SPI of swanctl; nothing unless it knows all of them."""
        sas, spis = self.host.shown(), set(self.charon.packets())
        return {spi: sas[spi] for spi in spis} if spis <= set(sas) else None

    def await_learned(self):
        return wait_for(self.learned, "the SAs to be learned")

    def await_flood(self):
        """Waits until the flood competes, and remembers how the SAs are then."""
        self.were = self.await_learned()
        wait_for(lambda: len(self.host.shown()) >= len(self.were) + FLOOD_LEARNED,
                 "SPIs of the flood to be learned", 30)
        self.received = self.charon.packets()

    def verify(self):
        """After the rekey."""
        self.await_learned()
        wait_for(lambda: all(sa["state"] == "learned" for sa in self.learned().values()),
                 "the new SA to move to its CPU")
        received = self.charon.packets()  # before ours: what charon has seen, we have
        now = self.learned()
        for sa in now.values():
            check((sa["state"], sa["encap"], sa["protocol"], sa["src"], sa["dst"]) ==
                  ("learned", "udp", "esp", PEER, GATEWAY), "shown:", sa)
        check(set(now) - set(self.were), "no rekey took place:", now)
        # One that was pushed out, if but for a moment, would count from 0 again.
        for spi in set(now) & set(self.were):
            check(now[spi]["packets"] - self.were[spi]["packets"] >=
                  received[spi] - self.received[spi] > 0,
                  "counted by us, by charon:", now[spi], self.were[spi], received, self.received)
            check(now[spi]["cpu"] == self.were[spi]["cpu"], "it changed its CPU:", now[spi])
        check(self.host.show()["ike"]["packets"], "the rekey was not steered as IKE")


def rekey_under_load(host, start=None):
    """Pings, a flood and a rekey, with Espalier from `before` or the `middle` on; the pings."""
    with strongswan.Pair(host, CHILDREN) as pair:
        steered = Steered(host, pair) if start == "before" else None
        for number in CHILDREN:
            pair.a.initiate(number)
        with Pings(host, pair) as pings:
            pings.more(SOME)
            if steered:
                cpus = {sa["cpu"] for sa in steered.await_learned().values()}
                check(len(cpus) > 1, "all on one CPU")
            with Flood(host) as flood:
                pings.more(SOME)
                if start == "middle":
                    steered = Steered(host, pair)
                if steered:
                    steered.await_flood()
                pair.a.rekey(REKEYED)
                pings.more(SOME)
                if steered:
                    steered.verify()
                pings.more(SOME)
                check(flood.running(), "the flood ended before the pings")
                pings.end()
        return pings


def compare(host, start):
    without = rekey_under_load(host)
    pings = rekey_under_load(host, start)
    lost, lost_without = (p.sent - p.answered for p in (pings, without))
    check(lost <= lost_without, "pings lost with Espalier, and without:",
          f"{lost} of {pings.sent}, {lost_without} of {without.sent}")
    return f"{lost} of {pings.sent} pings lost, {lost_without} of {without.sent} without Espalier"


def test_learn_before(host):
    return compare(host, "before")


def test_learn_in_the_middle(host):
    return compare(host, "middle")


if __name__ == "__main__":
    lab.main()
