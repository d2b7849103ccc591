#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""The daemon as a process: what it can see, what it may do, and what it does with signals."""
import ctypes
import json
import os
import random
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, check, wait_for

FIRST, RATE, WORK_NS = 0x1000, 12000, 20000
ALL = ",".join(map(str, CPUS[:2]))
PID_NAMESPACE = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
UNSEEN = "cannot see the rings' threads"


def start(host, *arguments, behind=(), interval=0, ready=True, program="espalier"):
    """The daemon behind another program; its messages go to host.log."""
    host.log_path = f"/tmp/{host.prefix}-{os.getpid()}.log"
    with open(host.log_path, "w") as log:
        process = host.start("b", [*behind, f"{BUILD}/{program}", "run", "eb", "--cpus", ALL,
                                   "--interval", str(interval), *arguments], stderr=log, stdout=log)
    if ready:
        wait_for(lambda: "ready:" in host.log or process.poll() is not None, "the daemon")
        check(process.poll() is None, "the daemon ended:", host.log)
    return process


def rings_threads(host):
    """The nice values of the rings' threads in this lab, by their numbers."""
    ids = [json.loads(host.run("b", ["bpftool", "-j", "map", "show", "pinned",
                                     f"{host.layout}/{name}"]).stdout)["id"]
           for name in os.listdir(host.layout) if name.startswith("cpus_")]
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as file:
                name, _, rest = file.read().partition("(")[2].rpartition(")")
        except OSError:
            continue
        if name.startswith("cpumap/") and int(name.rpartition(":")[2]) in ids:
            found[int(pid)] = int(rest.split()[16])
    return found


def slice_of(thread):
    """The time slice of a thread in ns, as sched_getattr() tells it."""
    number = {"x86_64": 315, "aarch64": 275}[os.uname().machine]
    attributes = ctypes.create_string_buffer(48)
    check(ctypes.CDLL(None).syscall(number, thread, attributes, 48, 0) == 0, "sched_getattr")
    return struct.unpack_from("Q", attributes, 24)[0]


def test_slices_are_short(host):
    """A thread that is woken does not wait until others have used up theirs (Linux 6.12)."""
    if tuple(map(int, os.uname().release.split(".")[:2])) < (6, 12):
        raise lab.Skipped("this kernel has no slices of a thread's own")
    start(host)
    threads = rings_threads(host)
    check(threads and {slice_of(thread) for thread in threads} == {100000}, "slices",
          [slice_of(thread) for thread in threads])


def test_nice_is_what_it_is(host):
    """show tells the priority of the threads themselves, not the one that was asked for."""
    start(host, "--nice", "-7")
    check(set(rings_threads(host).values()) == {-7}, "threads", rings_threads(host))
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


CAP_DAC_READ_SEARCH = 2
CAPS = {"sys_nice": 23, "perfmon": 38, "bpf": 39, "net_admin": 12}


def privileges(process):
    with open(f"/proc/{process.pid}/status") as file:
        fields = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
    caps = {name: int(fields[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")}
    return caps, fields["NoNewPrivs"], fields["Seccomp"]


def test_capabilities(host):
    """It keeps what it needs of what it had, no more, and can gain nothing; so too if one is missing."""
    for missing in None, "sys_nice", "perfmon", "bpf", "setpcap":
        behind = ("setpriv", "--bounding-set", f"-{missing}") if missing else ()
        daemon = start(host, behind=behind)
        caps, no_new, seccomp = privileges(daemon)
        left = sum(1 << bit for name, bit in CAPS.items() if name != missing)
        check(caps["CapEff"] == caps["CapPrm"] == left, missing, {n: hex(c) for n, c in caps.items()})
        # Without SETPCAP nobody can make the bounding set smaller.
        check((caps["CapBnd"] == left) == (missing != "setpcap"), missing, hex(caps["CapBnd"]))
        check(caps["CapInh"] == caps["CapAmb"] == 0 and no_new == "1", missing, caps, no_new)
        check(seccomp == "2", "no filter of system calls:", seccomp)
        host.espalier("stop")
        daemon.wait(timeout=30)


def opened(fifo):
    """An end to write to, if somebody has the other one open; else None."""
    try:
        return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None


def test_readers_hold_nothing(host):
    """A verb that reads what others wrote has given up all but reading when it opens it."""
    with tempfile.TemporaryDirectory() as directory:
        fifo = f"{directory}/fifo"
        os.mkfifo(fifo)
        for verb in (("simulate", fifo), ("simulate", "--sas", fifo, "--made", "sas=4"),
                     ("models", "mlx5", "--against", fifo), ("simulate", "--nic", fifo, "--made", "sas=4"),
                     ("plan", "table", "--nic", "mlx5", "--queues", "4", "--key", "6d5a" * 20, "--capture", fifo)):
            reader = subprocess.Popen([f"{BUILD}/espalier", *verb], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.PIPE, text=True)
            end = []
            wait_for(lambda: end.append(opened(fifo)) or end[-1] is not None or reader.poll() is not None, verb)
            check(end[-1] is not None, verb, "did not open it:", reader.poll())
            caps, no_new, seccomp = privileges(reader)
            os.close(end[-1])
            reader.communicate(timeout=60)
            check(caps["CapEff"] == caps["CapPrm"] == 1 << CAP_DAC_READ_SEARCH, verb, caps)
            check((no_new, seccomp) == ("1", "2"), verb, no_new, seccomp)


def test_files_are_roots(host):
    """Nobody but root can speak to it, or read or change what it keeps."""
    start(host)
    for name, mode in ("", 0o700), (f"{host.cookie}.control", 0o600), (f"{host.cookie}.lock", 0o600):
        seen = os.stat(f"/run/espalier/{name}")
        check((seen.st_uid, seen.st_mode & 0o777) == (0, mode), name, oct(seen.st_mode))


EVIL = "e\x1b]0;x\x07"


def test_names_are_printed_plain(host):
    """Control characters of an interface's name reach neither the log nor a terminal."""
    host.sh("b", f"ip link add '{EVIL}' type veth peer name '{EVIL}p' && ip link set '{EVIL}' up")
    plain = "".join(c if " " <= c <= "~" else "?" for c in EVIL)

    def clean(text, what):
        check(all(" " <= c <= "~" or c == "\n" for c in text), what, text)
        check(plain in text, what, "does not name it:", text)
    for verb in (("run", EVIL, "--dry-run"), ("run", EVIL, "--dry-run", "--json"), ("inspect", EVIL),
                 ("show", EVIL)):
        done = host.espalier(*verb, check=False)
        clean(done.stdout + done.stderr, verb)
    host.daemon("--cpus", ALL, interfaces=(EVIL,))
    for verb in ("show",), ("show", "--json"), ("inspect", EVIL), ("gain", "--seconds", "1"), ("stop", EVIL):
        done = host.espalier(*verb, check=False)
        if verb[0] != "gain":
            clean(done.stdout + done.stderr, verb)
        check("\x1b" not in done.stdout + done.stderr, verb, done.stdout, done.stderr)
    wait_for(lambda: "every setting is as it was" in host.log, "the end")
    clean(host.log, "the log")


def settings(host):
    """What steering changes: settings, programs, pins, files."""
    wanted = ("-k", "-l", "-x")
    out = [host.run("b", ["ethtool", w, "eb"], check=False).stdout for w in wanted]
    out += [host.sysfs(f"eb/queues/rx-{queue}/rps_cpus") for queue in range(4)]
    out.append("xdp" in host.sh("b", "ip link show eb"))
    out.append(os.path.exists(host.pins) and os.listdir(host.pins))
    out.append(os.path.exists("/run/espalier") and os.listdir("/run/espalier"))
    return out


with open(f"{lab.ROOT}/src/daemon/run.c") as source:  # the steps of the start
    STEPS = re.findall(r"\w+", re.search(r"\bsteps\[\].*?\{(.*?)\}", source.read(), re.S)[1])


def test_signals_between_any_two_steps(host):
    """While starting, SIGTERM undoes all that was done, and SIGHUP kills nobody."""
    host.sysfs("eb/queues/rx-0/rps_cpus", "3")
    before = settings(host)
    for step in range(len(STEPS)):
        daemon = host.daemon("--cpus", ALL, *(("--keep",) if step % 2 else ()),
                             switches=f"end-at-{step}", ready=False)
        check(daemon.wait(timeout=60) == 0, step, "ended with", daemon.returncode, host.log)
        check("ready:" not in host.log and "told to end while starting" in host.log, step, host.log)
        check(settings(host) == before, step, "left", settings(host), before, host.log)
    daemon = host.daemon("--cpus", ALL, switches=f"end-at-{len(STEPS)}")
    host.espalier("stop")
    daemon.wait(timeout=30)
    for step in range(0, len(STEPS), 3):
        daemon = host.daemon("--cpus", ALL, switches=f"hup-at-{step}")
        host.espalier("stop")
        check(daemon.wait(timeout=30) == 0, step, "ended with", daemon.returncode, host.log)


def test_told_to_end_while_adopting(host):
    """What an earlier daemon left is taken down too; with --keep it stays as it was."""
    before = settings(host)
    for name, keep in (("open_addresses", True), ("open_rounds", True), ("drop_privileges", True),
                       ("open_addresses", False), ("drop_privileges", False)):
        step = STEPS.index(name)
        daemon = host.daemon("--cpus", ALL)
        daemon.kill()
        daemon.wait()
        left = settings(host)
        daemon = host.daemon("--cpus", ALL, *(("--keep",) if keep else ()),
                             switches=f"end-at-{step}", ready=False)
        check(daemon.wait(timeout=60) == 0, step, "ended with", daemon.returncode, host.log)
        if keep:
            check(settings(host)[:8] == left[:8], step, settings(host), left, host.log)
            host.espalier("stop")
        check(settings(host) == before, step, "left", settings(host), before, host.log)


def test_signals_at_any_moment(host):
    """The same with signals whenever they come."""
    before = settings(host)

    def held(daemon):
        with open(f"/proc/{daemon.pid}/status") as file:
            blocked = next(line.split()[1] for line in file if line.startswith("SigBlk"))
        return int(blocked, 16) >> signal.SIGTERM - 1 & 1 or daemon.poll() is not None

    for i in range(12):
        daemon = start(host, ready=False)
        wait_for(lambda: held(daemon), "the daemon to hold signals", step=0.001)
        time.sleep(random.random() * 0.6)
        if i % 3 == 0:
            daemon.send_signal(signal.SIGHUP)
        daemon.send_signal(signal.SIGINT if i % 2 else signal.SIGTERM)
        check(daemon.wait(timeout=60) == 0, i, "ended with", daemon.returncode, host.log)
        check(settings(host) == before, i, "left", settings(host), before, host.log)


def connect(host):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    client.connect(f"/run/espalier/{host.cookie}.control")
    return client


def sent_away(client):
    client.settimeout(30)
    return client.recv(1) == b""


def test_silent_client(host):
    """Who connects and asks nothing keeps nobody waiting, and is sent away."""
    host.add_sas([FIRST], wait=False)
    start(host)
    host.await_sas([FIRST])

    def answered_before():
        """Is another one answered before the silent one's second is over?"""
        with connect(host) as silent:
            host.espalier("move", str(FIRST), str(CPUS[0]))
            silent.setblocking(False)
            try:
                return silent.recv(1) and False
            except BlockingIOError:
                pass
            check(sent_away(silent), "it was answered")
            return True
    wait_for(answered_before, "an answer meanwhile", 60)
    crowd = [connect(host) for _ in range(12)]  # more than it serves at a time
    host.espalier("move", str(FIRST), str(CPUS[0]))
    for client in crowd:
        check(sent_away(client), "it was answered")
        client.close()


STOP = struct.pack("II", 0x45535045, 1) + bytes(44)  # struct control_request


def test_request_of_another_size(host):
    """A program of another version is told so, and not left without an answer."""
    start(host)
    for request in b"x", STOP[:-4], STOP + bytes(4):
        with connect(host) as client:
            client.settimeout(30)
            client.send(request)
            check(b"of another version" in client.recv(2000), len(request), "is not answered")
    check(host.show()["interfaces"], "it was obeyed")


def test_stop_of_one_who_left(host):
    """Who asked and gave up was told that nothing was done: nothing is done later."""
    daemon = start(host)
    daemon.send_signal(signal.SIGSTOP)
    with connect(host) as client:
        check(client.send(STOP) == 52, "size")
    daemon.send_signal(signal.SIGCONT)
    host.add_sas([FIRST], wait=False)
    host.espalier("move", "0x1", "auto", check=False)  # served after it
    check(host.show()["interfaces"] and daemon.poll() is None, "obeyed", host.log)


def test_stop_of_a_suspended_daemon(host):
    """Where it takes nobody any more `stop` and `move` end, and nothing is taken from under it."""
    daemon = start(host)
    daemon.send_signal(signal.SIGSTOP)
    crowd = []
    for _ in range(20):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        client.setblocking(False)
        crowd.append(client)
        try:
            client.connect(f"/run/espalier/{host.cookie}.control")
        except BlockingIOError:
            break
    else:
        check(False, "its backlog does not fill: nothing is tested")
    for words in ["stop"], ["stop", "eb"], ["move", str(FIRST), "auto"]:
        done = host.espalier(*words, check=False)
        check(done.returncode == 1 and "it does not answer" in done.stderr, words, done.stdout, done.stderr)
    check(host.show()["interfaces"], "stopped")
    for client in crowd:
        client.close()
    daemon.send_signal(signal.SIGCONT)
    host.espalier("stop")
    check(daemon.wait(timeout=30) == 0, "its end", host.log)


def test_without_descriptors(host):
    """Where it can take nobody it waits, rather than turn in its loop; then it serves again."""
    daemon = start(host)
    was = resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE)
    used = len(os.listdir(f"/proc/{daemon.pid}/fd"))
    lowest = min(set(range(used + 1)) - set(map(int, os.listdir(f"/proc/{daemon.pid}/fd"))))
    resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, (lowest, was[1]))
    with connect(host) as client:
        before = os.times().elapsed, cpu_ticks(daemon.pid)
        time.sleep(3)
        spent = (cpu_ticks(daemon.pid) - before[1]) / os.sysconf("SC_CLK_TCK")
        check(spent < 0.5 * (os.times().elapsed - before[0]), "it turns:", spent)
        resource.prlimit(daemon.pid, resource.RLIMIT_NOFILE, was)
        client.settimeout(30)
        client.send(b"x")
        check(b"of another version" in client.recv(2000), "not served again")


def cpu_ticks(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def test_frees_what_it_took(host):
    """AddressSanitizer and LeakSanitizer have nothing to say of a daemon that ends."""
    host.add_sas([FIRST], wait=False)
    for arguments in ("--keep",), ("--metrics", "/run/espalier-test.prom"):
        daemon = start(host, *arguments, program="tests/unit/espalier-asan", interval=100)
        host.await_sas([FIRST])
        host.espalier("move", str(FIRST), str(CPUS[0]))
        crowd = [connect(host) for _ in range(3)]
        daemon.send_signal(signal.SIGHUP)
        host.sh("b", "ip link add type veth")
        daemon.send_signal(signal.SIGTERM)
        check(daemon.wait(timeout=60) == 0 and "Sanitizer" not in host.log, arguments, host.log)
        for client in crowd:
            client.close()


lab.main()
