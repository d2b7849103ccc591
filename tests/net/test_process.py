#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The daemon as a process: what it can see, what it may do, and what it does with signals."""
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, check, wait_for

FIRST, RATE, WORK_NS = 0x1000, 12000, 20000
ALL = ",".join(map(str, CPUS[:2]))
PID_NAMESPACE = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
UNSEEN = "cannot see the rings' threads"


def start(host, *arguments, behind=(), interval=0, ready=True):
    """The daemon behind another program; its messages go to host.log."""
    host.log_path = f"/tmp/{host.prefix}-{os.getpid()}.log"
    with open(host.log_path, "w") as log:
        process = host.start("b", [*behind, f"{BUILD}/espalier", "run", "eb", "--cpus", ALL,
                                   "--interval", str(interval), *arguments], stderr=log, stdout=log)
    if ready:
        wait_for(lambda: "ready:" in host.log or process.poll() is not None, "the daemon")
        check(process.poll() is None, "the daemon ended:", host.log)
    return process


def rings_threads():
    """The rings' threads of the whole machine: (nice, name) by process."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as file:
                name, _, rest = file.read().partition("(")[2].rpartition(")")
        except OSError:
            continue
        if name.startswith("cpumap/") and rest.split()[1] == "2":
            found[int(pid)] = int(rest.split()[16]), name
    return found


def test_nice_is_what_it_is(host):
    """show tells the priority of the threads themselves, not the one that was asked for."""
    before = rings_threads()
    start(host, "--nice", "-7")
    ours = {pid: nice for pid, (nice, _) in rings_threads().items() if pid not in before}
    check(ours and set(ours.values()) == {-7}, "threads", ours)
    check(host.show()["settings"]["nice"] == -7, host.show()["settings"])
    host.espalier("stop")
    start(host, "--nice", "-7", behind=("setpriv", "--bounding-set", "-sys_nice"))
    now = host.show()
    check(now["settings"]["nice"] == 0, now["settings"])
    check(any("run at nice 0, not at -7" in w for w in now["warnings"]), now["warnings"])
    check("run at nice 0, not at -7" in host.log, host.log)


def test_pid_namespace(host):
    """Where the rings' threads are not to be seen that is said, and their load is not taken for none."""
    host.add_sas([FIRST], wait=False)
    start(host, behind=PID_NAMESPACE, interval=200)
    check("threads cannot be seen in this PID namespace" in host.log, host.log)
    host.await_sas([FIRST])
    with host.receiver("--work", WORK_NS, "--spi", FIRST, "--sas", 1):
        host.send("--spi", FIRST, "--sas", 1, "--pps", RATE, "--count", 6 * RATE)
        now = host.show()
    check(now["settings"]["nice"] is None, now["settings"])
    check(any(UNSEEN in w for w in now["warnings"]), now["warnings"])
    load = max(cpu["load"] for cpu in now["cpus"])
    check(load > RATE * WORK_NS / 1e9 / 4, "load", load)  # blind it was a hundredth of that
    return f"load {load:.2f}, {RATE * WORK_NS / 1e9:.2f} sent"


lab.main()
