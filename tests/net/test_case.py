#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""docs/case-eight-tunnels.md: its commands, typed in the lab, print what stands there."""
import os
import re
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, ROOT, check, wait_for

SPI, SAS = 0xc0001001, 8


def steps():
    """Each command with what the page says it prints, cut where the page leaves something out."""
    with open(f"{ROOT}/docs/case-eight-tunnels.md") as file:
        blocks = re.findall(r"^```\n(.*?)^```", file.read(), re.M | re.S)
    for block in blocks:
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, printed = part.partition("\n")
            yield command, [piece for piece in re.split(r"^\.\.\.$", printed, flags=re.M) if piece.strip()]


def masked(text):
    """Without what differs from run to run: numbers with their unit, and how lines are broken."""
    return re.sub(r"\s+", " ", re.sub(r"\b\d[\d.]*( [kMG])?\b", "N", text)).strip()


def check_printed(command, printed, expected):
    at, text = 0, masked(printed)
    for piece in expected:
        found = text.find(masked(piece), at)
        check(found >= 0, f"$ {command}: the page says", masked(piece), "and it printed", text)
        at = found + len(masked(piece))


class Gateway:
    """The lab's gateway with an eth0 that answers as an ena does, and eight SAs at work."""

    def __init__(self, host):
        self.host, self.run = host, None
        self.env = {**os.environ, "PATH": f"{BUILD}:{os.environ['PATH']}", "LC_ALL": "C",
                    "ESPALIER_MODEL": "eth0:ena:2", "ESPALIER_MODEL_STATE": f"/tmp/{host.prefix}.ena",
                    "LD_PRELOAD": f"{BUILD}/tests/preload/libethtool-model.so"}
        host.sh("a", "ip link set ea mtu 9001")
        host.sh("b", "ip link set eb down && ip link set eb name eth0 && ip link set eth0 mtu 9001 up")
        host.add_sas(range(SPI, SPI + SAS), wait=False)
        self.sender = host.traffic("--sas", SAS, "--spi", SPI, "--encap", "udp", "--size", 1400, "--pps", 10000,
                                   "--seconds", 600, "--cpus", 0)

    def type(self, command):
        if command.startswith("espalier run") and "--dry-run" not in command:
            return self.begin(command)
        done = self.host.run("b", ["sh", "-c", command], check=False, stdin=subprocess.DEVNULL, env=self.env)
        check(done.returncode == 0, f"$ {command}: exit {done.returncode}:", done.stderr or done.stdout)
        return done.stdout

    def begin(self, command):
        log = f"/tmp/{self.host.prefix}.log"
        with open(log, "w") as file:
            self.run = self.host.start("b", ["sh", "-c", f"exec {command}"], stdout=file, stderr=file,
                                       stdin=subprocess.DEVNULL, env=self.env)
        self.await_line(log, "ready:")
        self.host.await_sas(range(SPI, SPI + SAS))
        wait_for(lambda: self.host.show()["imbalance"] is not None, "a round that saw packets")
        with open(log) as file:
            return file.read()

    def await_line(self, log, words):
        def is_there():
            with open(log) as file:
                return words in file.read() or self.run.poll() is not None
        wait_for(is_there, words)
        with open(log) as file:
            check(self.run.poll() is None, "it ended:", file.read())

    def close(self):
        for process in filter(None, (self.run, self.sender)):
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
        for name in f"/tmp/{self.host.prefix}.ena", f"/tmp/{self.host.prefix}.log":
            if os.path.exists(name):
                os.unlink(name)


def test_page(host):
    gateway, typed = Gateway(host), 0
    try:
        for command, expected in steps():
            check_printed(command, gateway.type(command), expected)
            typed += 1
        check(typed > 6, "the page's commands were not found", typed)
        # Which CPU an SA is on later goes by what else the CPUs have to do.
        check(all(cpu["packets"] for cpu in host.show()["cpus"]), "not spread:", host.show()["cpus"])
    finally:
        gateway.close()
    return f"{typed} commands"


lab.main()
