#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A flood of random SPIs beside known SAs that keep their CPU four fifths busy: it is confined, and no
known packet is lost. Strays through the SAs' own ring would cost some; RPS is printed beside."""
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, GATEWAY, Skipped, check

FIRST, SAS, WORK_NS, SECONDS = 0x1000, 8, 50000, 4
SPIS = range(FIRST, FIRST + SAS)
ALL = ",".join(map(str, CPUS[:2]))
FLOOD_SPIS = range(0x90000000, 0x90000000 + 2048)
TRIES = 3  # of what other work on the machine can spoil: a CPU that was taken away for a while


def generator(host, *arguments):
    return host.start("a", [f"{BUILD}/lab/espgen", "--dev", "ea", "--cpus", str(CPUS[0]), "--json",
                            *map(str, arguments)], stdout=subprocess.PIPE)


def receiver(host):
    """Each packet of a known SA takes its time where it is decrypted."""
    return host.receiver("--spi", FIRST, "--sas", SAS, "--work", WORK_NS)


def known(host, *arguments):
    return generator(host, "--sas", SAS, "--spi", FIRST, "--mode", "packet", *arguments)


def sent_by(process):
    return json.loads(process.communicate()[0])["sent"]


def capacity(host):
    """Packets a second that the SAs' CPU takes with this work, by giving it too many."""
    with receiver(host) as seen:
        began = time.monotonic()
        known(host, "--seconds", 3, "--pps", int(3e9 / WORK_NS)).wait()
        seconds = time.monotonic() - began
    return seen.result["packets"] / seconds


def lost_beside(host, rate, *flood):
    """Of the known packets at this rate beside a flood: how many were lost; and the flood's rate."""
    with receiver(host) as seen:
        flooding = generator(host, "--seconds", SECONDS + 2, "--nice", "5", *flood)
        time.sleep(1)
        sender = known(host, "--count", int(rate * SECONDS), "--pps", int(rate))
        sent = sent_by(sender)
        strays = sent_by(flooding) / (SECONDS + 2)
    return sent - sum(seen.packets_of(spi) for spi in SPIS), sent, strays


def test_flood(host):
    if len(CPUS) < 2:
        raise Skipped("one CPU: nowhere to confine strays to")
    host.add_sas(SPIS, wait=False)
    options = ("--cpus", ALL, "--stray-cpus", str(CPUS[0]), "--ring", "8192")
    daemon = host.daemon(*options)
    host.await_sas(SPIS)
    check({sa["cpu"] for sa in host.shown().values()} == {CPUS[1]}, "SAs and strays share a CPU")
    most = capacity(host)
    rate = 0.8 * most
    for _ in range(TRIES):
        strays_before = host.show()["strays"]["packets"]
        lost, sent, flood = lost_beside(host, rate, "--flood")
        if not lost:
            break
    check(host.show()["strays"]["packets"] - strays_before > sent, "not much of a flood")
    check(lost == 0, "known packets lost beside a flood:", lost, "of", sent)
    daemon.terminate()
    daemon.wait()
    # The same flood through the ring of the SAs: its SPIs are SAs on their CPU.
    with tempfile.TemporaryDirectory() as directory:
        spis, sas = f"{directory}/spis", f"{directory}/sas"
        with open(spis, "w") as file:
            file.writelines(f"{spi:#x}\n" for spi in FLOOD_SPIS)
        with open(sas, "w") as file:
            file.writelines(f"{GATEWAY} {spi:#x} esp 32 {CPUS[1]}\n" for spi in FLOOD_SPIS)
        daemon = host.daemon(*options, "--sas", sas)
        through, _, _ = lost_beside(host, rate, "--sas", len(FLOOD_SPIS), "--spi-list", spis)
        daemon.terminate()
        daemon.wait()
    check(through > 0, "a flood through the SAs' ring cost nothing: the test shows nothing")
    host.daemon("--method", "rps", "--cpus", ALL)
    rps, _, _ = lost_beside(host, rate, "--flood")
    return (f"{flood / rate:.1f} strays for each known packet: lost of {sent}: {lost}; through the "
            f"SAs' ring {through}; with RPS {rps}")


lab.main()
