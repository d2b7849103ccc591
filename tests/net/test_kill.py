#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""Killed at any system call of attaching, detaching, stopping, reloading and adopting two interfaces:
after the next `stop` every setting, program, pin, thread, mount and file is as it was before.

    tests/net/test_kill.py [KILLS [SEED]]

The suite does 60 kills (two to four minutes) with a seed of the day; 200 is what a release wants. A kill is strace's: the
N-th call of one kind, N and kind drawn from a run of the same kind that was counted.
"""
import contextlib
import difflib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, check, wait_for

KILLS = int(sys.argv.pop(1)) if sys.argv[1:] and sys.argv[1].isdigit() else 60
SEED = int(sys.argv.pop(1)) if sys.argv[1:] and sys.argv[1].isdigit() else int(time.time() // 86400)
DEVICES = ("eb", "eb2")
# What leaves a mark outside the process, or finds one.
CALLS = ("bpf,ioctl,mkdir,mkdirat,unlink,unlinkat,rmdir,rename,renameat,renameat2,openat,write,"
         "pwrite64,ftruncate,fsync,sendto,sendmsg,bind,fcntl,mount,fsmount,setns")
EVERYTHING = """mount -t sysfs none /sys
for dev in eb eb2; do
    for what in -k -l -x -c; do ethtool $what $dev 2>&1; done
    grep -H . /sys/class/net/$dev/queues/rx-*/rps_*
    ip -d link show $dev
done
sysctl -a -r '^net\\.core' 2>/dev/null"""


def settings(host):
    return host.run("b", ["unshare", "-m", "sh", "-c", EVERYTHING]).stdout


def mounts():
    with open("/proc/self/mountinfo") as file:
        return [line.split()[4] for line in file]


class Rounds:
    """One lab, and what was there before anything was done in it."""

    def __init__(self, host, rng):
        self.host = host
        self.rng = rng
        self.config = tempfile.NamedTemporaryFile("w+", suffix=".conf")
        self.log = tempfile.NamedTemporaryFile("w+")
        self.threads = set()
        self.counts = {}
        self.what = ""
        for queue, mask in enumerate(("3", "1", "0", "2")):
            host.sysfs(f"eb/queues/rx-{queue}/rps_cpus", mask)
        host.sysfs("eb2/queues/rx-0/rps_flow_cnt", "64")
        self.before = settings(host)
        self.mounts = mounts()

    def configure(self, *devices):
        self.config.seek(0)
        self.config.truncate()
        self.config.write(f"interfaces = {' '.join(devices)}\n")
        self.config.flush()

    def said(self):
        with open(self.log.name) as file:
            return file.read()

    def run(self, *traced):
        """The daemon, perhaps under strace; its messages go to said()."""
        self.log.truncate(0)
        with open(self.log.name, "w") as log:
            return self.host.start("b", [*traced, f"{BUILD}/espalier", "run", "--config",
                                         self.config.name, "--cpus", ",".join(map(str, CPUS)),
                                         "--interval", "0", "--method", self.method],
                                   stdout=log, stderr=log, start_new_session=True)

    def ready(self, daemon):
        wait_for(lambda: "ready:" in self.said() or daemon.poll() is not None, "the daemon", 60)
        check(daemon.poll() is None, self.what, "then the daemon ended:", self.said())
        self.see_threads()
        return daemon

    def see_threads(self):
        if os.path.isdir(self.host.pins):
            for name in os.listdir(self.host.pins):
                if name.startswith(("layout-", "new")):
                    self.threads |= self.host.cpumaps(f"{self.host.pins}/{name}")

    def stop(self, *arguments):
        return self.host.espalier("stop", *arguments, check=False)

    # What is killed in the middle. Each starts its victim by `trace`, and returns when it is done.

    def attach(self, trace):
        daemon = self.run(*trace)
        wait_for(lambda: "ready:" in self.said() or daemon.poll() is not None, "the start", 60)

    def adopt(self, trace):
        first = self.ready(self.run())
        first.kill()
        first.wait()
        self.attach(trace)

    def onto(self, trace):
        """A daemon that runs, with strace on it from now on."""
        daemon = self.ready(self.run())
        tracer = self.host.start("b", [*(t for t in trace if t != "-qq"), "-p", str(daemon.pid)],
                                 stderr=subprocess.PIPE, start_new_session=True)
        check("attached" in tracer.stderr.readline(), "strace did not attach")
        return daemon

    def detach(self, trace):
        self.onto(trace)
        self.stop("eb")

    def whole_stop(self, trace):
        daemon = self.onto(trace)
        self.stop()
        wait_for(lambda: daemon.poll() is not None, "its end", 60)

    def term(self, trace):
        daemon = self.onto(trace)
        daemon.send_signal(signal.SIGTERM)
        wait_for(lambda: daemon.poll() is not None, "its end", 60)

    def reload(self, trace):
        self.configure("eb2")
        daemon = self.onto(trace)
        self.configure("eb")
        daemon.send_signal(signal.SIGHUP)
        wait_for(lambda: "put back as it was" in self.said() and "eb: steering" in self.said()
                 or daemon.poll() is not None, "the reload", 60)

    def stop_after_a_crash(self, trace):
        daemon = self.ready(self.run())
        daemon.kill()
        daemon.wait()
        self.host.run("b", [*trace, f"{BUILD}/espalier", "stop"], check=False)

    VICTIMS = (attach, adopt, detach, whole_stop, term, reload, stop_after_a_crash)

    def end_all(self):
        for process in self.host.processes:
            if process.returncode is None:  # not reaped: its group is what we started
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stderr, process.stdout):
                if pipe:
                    pipe.close()
        self.host.processes.clear()

    def count(self, victim):
        """How often it does each kind of call; counted once."""
        key = victim.__name__, self.method
        if key not in self.counts:
            with tempfile.NamedTemporaryFile("r") as calls:
                victim(self, ["strace", "-f", "-qq", "-o", calls.name, "-e", f"trace={CALLS}"])
                self.end_all()
                found = re.findall(r"^\d+ +(\w+)\(", calls.read(), re.M)
            self.counts[key] = {name: found.count(name) for name in set(found)}
            self.put_back("nothing was killed")
        return self.counts[key]

    def draw(self, counts):
        """Half of them by the calls, half by their kinds: of some there are few."""
        kinds = sorted(counts)
        weights = [counts[k] for k in kinds] if self.rng.random() < 0.5 else None
        kind = self.rng.choices(kinds, weights)[0]
        return kind, self.rng.randint(1, counts[kind])

    def put_back(self, what):
        """Perhaps another daemon adopts what is left; then `stop`, and all is as it was."""
        self.what = what
        self.see_threads()
        self.configure(*DEVICES)
        how = self.rng.choice(("stop", "run", "one by one", "one"))
        if how == "run":
            self.ready(self.run())
        elif how == "one":
            self.configure("eb")
            self.ready(self.run())
        if how == "one by one":
            for dev in DEVICES:
                self.stop(dev)
        done = self.stop()
        told = f"{what}; then {how}, stop: {done.stdout}{done.stderr} the daemon: {self.said()}"
        check(done.returncode == 0, "stop failed:", told)
        self.compare(told)
        self.end_all()
        self.threads.clear()

    def compare(self, told):
        now = wait_for(lambda: self.settled(), "the settings")
        differ = [line for line in difflib.unified_diff(self.before.split("\n"), now.split("\n"),
                                                        lineterm="", n=0)]
        check(not differ, "not as it was:", differ, told)
        check(not os.path.exists(self.host.pins), "pins left:", told)
        check(not self.host.run_files(), "files left:", self.host.run_files(), told)
        check(mounts() == self.mounts, "mounts left:", mounts(), told)
        wait_for(lambda: not lab.ring_threads(self.threads), f"the threads to end: {told}")

    def settled(self):
        """The settings; a link that was just reset may still be coming up."""
        end = time.monotonic() + 10
        while True:
            now = settings(self.host)
            if now == self.before or time.monotonic() > end:
                return now
            time.sleep(0.1)

    def kill_one(self):
        """False: what was drawn did not come, this time."""
        victim = self.rng.choice(self.VICTIMS)
        self.method = self.rng.choice(("xdp", "xdp", "rps"))
        self.configure(*DEVICES)
        kind, number = self.draw(self.count(victim))
        self.configure(*DEVICES)
        with tempfile.NamedTemporaryFile("r") as calls:
            victim(self, ["strace", "-f", "-qq", "-o", calls.name, "-e", f"trace={kind}", "-e",
                          f"inject={kind}:signal=KILL:when={number}"])
            self.end_all()
            killed = "killed by SIGKILL" in calls.read()
        self.put_back(f"{victim.__name__} ({self.method}) at {kind} {number}")
        return killed


def test_killed_at_any_system_call(host):
    rng = random.Random(SEED)
    rounds = Rounds(host, rng)
    killed = tried = 0
    while killed < KILLS and tried < 3 * KILLS:
        tried += 1
        killed += rounds.kill_one()
    check(killed >= KILLS, "too few kills:", killed, "of", tried)
    return f"{killed} kills of {tried}, seed {SEED}"


test_killed_at_any_system_call.lab = ("--second",)


if __name__ == "__main__":
    lab.main()
