# SPDX-License-Identifier: GPL-2.0-only
"""The lab for tests of the whole program: two namespaces, the daemon, the generator, the receiver.

A test file defines functions test_*(lab) and ends with lab.main(). Each gets a fresh Lab, which is
taken down afterwards whatever happens. A line `ok NAME`, `FAIL NAME`, `skip NAME: why` or `noise NAME: why` for each;
what a test returns, a figure worth knowing, stands behind its name.
"""
import atexit
import contextlib
import ctypes
import fcntl
import json
import mmap
import os
import platform
import re
import signal
import struct
import subprocess
import sys
import termios
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("ESPALIER_BUILD", os.path.join(ROOT, "build"))
CPUS = sorted(os.sched_getaffinity(0))
GATEWAY = "192.0.2.2"
PEER = "192.0.2.1"
GATEWAY6 = "2001:db8::2"
PEER6 = "2001:db8::1"
NOISY_TRIES = 6


# Runs a command that finds no BTF of the kernel.
WITHOUT_BTF = ["unshare", "-m", "sh", "-c",
               'mount --bind /dev/null /sys/kernel/btf/vmlinux && exec "$@"', "sh"]


class Failed(Exception):
    """A check did not hold."""


class Skipped(Exception):
    """This machine cannot run the test."""


class Noise(Skipped):
    """Not now: other work on the machine hides what the test looks for."""


def check(condition, what, *details):
    """Fails the test unless condition holds."""
    if not condition:
        raise Failed(" ".join([str(what)] + [repr(d) for d in details]))


def wait_for(condition, what, seconds=60, step=0.05):
    """Waits until condition() is true; its last value is returned. A bound, never a measure: a busy
    machine, or a guest in emulation, may take many times what it takes at rest."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failed(f"waited {seconds} s in vain for: {what}")
        time.sleep(step)


def apart():
    """Goes on where nothing of the machine is seen and nothing is left (lab/apart), unless it is there."""
    if os.environ.get("ESPALIER_APART") != str(os.stat("/proc/self/ns/mnt").st_ino):
        os.execv(f"{ROOT}/lab/apart", [f"{ROOT}/lab/apart", sys.executable, *sys.argv])


class Lab:
    """Namespaces PREFIX-a (the peer, device ea) and PREFIX-b (the gateway, device eb)."""

    def __init__(self, prefix, *options):
        self.prefix = prefix
        self.processes = []
        self.sides = []  # namespaces beside a and b
        subprocess.run([f"{ROOT}/lab/net", "up", prefix, *options], check=True)
        self.sh("b", "sysctl -qw net.core.xfrm_acq_expires=3600")

    def close(self):
        """Takes everything down; the daemon first, then what it may have left."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.run("b", [f"{BUILD}/espalier", "stop"], check=False)
        for side in self.sides:
            subprocess.run(["ip", "netns", "del", f"{self.prefix}-{side}"], check=False)
        subprocess.run([f"{ROOT}/lab/net", "down", self.prefix], check=False)

    def enter(self, side):
        return ["nsenter", f"--net=/run/netns/{self.prefix}-{side}", "--"]

    def run(self, side, command, check=True, **options):
        """Runs a command in a namespace; returns the finished process with its output as text."""
        result = subprocess.run(self.enter(side) + command, text=True, capture_output=True,
                                **options)
        if check and result.returncode:
            raise Failed(f"{' '.join(map(str, command))}: exit {result.returncode}: "
                         f"{result.stderr.strip() or result.stdout.strip()}")
        return result

    def sh(self, side, script, **options):
        return self.run(side, ["sh", "-c", script], **options).stdout

    def start(self, side, command, **options):
        """Starts a process in a namespace; it is killed when the lab closes."""
        process = subprocess.Popen(self.enter(side) + command, text=True, **options)
        self.processes.append(process)
        return process

    def add_side(self, side, address, gateway, device="ec", towards="bc"):
        """A namespace PREFIX-SIDE behind the gateway: its device, its address and ours there."""
        name = f"{self.prefix}-{side}"
        subprocess.run(["ip", "netns", "add", name], check=True)
        self.sides.append(side)
        self.sh("b", f"ip link add {towards} type veth peer name {device} netns {name} && "
                     f"ip address add {gateway} dev {towards} nodad && ip link set {towards} up")
        self.sh(side, f"ip address add {address} dev {device} nodad && ip link set {device} up && "
                      f"ip link set lo up")

    def recreate(self):
        """Makes ea and eb anew, as lab/net does, after one of them was deleted."""
        queues = "numrxqueues 4 numtxqueues 4"
        self.sh("a", f"ip link add ea {queues} type veth peer name eb {queues} "
                     f"netns {self.prefix}-b")
        for side, own, far in ("a", "0a", "0b"), ("b", "0b", "0a"):
            dev = f"e{side}"
            v4, v6 = ((PEER, GATEWAY), (PEER6, GATEWAY6)) if side == "a" else (
                (GATEWAY, PEER), (GATEWAY6, PEER6))
            self.sh(side, f"""ip link set {dev} address 02:00:00:00:00:{own} addrgenmode none
                ip address add {v4[0]}/24 dev {dev} && ip address add {v6[0]}/64 dev {dev} nodad
                ethtool -K {dev} tx off && ip link set {dev} up && ethtool -K {dev} gro on
                ip neigh replace {v4[1]} lladdr 02:00:00:00:00:{far} dev {dev} nud permanent
                ip neigh replace {v6[1]} lladdr 02:00:00:00:00:{far} dev {dev} nud permanent""")

    # The daemon and the verbs

    def daemon(self, *arguments, interfaces=("eb",), switches="", ready=True, interval=0,
               under=(), program=None):
        """Starts `run` in the gateway; its messages go to self.log. Waits until it is ready.

        Without an interval SAs stay where they are first placed, and a test knows where that is.
        under: a command that runs it, such as WITHOUT_BTF.
        """
        self.log_path = f"/tmp/{self.prefix}-{os.getpid()}.log"
        with open(self.log_path, "w") as log:
            program = program or ("espalier-test" if switches else "espalier")
            process = self.start("b", [*under, f"{BUILD}/{program}", "run", *interfaces, *arguments,
                                       "--interval", str(interval)],
                                 stderr=log, stdout=log,
                                 env={**os.environ, "ESPALIER_TEST": switches})
        atexit.register(lambda path=self.log_path: os.path.exists(path) and os.unlink(path))
        if ready:
            wait_for(lambda: "ready:" in self.log or process.poll() is not None, "the daemon")
            check(process.poll() is None, "the daemon ended:", self.log)
        return process

    @property
    def log(self):
        with open(self.log_path) as log:
            return log.read()

    def espalier(self, *arguments, check=True, side="b"):
        return self.run(side, [f"{BUILD}/espalier", *arguments], check=check)

    def show(self, *arguments):
        return json.loads(self.espalier("show", "--json", *arguments).stdout)

    def shown(self):
        """The SAs of show, by SPI as a number."""
        return {int(sa["spi"], 16): sa for sa in self.show()["sas"]}

    def none_lost(self, result):
        """All that was sent was received; what rings lost is no fault of ours, but of a busy CPU."""
        dropped = self.show()["drops"]["rings"]
        if 0 < result["missing"] <= dropped:
            raise Noise(f"a CPU was busy for so long that its ring lost {dropped} packets")
        check(result["missing"] == 0, "packets were lost:", result["missing"], "by rings:", dropped)

    # SAs: larval ones, which this kernel takes without ESP

    def add_sas(self, spis, src=PEER, dst=GATEWAY, protocol="esp", wait=True):
        spis = list(spis)
        lines = [f"xfrm state allocspi src {src} dst {dst} proto {protocol} mode tunnel "
                 f"min {spi} max {spi}" for spi in spis]
        self.run("b", ["ip", "-batch", "-"], input="\n".join(lines) + "\n")
        if wait:
            self.await_sas(spis)

    def await_sas(self, spis):
        """A larval SA sends no event: it is found by the next dump, or by its first packet."""
        spis = set(spis)
        wait_for(lambda: spis <= set(self.shown()), "the SAs in show", 30, 0.2)

    def delete_sa(self, spi, dst=GATEWAY, protocol="esp", src=PEER):
        self.run("b", ["ip", "xfrm", "state", "delete", "src", src, "dst", dst, "proto", protocol,
                       "spi", str(spi)])

    # Traffic

    def send(self, *arguments, dev="ea", check=True):
        """Runs the generator to its end; its result as a dict."""
        result = self.run("a", [f"{BUILD}/lab/espgen", "--dev", dev, "--json",
                                *map(str, arguments)], check=check)
        return json.loads(result.stdout) if result.stdout.strip() else None

    def traffic(self, *arguments, dev="ea"):
        """Starts the generator, and does not wait for it."""
        return self.start("a", [f"{BUILD}/lab/espgen", "--dev", dev, "--json",
                                *map(str, arguments)], stdout=subprocess.DEVNULL)

    def receiver(self, *arguments, dev="eb", side="b"):
        return Receiver(self, dev, arguments, side)

    # What lies behind the verbs

    @property
    def cookie(self):
        """The name of the gateway's pins and files: its namespace's cookie in hex."""
        script = "import socket; print('%x' % int.from_bytes(socket.socket(socket.AF_UNIX)" \
                 ".getsockopt(socket.SOL_SOCKET, 71, 8), 'little'))"  # SO_NETNS_COOKIE
        return self.run("b", ["/usr/bin/python3", "-c", script]).stdout.strip()

    @property
    def pins(self):
        return f"/sys/fs/bpf/espalier/{self.cookie}"

    @property
    def layout(self):
        """The directory of the shared maps' pins."""
        name, = [n for n in os.listdir(self.pins) if n.startswith("layout-")]
        return f"{self.pins}/{name}"

    def cpumaps(self, layout=None):
        """The ids of the pinned cpumaps: what the rings' threads are known by."""
        layout = layout or self.layout
        return {map_id(f"{layout}/{name}") for name in os.listdir(layout)
                if name.startswith("cpus_")}

    def run_files(self):
        """What lies under /run/espalier for the gateway."""
        names = os.listdir("/run/espalier") if os.path.isdir("/run/espalier") else []
        return sorted(n for n in names if n.startswith(f"{self.cookie}."))

    def map(self, name, size):
        """The memory of a pinned map that the programs and the daemon share."""
        fd = bpf_obj_get(f"{self.layout}/{name}")
        try:
            return mmap.mmap(fd, size)
        finally:
            os.close(fd)

    # Settings of the gateway's interfaces, by its own sysfs

    def sysfs(self, path, value=None):
        """Reads, or writes, a file below /sys/class/net of the gateway."""
        script = (f"mount -t sysfs none /sys && cat /sys/class/net/{path}" if value is None else
                  f"mount -t sysfs none /sys && echo {value} > /sys/class/net/{path}")
        return self.run("b", ["unshare", "-m", "sh", "-c", script]).stdout.strip()

    def rps_masks(self, cpus):
        """The kernel's plain RPS on what the gateway receives, over these CPUs."""
        for queue in range(4):
            self.sysfs(f"eb/queues/rx-{queue}/rps_cpus", f"{sum(1 << cpu for cpu in cpus):x}")


class Receiver:
    """esprecv in the gateway: attached on entry, its result in .result after the block."""

    def __init__(self, lab, dev, arguments, side="b"):
        self.result = None
        self.process = lab.start(side, [f"{BUILD}/lab/esprecv", "--dev", dev, "--json",
                                        *map(str, arguments)],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = self.process.stdout.readline()
        check(line.strip() == "ready", "the receiver is not ready:", line)

    def __enter__(self):
        return self

    def finish(self, settle=0.3):
        """Lets the rings run dry, then takes the result."""
        time.sleep(settle)
        self.process.stdin.close()
        self.result = json.loads(self.process.stdout.read())
        self.process.wait()
        return self.result

    def __exit__(self, kind, *rest):
        if self.result is None and kind is None:
            self.finish()

    def cpus_of(self, spi):
        """The CPUs that an SA's packets were seen on."""
        for sa in self.result["sas"]:
            if int(sa["spi"], 16) == spi:
                return sorted(int(cpu) for cpu in sa["cpus"])
        return []

    def packets_of(self, spi):
        return sum(sa["packets"] for sa in self.result["sas"] if int(sa["spi"], 16) == spi)

    def on_cpus(self, kind="packets"):
        """How many of a kind (packets, others, ike, keepalives, fragments) came on each CPU."""
        return {c["cpu"]: c[kind] for c in self.result["cpus"] if c[kind]}


def cpumap_merges():
    """Do this kernel's cpumap threads merge by GRO? Its BTF by bpftool, without a line of ours."""
    dump = subprocess.run(["bpftool", "btf", "dump", "file", "/sys/kernel/btf/vmlinux", "format", "c"],
                          capture_output=True, text=True, check=True).stdout
    entry = re.search(r"^struct bpf_cpu_map_entry \{(.*?)^\}", dump, re.S | re.M).group(1)
    return re.search(r"\bgro;", entry) is not None


def bpf(command, attributes):
    """bpf(2), which Python has not: a descriptor."""
    number = {"x86_64": 321, "aarch64": 280}[platform.machine()]
    room = ctypes.create_string_buffer(attributes, 128)
    fd = ctypes.CDLL(None, use_errno=True).syscall(number, command, room, 128)
    check(fd >= 0, f"bpf command {command}:", os.strerror(ctypes.get_errno()))
    return fd


def bpf_obj_get(path):
    """A descriptor of what is pinned there."""
    text = ctypes.create_string_buffer(path.encode())
    return bpf(7, struct.pack("=Q", ctypes.addressof(text)))


def map_id(path):
    """The id of a pinned map."""
    fd = bpf_obj_get(path)
    try:
        with open(f"/proc/self/fdinfo/{fd}") as info:
            return next(int(line.split()[1]) for line in info if line.startswith("map_id:"))
    finally:
        os.close(fd)


def ring_threads(cpumaps):
    """The kernel threads of these cpumaps, by name; other labs' are not among them."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{pid}/comm") as comm:
            match = re.match(r"cpumap/\d+/map:(\d+)$", comm.read())
            if match and int(match[1]) in cpumaps:
                found.append(match[0])
    return found


def bpf_xdp_pass(name):
    """An XDP program, not ours, that lets everything pass; it lives as long as its descriptor."""
    code = ctypes.create_string_buffer(bytes.fromhex("b700000002000000" "9500000000000000"))
    licence = ctypes.create_string_buffer(b"GPL")
    return bpf(5, struct.pack("=IIQQIIQII16sII", 6, 2, ctypes.addressof(code), ctypes.addressof(licence), 0, 0, 0,
                              0, 0, name.encode(), 0, 37))  # BPF_XDP, as libbpf's are


def bpf_link_update(path, program):
    """Puts another program behind a pinned link."""
    link = bpf_obj_get(path)
    try:
        bpf(29, struct.pack("=III", link, program, 0))
    finally:
        os.close(link)


def on_terminal(*command, columns=80):
    """What a command prints where its output is a terminal."""
    ours, its = os.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    said = b""
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=its, stderr=its) as process:
        os.close(its)
        with contextlib.suppress(OSError):  # EIO: it has closed its end
            while part := os.read(ours, 65536):
                said += part
    os.close(ours)
    return process.returncode, said.decode().replace("\r\n", "\n")


def run_test(name, function, lab):
    """Runs one test and says how it ended; true unless it failed."""
    try:
        seen = function(lab)
        print(f"ok {name}" + (f": {seen}" if seen else ""), flush=True)
    except Noise:
        raise
    except Skipped as why:
        print(f"skip {name}: {why}", flush=True)
    except Exception as error:  # every failure is reported, none ends the run
        where = "" if isinstance(error, Failed) else traceback.format_exc()
        print(f"FAIL {name}: {error}\n{where}", flush=True)
        if hasattr(lab, "log_path"):
            print("  the daemon said:\n    " + lab.log.replace("\n", "\n    "), flush=True)
        return False
    return True


def run_when_quiet(name, function, prefix, options):
    """Runs one test, each time in a lab of its own, until other work lets it see something."""
    for attempt in range(NOISY_TRIES):
        if attempt:
            time.sleep(5)
        try:
            with contextlib.closing(Lab(prefix, *options)) as lab:
                return run_test(name, function, lab)
        except Noise as noise:
            why = noise
        except subprocess.CalledProcessError as error:
            print(f"FAIL {name}: the lab: {error}", flush=True)
            return False
    print(f"noise {name}: {why}, {NOISY_TRIES} times", flush=True)
    return True


def main(module_name="__main__", options=()):
    """Runs the test_* functions of a file, or those named on the command line."""
    apart()
    module = sys.modules[module_name]
    names = [n for n in vars(module) if n.startswith("test_")]
    unknown = set(sys.argv[1:]) - set(names)
    if unknown:
        sys.exit(f"no such test: {' '.join(sorted(unknown))}; there are {' '.join(names)}")
    chosen = [n for n in names if not sys.argv[1:] or n in sys.argv[1:]]
    prefix = f"t{os.getpid() % 100000}"
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    failed = 0
    for name in chosen:
        function = getattr(module, name)
        failed += not run_when_quiet(name, function, prefix, getattr(function, "lab", options))
    sys.exit(1 if failed else 0)
