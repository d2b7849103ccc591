#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""`gain --measure`: what a packet costs in each stage. The receiver stands where the kernel would decrypt."""
import atexit
import json
import math
import os
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import CPUS, check

SPI, WORK_NS = 0x1000, 4000
RX_CLOCK = "/sys/fs/bpf/rx-clock"
PERIOD = 489898e-9  # of sampling: src/host/stages.c
# More than a ring's thread gets through with that work, so that it never sleeps: waking for each packet costs more
# than all else here, and the dearer a packet, the fewer wake it.
FLOOD = 300000
# Runs a command that sees no addresses of the kernel's functions.
HIDDEN = ["unshare", "-m", "sh", "-c", "sed 's/^[0-9a-f]*/0000000000000000/' /proc/kallsyms >/run/hidden && "
          'mount --bind /run/hidden /proc/kallsyms && exec "$@"', "sh"]


def gain(host, seconds, *under):
    return json.loads(host.run("b", [*under, f"{lab.BUILD}/espalier", "gain", "--measure", str(seconds),
                                     "--json"]).stdout)


def ring_clock(host, cpu):
    """How long the ring's thread on a CPU has run, in ns: the kernel's own clock."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/comm") as comm:
                found = re.match(rf"cpumap/{cpu}/map:(\d+)$", comm.read())
            if found and int(found[1]) == lab.map_id(f"{host.layout}/cpus_sa"):
                with open(f"/proc/{pid}/schedstat") as clock:
                    return int(clock.read().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            pass
    raise lab.Failed(f"no ring on CPU {cpu}")


def receiving(cpu):
    """How long a CPU has been polling devices, in ns: rx_clock.bpf.c."""
    if not os.path.exists(RX_CLOCK):
        subprocess.run([f"{lab.BUILD}/lab/guest/attach", f"{lab.BUILD}/tests/net/rx_clock.bpf.o", RX_CLOCK], check=True)
        atexit.register(shutil.rmtree, RX_CLOCK)
    dump = subprocess.run(["bpftool", "-j", "map", "dump", "pinned", f"{RX_CLOCK}/rx_clock"], capture_output=True,
                          text=True, check=True).stdout
    return next(of["value"]["ns"] for of in json.loads(dump)[0]["formatted"]["values"] if of["cpu"] == cpu)


def is_measuring(process):
    """Has it its clocks on the CPUs?"""
    directory = f"/proc/{process.pid}/fd"
    try:
        return any("bpf_link" in os.readlink(f"{directory}/{fd}") for fd in os.listdir(directory))
    except FileNotFoundError:
        return False  # it closed one meanwhile


class Seen:
    """One SA from the first CPU to the second while it was measured; clocks that do not sample meanwhile."""

    def __init__(self, host, work, seconds=3, pps=40000):
        with host.receiver("--work", work):
            sender = host.traffic("--sas", 1, "--spi", SPI, "--pps", pps, "--seconds", 60, "--mode", "live",
                                  "--cpus", CPUS[0])
            lab.wait_for(lambda: host.shown()[SPI]["packets"], "packets")
            gain = host.start("b", [f"{lab.BUILD}/espalier", "gain", "--measure", str(seconds), "--json"],
                              stdout=subprocess.PIPE)
            lab.wait_for(lambda: is_measuring(gain), "its clocks", step=0.01)
            # Within the time that is measured, for on a busy machine a packet may cost twice as much before it.
            before = self.look(host)
            time.sleep(seconds - 0.5)
            after = self.look(host)
            self.stages = json.loads(gain.communicate()[0])["stages"]
            sender.kill()
            sender.wait()
        self.rate, self.arrived, self.ring, self.receiving = (
            (late - early) / (then - now) for (early, now), (late, then) in zip(before, after))
        check(self.stages["cannot"] is None and len(self.stages["sas"]) == 1, "stages", self.stages)
        self.sa = self.stages["sas"][0]

    @staticmethod
    def look(host):
        """Packets; those that were received, of which a full ring took no more; the ring's clock and that of receiving in
        seconds: each with the time when that was read."""
        return [(read(), time.monotonic()) for read in (
            lambda: host.shown()[SPI]["packets"],
            lambda: host.shown()[SPI]["packets"] + host.show()["drops"]["rings"],
            lambda: ring_clock(host, CPUS[1]) / 1e9, lambda: receiving(CPUS[0]) / 1e9)]

    def clock(self):
        """Nanoseconds that the ring's thread spent on a packet, by the kernel's clock."""
        return self.ring * 1e9 / self.rate

    def elsewhere(self):
        """The part of its time that the ring's CPU spent on anything else."""
        return 1 - next(cpu["decrypt"] for cpu in self.stages["cpus"] if cpu["cpu"] == CPUS[1])


def steer(host):
    if len(CPUS) < 2:
        raise lab.Skipped("needs two CPUs")
    host.daemon("--cpus", str(CPUS[1]))
    host.add_sas([SPI])


def own_cost(host, seen):
    """What sampling itself takes of a CPU; not what is taken from that CPU meanwhile, which comes and goes."""
    own = seen.stages["own"]
    for _ in range(2):
        if own >= 0.05:
            own = Seen(host, WORK_NS, pps=FLOOD).stages["own"]
    return own


def test_stages_add_up(host):
    """The stages of all packets make the time that the CPUs were busy with them, by clocks that do not sample."""
    steer(host)
    seen = Seen(host, WORK_NS, seconds=5, pps=FLOOD)
    sa, stages = seen.sa, seen.stages
    check(sa["spi"] == f"0x{SPI:08x}" and sa["src"] == lab.PEER and sa["cpu"] == CPUS[1], "SA", sa)
    check(stages["receive_cpus"] == [CPUS[0]] and stages["decrypt_cpus"] == [CPUS[1]] and
          stages["after_cpus"] == [] and sa["after_ns"] == 0, "where", stages)
    check(0 < own_cost(host, seen) < 0.05, "its own cost, three times", stages["own"])
    polled = sum(cpu["receive"] for cpu in stages["cpus"]) * 1e9 / sa["receive_ns"]
    for what, rates in ("received", (polled, seen.arrived)), ("decrypted", (sa["packets_per_s"], seen.rate)):
        if max(rates) > 1.2 * min(rates):
            raise lab.Noise("others' packets, or the sender's pace: {} {:.0f} a second, and {:.0f} by what is shown"
                            .format(what, *rates))
    told = {what: sa[f"{what}_ns"] * 1e-9 * rate / clock
            for what, rate, clock in (("decrypt", seen.rate, seen.ring), ("receive", seen.arrived, seen.receiving))}
    for what, part in told.items():
        # On a busy machine a CPU was seen in a stage but a hundred times: twice what chance makes of that is allowed.
        samples = max(cpu[what] for cpu in stages["cpus"]) * stages["seconds"] / PERIOD
        check(abs(part - 1) < 0.2 + 2 / math.sqrt(samples), what, told, samples, seen.ring, seen.receiving, stages)
    for cpu in stages["cpus"]:
        whole = sum(cpu[part] for part in ("receive", "decrypt", "after", "other", "idle"))
        check(abs(whole + stages["own"] - 1) < 0.06, "the parts of a CPU's time", cpu)
    text = host.espalier("gain", "--measure", "1", check=False).stdout
    check("cannot be known, because none of the SAs carried a packet" in " ".join(text.split()), "text", text)
    return f"told of the clocks: decrypt {told['decrypt']:.2f}, receive {told['receive']:.2f}"


def test_dearer_stage(host):
    """4 us more in one stage are seen in that stage."""
    steer(host)
    seen = {work: [] for work in (WORK_NS, 2 * WORK_NS)}
    for _ in range(3):
        for work, runs in seen.items():
            runs.append(Seen(host, work, pps=FLOOD))

    # Of each the run in which the ring's CPU did least else.
    plain, dear = (min(runs, key=Seen.elsewhere) for runs in seen.values())
    clock = dear.clock() - plain.clock()
    if abs(clock - WORK_NS) > 0.1 * WORK_NS:
        raise lab.Noise(f"by the kernel's clock of the thread it was {clock:.0f} ns")
    told = dear.sa["decrypt_ns"] - plain.sa["decrypt_ns"]
    check(abs(told - WORK_NS) < 0.15 * WORK_NS, "4 us were told as", told, "by the thread's clock", clock)
    return f"{told:.0f} ns, {clock:.0f} by the thread's clock"


def test_after(host):
    """What tunnels take out and hand on is another stage: here by VXLAN, for want of ESP in this kernel."""
    steer(host)
    for side, own, far in ("a", lab.PEER, lab.GATEWAY), ("b", lab.GATEWAY, lab.PEER):
        host.sh(side, f"""ip link add vx type vxlan id 7 dev e{side} remote {far} dstport 4789
            ip address add 10.9.0.{own[-1]}/24 dev vx && ip link set vx up""")
    pings = host.start("a", ["ping", "-q", "-f", "-s", "1000", "10.9.0.2"], stdout=subprocess.DEVNULL)
    seen = Seen(host, 0, seconds=3, pps=5000)
    check(pings.poll() is None, "ping ended")
    check(seen.sa["after_ns"] > 0 and seen.stages["after_cpus"], "after", seen.stages)


def test_cannot_know(host):
    """Without traffic, without the right to trace, without addresses of functions; each time a sentence."""
    check(gain(host, 1)["stages"]["cannot"] == "there is no inbound SA in this network namespace", "no SAs")
    host.add_sas([SPI], wait=False)
    check(gain(host, 1)["stages"]["cannot"] == "none of the SAs carried a packet meanwhile", "no traffic")
    links = ["bpftool", "-j", "link", "show"]
    before = subprocess.run(links, capture_output=True, text=True).stdout
    for under, words in ((["setpriv", "--bounding-set", "-perfmon,-sys_admin"], "we may not trace the kernel"),
                         (HIDDEN, "the kernel hides where its functions are")):
        said = gain(host, 1, *under)
        check(words in said["stages"]["cannot"], "said", said)
        check(said["verdict"] == "no-traffic" and said["seconds"] >= 1, "the rest is told all the same", said)
        check("sas" not in said["stages"], "figures of nothing", said)
    check(subprocess.run(links, capture_output=True, text=True).stdout == before, "something is left")


def test_without_btf(host):
    """Stages are told, but not what receiving a packet costs: that needs BTF."""
    steer(host)
    with host.receiver("--work", WORK_NS):
        host.traffic("--sas", 1, "--spi", SPI, "--pps", 20000, "--seconds", 60, "--cpus", CPUS[0])
        lab.wait_for(lambda: host.shown()[SPI]["packets"], "packets")
        stages = gain(host, 1, *lab.WITHOUT_BTF)["stages"]
        text = host.run("b", [*lab.WITHOUT_BTF, f"{lab.BUILD}/espalier", "gain", "--measure", "1"]).stdout
    check(stages["cannot"] is None and stages["receive_ns"] is None, "stages", stages)
    # A second has a hundred samples of it.
    check(stages["sas"][0]["decrypt_ns"] > WORK_NS / 2, "decrypt", stages)
    words = " ".join(text.split())
    check("cannot be known, because the kernel has no BTF" in words, "words", words)
    check(re.search(r"^0x00001000 +192\.0\.2\.1 ", text, re.M), "table", text)


def test_killed(host):
    """Whatever ends it, nothing of it is left."""
    host.add_sas([SPI], wait=False)
    process = host.start("b", [f"{lab.BUILD}/espalier", "gain", "--measure", "60"], stdout=subprocess.DEVNULL)

    def loaded():
        programs = subprocess.run(["bpftool", "-j", "prog", "show"], capture_output=True, text=True).stdout
        return [p for p in json.loads(programs) if p.get("name", "").startswith("espalier_stage")]

    lab.wait_for(loaded, "the programs")
    process.kill()
    process.wait()
    lab.wait_for(lambda: not loaded(), "the programs to go")


def test_inner_auto(host):
    """run --inner auto is ready to measure, or says why it goes by an estimate; it measures nothing without a reason."""
    def programs():
        said = subprocess.run(["bpftool", "-j", "prog", "show"], capture_output=True, text=True).stdout
        return sum(p.get("name", "").startswith("espalier_stage") for p in json.loads(said))

    options = ["--cpus", ",".join(map(str, CPUS)), "--inner", "auto"]
    before = programs()
    daemon = host.daemon(*options, interval=500)
    check("by an estimate" not in host.log and programs() > before, "said", host.log)
    check(not is_measuring(daemon), "it measures with nothing to measure")
    host.espalier("stop")
    check(daemon.wait() == 0 and programs() == before, "something is left")
    host.daemon(*options, interval=500, under=HIDDEN)
    check("--inner auto goes by an estimate of what comes after decryption, which cannot be measured: the kernel hides"
          in host.log, "said", host.log)


def test_bad_input(host):
    for arguments in ["--measure", "0"], ["--measure", "x"], ["--measure", "3601"], ["--measure"]:
        result = host.espalier("gain", *arguments, check=False)
        check(result.returncode == 2 and "measure" in result.stderr, "said", arguments, result.stderr)


lab.main()
