#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""What run says: as much as was asked for, and with priorities where it goes to the journal."""
import os
import signal
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, check, wait_for

FIRST = 0xc0001000
ALL = ",".join(map(str, CPUS[:2]))


class Log:
    """A daemon whose messages go to a file, of which it may be told that it is the journal."""

    def __init__(self, host, *arguments, journal=False):
        self.file = tempfile.NamedTemporaryFile("w+")
        st = os.fstat(self.file.fileno())
        stream = f"{st.st_dev}:{st.st_ino}" if journal else "1:1"
        self.process = host.start("b", [f"{BUILD}/espalier", "run", *arguments],
                                  stderr=self.file, env={**os.environ, "JOURNAL_STREAM": stream})

    def lines(self):
        with open(self.file.name) as file:
            return file.read().splitlines()

    def says(self, words):
        wait_for(lambda: any(words in line for line in self.lines()) or
                 self.process.poll() is not None, words, 30)
        return next(line for line in self.lines() if words in line)


def test_journal(host):
    log = Log(host, "eb", "--cpus", ALL, journal=True)
    check(log.says("ready:").startswith("<6>espalier: "), log.lines())
    check(log.says("tx off").startswith("<4>espalier: "), log.lines())
    second = Log(host, "eb", "--cpus", ALL, journal=True)
    check(second.says("already").startswith("<3>espalier: "), second.lines())


def test_what_ends_a_run(host):
    """CPUs that are not there: an error, not a remark."""
    for words in ["--cpus", "1023"], ["--cpus", ALL, "--ike-cpu", "1023"]:
        log = Log(host, "eb", *words, journal=True)
        check(log.says("this machine has no").startswith("<3>espalier: "), words, log.lines())


def test_elsewhere(host):
    """Another file than the journal: no priorities."""
    log = Log(host, "eb", "--cpus", ALL)
    log.says("ready:")
    check(all(line.startswith("espalier: ") for line in log.lines()), log.lines())


def test_quiet(host):
    log = Log(host, "eb", "--cpus", ALL, "--quiet")
    log.says("tx off")
    wait_for(lambda: host.show()["interfaces"], "it to steer")
    check(not any("ready:" in line or "steering" in line for line in log.lines()), log.lines())


def test_verbose(host):
    """Moves that a round begins, here away from a CPU that is no longer named."""
    host.add_sas(range(FIRST, FIRST + 4), wait=False)
    with tempfile.NamedTemporaryFile("w") as file:
        def write(cpus):
            file.seek(0)
            file.truncate()
            file.write(f"interfaces = eb\ncpus = {cpus}\ninterval = 100\nverbose = yes\n")
            file.flush()
        write(ALL)
        log = Log(host, "--config", file.name)
        log.says("ready:")
        host.await_sas(range(FIRST, FIRST + 4))
        write(CPUS[0])
        log.process.send_signal(signal.SIGHUP)
        line = log.says(" moves from CPU ")
        check(f"SA 0xc000100" in line and line.endswith(f"to CPU {CPUS[0]}"), line)


if __name__ == "__main__":
    lab.main()
