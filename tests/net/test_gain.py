#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""`gain` where there is nothing to count: larval SAs carry nothing. With traffic: tests/guest."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import check


def gain(host, *arguments):
    return json.loads(host.espalier("gain", "--json", "--seconds", "1", *arguments).stdout)


def test_no_sas(host):
    said = gain(host)
    check(said["verdict"] == "no-sas" and said["times"] is None, "said", said)
    check("no inbound SA" in host.espalier("gain").stdout, "no words")


def test_no_traffic(host):
    host.run("b", ["ip", "-batch", "-"], input="".join(
        f"xfrm state allocspi src {src} dst {dst} proto {proto} mode tunnel min {n} max {n}\n"
        for n, (src, dst, proto) in enumerate([
            (lab.PEER, lab.GATEWAY, "esp"), (lab.PEER6, lab.GATEWAY6, "ah"),
            (lab.GATEWAY, lab.PEER, "esp")], 0x1000)))  # the last is outbound
    said = gain(host)
    check(said["verdict"] == "no-traffic" and said["sa_count"] == 2, "said", said)
    check(said["seconds"] >= 1, "it did not count for a second", said)
    words = " ".join(host.espalier("gain", "--seconds", "1").stdout.split())
    check("None of the 2 inbound SAs carried a packet" in words, "words", words)


def test_many_sas(host):
    """A table of SAs that does not fit one dump message, twice."""
    host.add_sas(range(0x10000, 0x10000 + 2000), wait=False)
    check(gain(host)["sa_count"] == 2000, "SAs")


def test_beside_steering(host):
    """SAs that are steered, and one more than fits: it is not."""
    host.daemon("--max-sas", "16")
    host.add_sas(range(0x1000, 0x1010))
    host.add_sas([0x2000], wait=False)
    check(gain(host)["sa_count"] == 17, "SAs")


def test_changes_nothing(host):
    host.add_sas([0x1000], wait=False)

    def state():
        links = host.sh("b", "ip -details link show dev eb; ethtool -k eb; tc qdisc show dev eb")
        programs = subprocess.run(["bpftool", "-j", "net"], capture_output=True, text=True).stdout
        return links, programs, host.sysfs("eb/queues/rx-0/rps_cpus")

    before = state()
    gain(host)
    check(state() == before, "something changed", before, state())


def test_bad_input(host):
    for arguments, status, words in (
            (["--seconds", "0"], 2, "seconds"),
            (["--cpus", "x"], 2, "cpus"),
            (["eb"], 2, "eb is one too many"),
            (["--cpus", "1000"], 1, "none of these is online")):
        result = host.espalier("gain", *arguments, check=False)
        check(result.returncode == status and words in result.stderr, "said", arguments,
              result.returncode, result.stderr)


lab.main()
