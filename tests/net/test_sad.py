#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""The SA follower on the real kernel: dump, events, what sends no event, overflow, forgery."""
import os
import select
import subprocess
import sys
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("ESPALIER_BUILD", os.path.join(ROOT, "build"))
PROBE = os.path.join(BUILD, "tests/net/sad_probe")
SRC, DST = "192.0.2.1", "192.0.2.2"
SRC6, DST6 = "2001:db8::1", "2001:db8::2"


class Failed(Exception):
    """A check did not hold."""


def check(condition, *details):
    if not condition:
        raise Failed(" ".join(map(str, details)))


class Follower:
    """sad_probe follow: its lines, in order."""

    def __init__(self, space, *local):
        self.process = subprocess.Popen(space.enter + [PROBE, "follow", *local], bufsize=0,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.rest = b""
        self.port = self.until("port ")[-1].split()[1]
        self.first = self.until("synced ")

    def line(self, seconds):
        end = time.monotonic() + seconds
        while b"\n" not in self.rest:
            ready = select.select([self.process.stdout], [], [], max(0, end - time.monotonic()))
            check(ready[0], "the follower says nothing; so far:", self.rest)
            more = os.read(self.process.stdout.fileno(), 65536)
            check(more, "the follower ended")
            self.rest += more
        line, self.rest = self.rest.split(b"\n", 1)
        return line.decode()

    def until(self, start, seconds=20):
        """All lines up to the first that starts so."""
        lines = [self.line(seconds)]
        while not lines[-1].startswith(start):
            lines.append(self.line(seconds))
        return lines

    def send(self, command):
        """What it said since the last line read, up to the end of this command."""
        self.process.stdin.write(command.encode() + b"\n")
        return self.until("done " + command.split()[0])[:-1]

    def spis(self):
        return sorted(int(line.split()[3], 16) for line in self.send("list")
                      if line.startswith("sa "))

    def stat(self, name):
        return int(dict(w.split("=") for w in self.send("stats")[-1].split()[1:])[name])

    def close(self):
        self.process.stdin.close()
        return self.process.wait(20)


class Space:
    """A network namespace."""

    def __init__(self, name):
        self.name = name
        self.followers = []
        subprocess.run(["ip", "netns", "add", name], check=True)
        self.enter = ["nsenter", f"--net=/run/netns/{name}", "--"]

    def run(self, *command, **options):
        return subprocess.run(self.enter + list(map(str, command)), check=True, text=True,
                              capture_output=True, **options)

    def alloc(self, spi, count=1, *options, src=SRC, dst=DST):
        self.run(PROBE, "alloc", src, dst, spi, count, *options)

    def delete(self, *spis, src=SRC, dst=DST, mark=""):
        self.run("ip", "-batch", "-", input="".join(
            f"xfrm state delete src {src} dst {dst} proto esp spi {spi} {mark}\n" for spi in spis))

    def expires(self, seconds):
        self.run("sysctl", "-qw", f"net.core.xfrm_acq_expires={seconds}")

    def follower(self, *local):
        self.followers.append(Follower(self, *local))
        return self.followers[-1]

    def close(self):
        for follower in self.followers:
            follower.process.kill()
            follower.process.wait()
        subprocess.run(["ip", "netns", "del", self.name], check=False)


def test_dump_then_events(space):
    space.alloc(0x1000, 3)
    # from Linux 6.17 on ALLOCSPI gives an SPI once, whatever the address
    space.alloc(0x2000, 1, src=SRC6, dst=DST6)
    follower = space.follower()
    check(sum(line.startswith("added") for line in follower.first) == 4, follower.first)
    check(any(f"added {SRC6} {DST6} 0x00002000 larval=1" in line for line in follower.first))
    space.delete(0x1001)
    lines = follower.until("removed")
    check(f"removed {SRC} {DST} 0x00001001" in lines[-1], lines)
    check(follower.spis() == [0x1000, 0x1002, 0x2000], follower.spis())
    check(follower.stat("syncs") == 1, "it was no event that removed the SA")


def test_larval_sas_are_found(space):
    follower = space.follower()
    space.alloc(0x1000, 2)
    check(follower.spis() == [], "a larval SA sends no event, yet it is there")
    check(follower.send(f"ask {DST} 0x1001")[-1] == "asked found")
    check(follower.spis() == [0x1001])
    check("added" in follower.send("sync")[0])
    check(follower.spis() == [0x1000, 0x1001])
    check(follower.send(f"ask {DST} 0x1005")[-1] == "asked No such process")
    check(follower.send("sync") == ["synced 0"], "a sync without news says something")


def test_expiry(space):
    space.expires(1)
    space.alloc(0x1000)
    space.alloc(0x1001, 1, "mark", "5/0xff")
    follower = space.follower()
    check(len(follower.until("removed")) == 1)
    follower.until("removed")
    check(follower.stat("syncs") == 1 and follower.spis() == [], "not removed by the event")


def test_flush(space):
    space.alloc(0x1000, 3)
    follower = space.follower()
    space.run("ip", "xfrm", "state", "flush")
    lines = follower.until("synced")
    check(lines[0] == "lost flush" and lines[-1] == "synced 0", lines)
    check(sum(line.startswith("removed") for line in lines) == 3, lines)


def test_attributes(space):
    space.alloc(0x1000, 1, "dir", "in", "pcpu", 1, "if_id", 7)
    space.alloc(0x1001, 1, "dir", "out")
    space.alloc(0x1002, 1, "mark", "5/0xff")
    follower = space.follower(SRC)
    check(follower.spis() == [0x1000], "direction or address taken wrongly")
    check(" dir=1 pcpu=1 mark=0/0 if_id=7 " in follower.send("list")[0])
    lines = follower.send(f"local {DST}")
    check("added" in lines[0] and " mark=5/255 " in lines[0] and len(lines) == 1, lines)
    space.delete(0x1002, mark="mark 5 mask 0xff")
    check("0x00001002" in follower.until("removed")[-1])


def test_forged(space):
    follower = space.follower()
    space.alloc(0x1001)
    follower.send("sync")
    space.run(PROBE, "forge", follower.port, DST, 0x1000)
    space.delete(0x1001)
    follower.until("removed")
    check(follower.stat("forged") == 1, "the forged message did not arrive, so this tests nothing")
    check(follower.spis() == [], "the forged SA is there")


def test_overflow(space):
    count = 5000
    space.alloc(0x1000, count)
    follower = space.follower()
    check(len(follower.spis()) == count)
    follower.send("rcvbuf 4096")
    follower.send("pause")
    space.delete(*range(0x1000, 0x1000 + count - 3))
    space.alloc(0x10, 2)
    check(len(follower.spis()) == count)
    lines = follower.send("resume") + follower.until("synced", 60)
    check("lost overflow" in lines and lines[-1] == "synced 0", lines[-3:])
    left = [0x10, 0x11] + [0x1000 + i for i in range(count - 3, count)]
    check(follower.spis() == left, follower.spis()[:10])
    check(follower.stat("overflows") == 1)


def test_many(space):
    """More than one receive, twice, with every second one gone in between and no event read."""
    count = 6000
    space.alloc(0x1000, count)
    follower = space.follower()
    check(follower.spis() == list(range(0x1000, 0x1000 + count)))
    follower.send("pause")
    space.delete(*range(0x1000, 0x1000 + count, 2))
    check(follower.send("sync")[-1] == "synced 0")
    check(follower.spis() == list(range(0x1001, 0x1000 + count, 2)))


def test_slices(space):
    """A sync in slices, with SAs that go and one that is asked for in between."""
    count, going = 3000, "slice 2"
    space.alloc(0x1000, count)
    follower = space.follower()
    check([follower.send("slice")[-1] for _ in range(4)] == 4 * [going])
    space.delete(*range(0x1000, 0x1000 + count, 2))
    space.alloc(0x10)
    lines = follower.send(f"ask {DST} 0x10")
    check(lines[-1] == "asked found", lines)
    slices, lines = 0, follower.send("slice")
    while lines[-1] == going:
        check(len(lines) == 1, "an event was read before the dump was complete:", lines)
        slices, lines = slices + 1, follower.send("slice")
    check(lines[-1] == "slice 0" and slices > 5, slices, lines[-1])
    left = [0x10, *range(0x1001, 0x1000 + count, 2)]
    deadline = time.monotonic() + 20
    while follower.spis() != left and time.monotonic() < deadline:
        time.sleep(0.1)
    check(follower.spis() == left, len(follower.spis()), follower.spis()[:10])
    check(follower.stat("syncs") == 2 and follower.stat("overflows") == 0)


def test_reborn(space):
    """An event that is older than the dump does not undo what the dump says."""
    space.alloc(0x1000)
    follower = space.follower()
    follower.send("pause")
    space.delete(0x1000)
    space.alloc(0x1000)
    check(follower.send("sync")[-1] == "synced 0")
    follower.send("resume")
    check(follower.spis() == [0x1000], follower.spis())
    check(follower.stat("events") == 3, "the event was not read")


def test_end(space):
    space.alloc(0x1000, 10)
    follower = space.follower()
    check(follower.close() == 0, "the probe did not end well")


def main():
    failed = 0
    for name, test in [(n, t) for n, t in globals().items() if n.startswith("test_")]:
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        space = Space(f"sad-{os.getpid()}")
        try:
            test(space)
            print("ok", name)
        except (Failed, subprocess.CalledProcessError, OSError) as error:
            failed += 1
            print("FAIL", name, error, getattr(error, "stderr", ""))
            traceback.print_exc()
        finally:
            space.close()
        sys.stdout.flush()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
