#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""espalier top on a terminal of 80x24 (a pty, drawn by a few lines that know its sequences), as text
and as JSON: figures as sent, keys, sizes, signals, and a terminal that is given back."""
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, check, wait_for

FIRST = 0x1000
ALL = ",".join(map(str, CPUS[:2]))


class Terminal:
    """What a program draws, on a screen of its own."""

    def __init__(self, host, *arguments, rows=24, columns=80):
        self.rows, self.columns = rows, columns
        self.master, slave = pty.openpty()
        self.resize(rows, columns)
        self.before = termios.tcgetattr(slave)
        self.process = host.start("b", [f"{BUILD}/espalier", "top", *arguments], stdin=slave,
                                  stdout=slave, stderr=slave, start_new_session=True,
                                  env={**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8"})
        self.slave, self.written = slave, ""
        self.lines, self.row, self.other = [""] * rows, 0, False

    def resize(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.lines = [""] * rows
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds=0.2):
        end = time.monotonic() + seconds
        while select.select([self.master], [], [], max(0, end - time.monotonic()))[0]:
            try:
                self.draw(os.read(self.master, 65536).decode())
            except OSError:
                return

    def draw(self, text):
        self.written += text
        for part in re.findall(r"\033\[[?0-9;]*[A-Za-z]|[^\033]+", text):
            if part == "\033[?1049h":
                self.other = True
            elif part == "\033[?1049l":
                self.other = False
            elif part == "\033[H":
                self.row, self.fresh = 0, True
            elif part == "\033[J":
                self.lines[self.row + 1:] = [""] * (self.rows - self.row - 1)
            elif part[0] != "\033" and self.other:
                for i, line in enumerate(part.split("\r\n")):
                    self.row += i > 0
                    if i or self.fresh:
                        check(self.row < self.rows, "more lines than the terminal has")
                        self.lines[self.row] = ""
                    self.fresh = False
                    self.lines[self.row] += line
                    check(len(self.lines[self.row]) <= self.columns, "too wide:", self.lines[self.row])

    def shows(self, *words):
        self.read()
        return all(any(word in line for line in self.lines) for word in words)

    def await_(self, *words):
        wait_for(lambda: self.shows(*words), f"{words} on {self.lines}", step=0)

    def key(self, key):
        os.write(self.master, key.encode())

    def end(self, seconds=10):
        """Its exit status; the terminal must be as it was."""
        wait_for(lambda: self.read() or self.process.poll() is not None, "it to end", seconds)
        self.read()
        check(not self.other, "it left the other screen on")
        check(self.written.rstrip().endswith("\033[?25h\033[?1049l") or "espalier: top" in self.written,
              "the cursor:", self.written[-80:])
        check(termios.tcgetattr(self.slave) == self.before, "the terminal is not as it was")
        return self.process.returncode


def steered(host, sas=40):
    host.add_sas(range(FIRST, FIRST + sas), wait=False)
    host.daemon("--cpus", ALL, "--ring", "4096")
    host.await_sas(range(FIRST, FIRST + sas))


def traffic(host, sas=40, pps=2000):
    return host.start("a", [f"{BUILD}/lab/espgen", "--dev", "ea", "--sas", str(sas), "--spi",
                            str(FIRST), "--pps", str(pps), "--seconds", "120", "--mode", "packet",
                            "--cpus", str(CPUS[0]), "--json"], stdout=subprocess.PIPE)


def spis(terminal):
    return [line.split()[0] for line in terminal.lines if re.match(r"0x[0-9a-f]{8} ", line)]


def test_on_a_terminal(host):
    steered(host)
    sender = traffic(host)
    terminal = Terminal(host)
    terminal.await_("eb, xdp: 40 SAs on 2 CPUs", "packets/s", "l load", "0x0000")
    check(len(spis(terminal)) >= 10 and len(terminal.lines[-1]) <= 80, terminal.lines)

    def rate_is_right():
        terminal.read()
        found = re.match(r"([\d.]+)( k)? packets/s", terminal.lines[1])
        return found and 1500 < float(found[1]) * (1000 if found[2] else 1) < 2500
    wait_for(rate_is_right, f"2000 packets a second on {terminal.lines}", step=0)
    bars = [line.count("█") for line in terminal.lines if re.match(r" *\d+ +20 ", line)]
    check(len(bars) == 2 and min(bars) > 20, "bars of packets", terminal.lines)
    terminal.key("s")
    terminal.await_("by SPI")
    check(spis(terminal) == [f"{FIRST + i:#010x}" for i in range(len(spis(terminal)))], terminal.lines)
    terminal.key("c")
    terminal.await_("by CPU")
    terminal.key("p")
    terminal.await_("by packets")
    terminal.key(" ")
    terminal.await_("[paused]", "space goes on")
    kept = list(terminal.lines)
    terminal.read(2.5)
    check(terminal.lines == kept, "paused, and yet it changed", kept, terminal.lines)
    terminal.key(" ")
    terminal.await_("space pauses")
    terminal.key("x")
    terminal.read(1.5)
    sender.terminate()
    terminal.key("q")
    check(terminal.end() == 0, "exit status")


def test_pause(host):
    """After a pause the rates are what they were: the pause is not squeezed into one frame."""
    steered(host, 8)
    sender = traffic(host, 8)
    terminal = Terminal(host)

    def rate():
        found = re.match(r"([\d.]+)( k)? packets/s", terminal.lines[1])
        return found and float(found[1]) * (1000 if found[2] else 1)
    wait_for(lambda: terminal.read() or 1000 < (rate() or 0) < 3000, "packets", step=0)
    terminal.key(" ")
    terminal.await_("[paused]")
    terminal.read(6)
    terminal.key(" ")
    rates = []
    for _ in range(20):
        terminal.read(0.15)
        rates.append(rate() or 0)
    check("[paused]" not in terminal.lines[0], terminal.lines)
    check(max(rates) < 5000, "a flood that is not there:", rates)
    sender.terminate()
    terminal.key("q")
    check(terminal.end() == 0, "exit status")


def test_keys(host):
    """Help, scrolling, and the figures soon however long a frame is; what was asked for stays."""
    steered(host)
    terminal = Terminal(host, "--seconds", "60")
    terminal.await_("40 SAs", "h help")
    terminal.key("s")
    terminal.await_("by SPI")
    terminal.key("j")
    wait_for(lambda: terminal.read() or spis(terminal)[:1] == [f"{FIRST + 1:#010x}"], "a row less")
    terminal.key("\033[B")
    wait_for(lambda: terminal.read() or spis(terminal)[:1] == [f"{FIRST + 2:#010x}"], "two less")
    terminal.key("k")
    terminal.key("\033[A")
    wait_for(lambda: terminal.read() or spis(terminal)[:1] == [f"{FIRST:#010x}"], "back")
    terminal.key("h")
    terminal.await_("scroll", "pause, and go on")
    terminal.key("x")
    terminal.await_("40 SAs")
    terminal.key("q")
    check(terminal.end() == 0, "exit status")
    terminal = Terminal(host, "--frames", "1")
    wait_for(lambda: terminal.read() or terminal.process.poll() is not None, "its end")
    terminal.read()
    check("40 SAs" in terminal.written.split("\033[?1049l")[-1], "nothing left to read")


def test_sizes(host):
    """From tiny to wide; the test's terminal checks that nothing is drawn beside it."""
    steered(host)
    terminal = Terminal(host, rows=6, columns=30)
    terminal.await_("eb, xdp")
    for rows, columns in (50, 200), (24, 80), (3, 12), (1, 1), (24, 80):
        terminal.resize(rows, columns)
        terminal.process.send_signal(signal.SIGWINCH)
        terminal.read(1.5)
        if rows > 3:
            terminal.await_("40 SAs")
            check(len(spis(terminal)) >= (30 if rows > 40 else 8), "few SAs", terminal.lines)
    # No room for both CPUs, though none is busier than the other: one, and the SAs.
    terminal.resize(14, 80)
    terminal.process.send_signal(signal.SIGWINCH)
    terminal.await_("40 SAs")
    terminal.read(1.5)
    rows = [line for line in terminal.lines if re.match(r" *\d+ +20 ", line)]
    check(len(rows) == 1 and len(spis(terminal)) >= 3, "CPUs without room", terminal.lines)
    terminal.key("q")
    check(terminal.end() == 0, "exit status")


def test_signals(host):
    steered(host, 2)
    for number in signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT:
        terminal = Terminal(host)
        terminal.await_("2 SAs")
        terminal.process.send_signal(number)
        check(terminal.end() == 0, "exit status", number)
    # Stopped, the terminal is the shell's; continued, it is drawn again.
    terminal = Terminal(host)
    terminal.await_("2 SAs")
    terminal.process.send_signal(signal.SIGTSTP)
    wait_for(lambda: terminal.read() or not terminal.other, "the screen to go")
    check(termios.tcgetattr(terminal.slave) == terminal.before, "not as it was while stopped")
    terminal.process.send_signal(signal.SIGCONT)
    wait_for(lambda: terminal.read() or terminal.other, "the screen to come back")
    terminal.await_("2 SAs")
    # What it shows is taken away under it.
    host.espalier("stop")
    terminal.await_("Nothing is steered")
    terminal.key("q")
    check(terminal.end() == 0, "exit status")


def test_text_and_json(host):
    check("Nothing is steered" in host.espalier("top", "--frames", "1").stdout, "idle")
    steered(host, 8)
    sender = traffic(host, 8)
    time.sleep(1)
    found = json.loads(host.espalier("top", "--frames", "1", "--seconds", "2", "--json").stdout)
    text = host.espalier("top", "--frames", "2").stdout
    sender.terminate()
    check(1600 < found["packets_per_s"] < 2400, found)
    check(found["interfaces"] == [{"interface": "eb", "method": "xdp"}], found)
    check(len(found["sas"]) == 8 and len(found["cpus"]) == 2, found)
    check(all(150 < sa["packets_per_s"] < 350 for sa in found["sas"]), "by SA", found["sas"])
    check(abs(sum(cpu["packets_per_s"] for cpu in found["cpus"]) - found["packets_per_s"]) < 200,
          found)
    check(abs(sum(sa["bits_per_s"] for sa in found["sas"]) - found["bits_per_s"]) < 1, found)
    shown = host.show()
    check(all(sa["src"] == lab.PEER for sa in found["sas"]), "the peer", found["sas"][0])
    for key in ("sas", "cpus", "interfaces", "moves"):
        one = found[key][0] if isinstance(found[key], list) else found[key]
        other = shown[key][0] if isinstance(shown[key], list) else shown[key]
        check({k for k in one if not k.endswith("_per_s")} <= set(other),
              "other names than show's", key, set(one) - set(other))
    check(lab.PEER in text, "the peer", text)
    check(not re.search(r"[0-9]bit/s", text), "no blank before bit/s", text)
    check(text.count("eb, xdp: 8 SAs") == 2 and "\033" not in text, text)
    check(max(map(len, text.splitlines())) <= 80, text)


def test_loads(host):
    """With rounds: loads, and bars of them."""
    host.add_sas(range(FIRST, FIRST + 8), wait=False)
    host.daemon("--cpus", ALL, "--ring", "4096", interval=500)
    host.await_sas(range(FIRST, FIRST + 8))
    sender = traffic(host, 8, 20000)
    terminal = Terminal(host)
    terminal.await_("last round: ", "load", "other", "%")
    wait_for(lambda: terminal.read() or any("#" in x or "█" in x or "▏" in x for x in terminal.lines),
             "a bar", 20)
    sender.terminate()
    terminal.key("q")
    check(terminal.end() == 0, "exit status")


def test_bad_input(host):
    for arguments, words in ((["--seconds", "0"], "--seconds 0"), (["--frames", "0"], "--frames 0"),
                             (["eb"], "one too many"), (["--color"], "unknown option")):
        result = host.espalier("top", *arguments, check=False)
        check(result.returncode == 2 and words in result.stderr, arguments, result.stderr)


if __name__ == "__main__":
    lab.main()
