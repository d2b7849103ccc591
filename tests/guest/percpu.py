#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs in the guest: two strongSwan gateways with per-CPU SAs (RFC 9611), Linux 6.13 or later, strongSwan 6.0.2 or
later ($ESPALIER_STRONGSWAN, a root of lab/guest/root).

Traffic brings up an SA, and one more for each CPU that sends; with `encap` each of these in UDP of its own source
port. Every inbound SPI that swanctl lists is steered; those that have a CPU's number are on that CPU, and elsewhere
once that CPU is taken away. Once the SAs are up no ping is lost, with Espalier or without."""
import os
import subprocess
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
sys.path[:0] = [f"{TOP}/lab"]
import lab
import strongswan
from lab import check, wait_for

CHILD = 1
CPUS = 0, 1
EACH = 500  # pings from each CPU in each part


def start_pings(host, pair, count, *cpus):
    """Pings from these CPUs at once."""
    return [host.start("a", ["taskset", "-c", str(cpu), f"{lab.ROOT}/lab/floodping", str(count), "0.005",
                             pair.a.address(CHILD), pair.b.address(CHILD)],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE) for cpu in cpus]


def all_answered(senders):
    """How many were sent in all."""
    total = 0
    for sender in senders:
        out, lost = sender.communicate()
        sent, answered = map(int, out.splitlines()[-1].split()[1::2])
        check(sent == answered > 0, "pings lost:", sent, answered, lost)
        total += sent
    return total


def bring_up(host, pair):
    """
    An SA that all may use, by what is sent first (and lost), then one for each CPU that sends. Until the own one of
    a CPU is there its sender may find none that it can use (XfrmOutNoStates on its side): that is not counted.
    """
    def all_up():
        for sender in start_pings(host, pair, 5, *CPUS):
            sender.communicate()
        return len(pair.b.packets()) > len(CPUS)
    wait_for(all_up, "an SA for each CPU, and one for all", 60, 0.5)


def on_their_cpus(host, pair, how, without=None):
    """Each listed SPI is shown, each that has a number is on its CPU, unless that is gone; how many these are."""
    def all_shown():
        sas = host.shown()
        listed = pair.b.packets()
        return set(listed) <= set(sas) and {spi: sas[spi] for spi in listed}
    sas = wait_for(all_shown, "all SPIs of swanctl in show", 60)
    numbered = {spi: sa for spi, sa in sas.items() if sa["pcpu"] is not None}
    check({sa["pcpu"] for sa in numbered.values()} == set(CPUS), "numbers:", sas)
    check(all(sa["state"] == "valid" for sa in sas.values()), "not steered:", sas)
    for sa in numbered.values():
        wanted = sa["pcpu"] if sa["pcpu"] != without else 1 - sa["pcpu"]
        check(sa["cpu"] == wanted, "not on its CPU:", sa, host.log)
        check(how == "yes" or sa["source_port"] == "any", "source port:", sa)
    return len(numbered)


def steered(host, pair, how):
    """How many pings went, over how many SAs that have a number."""
    sent = all_answered(start_pings(host, pair, EACH, *CPUS))
    numbered = on_their_cpus(host, pair, how)
    meanwhile = start_pings(host, pair, EACH, 0)
    host.sh("b", "echo 0 >/sys/devices/system/cpu/cpu1/online")
    try:
        wait_for(lambda: {sa["cpu"] for sa in host.shown().values()} == {0}, "all to leave CPU 1", 60)
        sent += all_answered(meanwhile)
        on_their_cpus(host, pair, how, without=1)
    finally:
        host.sh("b", "echo 1 >/sys/devices/system/cpu/cpu1/online")
    sent += all_answered(start_pings(host, pair, EACH, *CPUS))
    host.espalier("stop")
    return sent, numbered


def one_run(host, how, espalier):
    with strongswan.Pair(host, [CHILD], kernel=True, encap=how == "encap", per_cpu=how) as pair:
        if espalier:
            host.daemon("--cpus", "0-1")
        bring_up(host, pair)
        if espalier:
            return steered(host, pair, how)
        return all_answered(start_pings(host, pair, EACH, *CPUS))


def both(host, how):
    plain = one_run(host, how, False)
    sent, numbered = one_run(host, how, True)
    return f"{strongswan.version()}: {plain} pings without Espalier, {sent} steered, none lost; {numbered} SAs of a CPU"


def test_per_cpu_sas(host):
    return both(host, "yes")


def test_per_cpu_sas_in_udp(host):
    return both(host, "encap")


if __name__ == "__main__":
    lab.main()
