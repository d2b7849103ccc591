#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""lab/hardware as far as a veth allows: with a cable, with two hosts, and what is wrong."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import ROOT, check, wait_for

TOOL = f"{ROOT}/lab/hardware"


def whole(text, report):
    lines = text.splitlines()
    check(sum(line.startswith("ok ") for line in lines) == 6 and "FAIL" not in text, text)
    with open(report) as file:
        said = json.load(file)
    check(said["driver"] == "veth" and len(said["report"]["samples"]) == 64, "report:", said)


def test_loop(host):
    """Two ports of one host; both are there again afterwards."""
    host.sh("b", "ip link add in0 numrxqueues 4 numtxqueues 4 type veth peer name out0 "
                 "numrxqueues 4 numtxqueues 4")
    with tempfile.TemporaryDirectory() as directory:
        report = f"{directory}/report"
        done = host.run("b", [TOOL, "loop", "in0", "out0", "--seconds", "3", "--report", report])
        whole(done.stdout, report)
        host.sh("b", "ip link show in0 && ip link show out0")
        left = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True).stdout
        check("hardware-" not in left, "namespaces left:", left)
        again = host.run("b", [TOOL, "loop", "in0", "out0", "--report", report], check=False)
        check(again.returncode == 1 and "is there already" in again.stderr, again.stderr)


def test_two_hosts(host):
    """The receiving one says what to run on the other."""
    with tempfile.TemporaryDirectory() as directory:
        report = f"{directory}/report"
        receiving = host.start("b", [TOOL, "receive", "eb", "--seconds", "3", "--report", report],
                               stdout=subprocess.PIPE)
        command = receiving.stdout.readline().split("lab/hardware ")[1].split()
        check(command[:3] == ["send", "OUT", "--to"], command)
        sending = host.start("a", [TOOL, "send", "ea", "--to", command[3]],
                             stdout=subprocess.DEVNULL)
        text = receiving.communicate(timeout=120)[0]
        check(receiving.returncode == 0, text)
        whole(text, report)
        sending.terminate()
    check("192.0.2.2/32" not in host.sh("b", "ip address show eb"), "an address is left")


def test_mistakes(host):
    for words, why in (("receive", "no0"), "no0"), (("loop", "eb", "no0"), "no0"), \
            (("send", "no0", "--to", "02:00:00:00:00:0b"), "no0"):
        done = host.run("b", [TOOL, *words, "--report", "/nonexistent"] if words[0] != "send" else
                        [TOOL, *words], check=False)
        check(done.returncode == 1 and done.stderr.startswith("lab/hardware: ") and
              why in done.stderr, words, done.stderr)
    host.sh("b", "ip link show eb")


lab.main()
