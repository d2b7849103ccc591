#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Proves that generator and receiver agree, and that the receiver sees what is wrong.

usage: lab/selftest.py [BUILD]    BUILD/lab holds the programs; BUILD is build/ unless said
"""
import json
import os
import signal
import subprocess
import sys
import time

LAB = os.path.dirname(os.path.realpath(__file__))
BUILD = os.path.realpath(sys.argv[1] if len(sys.argv) > 1 else LAB + "/../build") + "/lab"
PREFIX = f"labtest{os.getpid()}"
V6 = ("--src", "2001:db8::1", "--dst", "2001:db8::2")
CPUS = sorted(os.sched_getaffinity(0))[:2]
BOTH = ",".join(map(str, CPUS))
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def inside(side, *command):
    return ["nsenter", f"--net=/run/netns/{PREFIX}-{side}", *map(str, command)]


def expect(what, seen, wanted):
    assert seen == wanted, f"{what}: {seen}, not {wanted}"


def generate(*options, status=0):
    """Runs espgen and returns its result."""
    run = subprocess.run(inside("a", BUILD + "/espgen", "--json", *options),
                         capture_output=True, text=True)
    expect(f"status of espgen {options}: {run.stderr.strip()}", run.returncode, status)
    return json.loads(run.stdout) if run.stdout else {}


class Receiver:
    """esprecv, from `with` to its end; then .result is what it printed."""

    def __init__(self, *options):
        self.options = options

    def __enter__(self):
        self.process = subprocess.Popen(
            inside("b", BUILD + "/esprecv", "--json", *self.options), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)
        expect("first line", self.process.stdout.readline(), "ready\n")
        return self

    def interim(self):
        self.process.send_signal(signal.SIGUSR1)
        return json.loads(self.process.stdout.readline())

    def wait_for(self, packets):
        """Software steering may still be at it when the generator ends."""
        until = time.monotonic() + 10
        while self.interim()["packets"] < packets and time.monotonic() < until:
            time.sleep(0.02)

    def __exit__(self, kind, *rest):
        try:
            out = self.process.communicate(timeout=60)[0]
        except BaseException:
            self.process.kill()
            raise
        if not kind:
            expect("status of esprecv", self.process.returncode, 0)
            self.result = json.loads(out)


def counts(result, *keys):
    return {k: result[k] for k in keys}


def transmit(options, receiver=()):
    """One run, of which nothing may be lost on the way. Returns what the receiver saw."""
    with Receiver(*receiver) as r:
        sent = generate(*options)
    expect(f"lost of {options}", sent["lost"], 0)
    seen = r.result
    whole = sum(seen[k] for k in ("packets", "others", "ike", "keepalives", "fragments"))
    expect(f"frames of {options}", whole, sent["frames"])
    return seen


def expect_order(seen):
    expect("order", counts(seen, "late", "worst", "duplicates", "missing"),
           dict(late=0, worst=0, duplicates=0, missing=0))


@check
def exact_counts_equal_rates():
    for i in range(10):
        seen = transmit(("--sas", 50, "--count", 100000, "--cpus", (BOTH, CPUS[0])[i % 2]))
        expect("packets", seen["packets"], 100000)
        expect("of each SA", {s["packets"] for s in seen["sas"]}, {2000})
        expect("SPIs", sorted(int(s["spi"], 0) for s in seen["sas"]), list(range(4096, 4146)))
        expect_order(seen)


@check
def exact_counts_zipf():
    for i in range(10):
        seen = transmit(("--sas", 50, "--count", 100000, "--rates", "zipf:1.0", "--seed", i,
                         "--cpus", (BOTH, CPUS[0])[i % 2]))
        expect("packets", seen["packets"], 100000)
        expect_order(seen)
        law = 100000 / sum(1 / (n + 1) for n in range(50))
        for s in seen["sas"]:
            share = law / (int(s["spi"], 0) - 4095)
            # Five standard deviations of a binomial count.
            assert abs(s["packets"] - share) < 5 * share ** 0.5, (s, share)


@check
def each_cpu_counts_what_it_got():
    seen = transmit(("--sas", 3, "--count", 30001, "--cpus", BOTH))
    on = [c["packets"] for c in seen["cpus"] if c["cpu"] in CPUS]
    half = 30001 // len(CPUS)
    expect("by CPU", sorted(on), sorted([half + 30001 % len(CPUS)] + [half] * (len(CPUS) - 1)))
    for s in seen["sas"]:
        expect("CPUs of one SA", sum(s["cpus"].values()), s["packets"])


@check
def every_kind_of_packet():
    plain = {"packets": 600, "fragments": 0}
    for family, extra in (((), "--options"), (V6, "--exthdr")):
        for encap in ("none", "udp", "mix"):
            for tags in ((), ("--vlan", 5), ("--vlan", 5, "--qinq", 6), ("--pppoe", 7)):
                options = (*family, "--encap", encap, *tags, "--sas", 6, "--count", 600)
                seen = transmit(options)
                expect(f"{options}", counts(seen, *plain), plain)
                expect("tagged", seen["tagged"], 600 if "--vlan" in tags else 0)
                expect_order(seen)
                seen = transmit((*options, extra, "--size", 1000, "--fragment", 400))
                expect(f"{options} in fragments", counts(seen, *plain),
                       {"packets": 600, "fragments": 1200})
        for kind, where in (("ah", "packets"), ("ike", "ike"), ("ike-natt", "ike"),
                            ("keepalive", "keepalives")):
            seen = transmit((*family, "--kind", kind, "--count", 600))
            expect(kind, seen[where], 600)
        seen = transmit((*family, "--skip-first", "--size", 1000, "--fragment", 400))
        expect("without first", counts(seen, *plain), {"packets": 0, "fragments": 2})


@check
def packet_socket_is_the_same():
    for options in ((), ("--encap", "mix"), ("--cpus", BOTH), ("--rates", "zipf:0.8"),
                    ("--pps", 20000)):
        seen = transmit(("--mode", "packet", "--sas", 8, "--count", 4000, *options))
        expect(f"packets {options}", seen["packets"], 4000)
        expect_order(seen)


@check
def the_stack_accepts_the_checksums():
    code = ("import socket,sys\n"
            "s=socket.socket(socket.AF_INET6,socket.SOCK_DGRAM)\n"
            "s.setsockopt(socket.SOL_SOCKET,33,1<<24)\n"
            "s.bind(('::',4500));s.settimeout(5);print('ready',flush=True)\n"
            "for n in range(300):s.recv(9000)\n")
    for family in ((), V6):
        for options in (("--encap", "udp", "--sas", 300), ("--kind", "ike-natt"),
                        ("--encap", "udp", "--size", 1001, "--fragment", 400)):
            socket_owner = subprocess.Popen(inside("b", sys.executable, "-c", code),
                                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            socket_owner.stdout.readline()
            generate(*family, *options, "--count", 300)
            expect(f"all 300 received with {options}", socket_owner.wait(), 0)
            socket_owner.stdout.close()


@check
def a_wrong_order_is_found():
    # 4 SAs of 10,000 packets: of 200 groups of 50 every fifth is sent backwards, so that 49 are
    # late, by 1 to 49; 18 of them by the window of 32 or more.
    seen = transmit(("--sas", 4, "--count", 40000, "--swap", 5, "--swap-size", 50),
                    ("--window", 32))
    expect("swapped", counts(seen, "late", "worst", "beyond_window", "missing"),
           dict(late=4 * 40 * 49, worst=49, beyond_window=4 * 40 * 18, missing=0))
    seen = transmit(("--sas", 4, "--count", 40000, "--swap", 10), ("--window", 2))
    expect("pairs", counts(seen, "late", "worst", "beyond_window"),
           dict(late=4 * 500, worst=1, beyond_window=0))
    seen = transmit(("--sas", 4, "--count", 40000, "--swap", 10, "--cpus", BOTH))
    expect("pairs of both CPUs", counts(seen, "late", "worst"), dict(late=4 * 500, worst=1))


@check
def duplicates_and_gaps_are_found():
    # Every tenth packet repeats the numbers before it; each SA's last gap is at its end, unseen.
    seen = transmit(("--sas", 4, "--count", 40000, "--duplicate", 10))
    expect("doubled", counts(seen, "late", "duplicates", "missing"),
           dict(late=0, duplicates=4000, missing=4000 - 4))


@check
def sequence_numbers_may_wrap():
    seen = transmit(("--count", 1000, "--seq-start", 0xfffffe00))
    expect("wrapped", counts(seen, "packets", "beyond_window"), dict(packets=1000, beyond_window=0))
    expect_order(seen)


@check
def a_second_run_starts_anew():
    with Receiver() as r:
        generate("--count", 1000)
        generate("--count", 1000)
    expect("packets", r.result["packets"], 2000)
    expect_order(r.result)


@check
def rps_is_seen():
    target = CPUS[-1]
    lab("rps", f"{1 << target:x}")
    try:
        with Receiver() as r:
            sent = generate("--sas", 8, "--count", 2000, "--cpus", CPUS[0], "--pps", 20000)
            r.wait_for(sent["sent"])
    finally:
        lab("rps", "0")
    expect("CPU", [c["cpu"] for c in r.result["cpus"] if c["packets"]], [target])
    expect("packets", r.result["packets"], 2000)
    expect_order(r.result)


@check
def metadata_is_seen():
    subprocess.run(inside("b", "ip", "link", "set", "eb", "xdpdrv", "object",
                          BUILD + "/selftest.bpf.o", "section", "xdp"), check=True)
    try:
        seen = transmit(("--count", 500, "--encap", "mix", "--sas", 2))
    finally:
        subprocess.run(inside("b", "ip", "link", "set", "eb", "xdpdrv", "off"), check=True)
    expect("with metadata", counts(seen, "packets", "with_metadata"),
           dict(packets=500, with_metadata=500))
    expect("without", transmit(("--count", 500))["with_metadata"], 0)


@check
def floods_do_not_break_the_table():
    seen = transmit(("--flood", "--count", 20000, "--cpus", BOTH), ("--sas", 100))
    expect("SAs", len(seen["sas"]), 100)
    expect("flood", counts(seen, "packets", "others"), dict(packets=100, others=19900))
    seen = transmit(("--flood-rising", 4, "--count", 20000, "--cpus", BOTH), ("--sas", 5000))
    expect("rising", {s["packets"] for s in seen["sas"]}, {4})
    expect_order(seen)
    dense = ("--spi", 4096, "--sas", 16)
    expect("dense", transmit(("--flood", "--count", 20000), dense)["others"], 20000)
    expect("dense", transmit(("--sas", 17, "--count", 1700), dense)["others"], 100)


@check
def work_takes_its_time():
    cpu = CPUS[0]
    with Receiver("--work", 1000, "--work-cpu", f"{cpu}:100000") as r:
        began = time.monotonic()
        sent = generate("--count", 2000, "--cpus", cpu)
        r.wait_for(sent["sent"])
        spent = time.monotonic() - began
    expect("packets", r.result["packets"], 2000)
    assert spent >= 0.2, f"{spent} s for 2,000 packets of 100 us"


@check
def pace_is_not_exceeded():
    for mode in ("live", "packet"):
        sent = generate("--mode", mode, "--pps", 20000, "--count", 10000, "--cpus", BOTH)
        expect("sent", sent["sent"], 10000)
        assert sent["seconds"] > 0.49, f"10,000 at 20,000 a second in {sent['seconds']} s"


@check
def ranges_of_cpus():
    for text in f"{CPUS[0]}-{CPUS[0]}", f"{CPUS[0]},{CPUS[-1]}-{CPUS[-1]}":
        expect(text, generate("--count", 10, "--cpus", text)["sent"], 10)


@check
def bad_input_is_refused():
    for options in (("--dev", "none"), ("--sas", 0), ("--src", "1.2.3"), ("--src", "::1"),
                    ("--size", 43), ("--cpus", "4000"), ("--cpus", "0-"), ("--cpus", "-1"), ("--cpus", "1-0"), ("--rates", "zipf:x"),
                    ("--kind", "tcp"), ("--count", 5, "--seconds", 1), ("--fragment", 400),
                    ("--exthdr",), ("--qinq", 3), ("--count", "-1"), ("--nonsense",), ("word",)):
        generate(*options, status=2)


def filters():
    out = subprocess.run(inside("b", "tc", "qdisc", "show", "dev", "eb"), check=True,
                         capture_output=True, text=True).stdout
    return out.count("clsact")


@check
def nothing_is_left():
    with Receiver() as r:
        expect("clsact", filters(), 1)
        r.process.send_signal(signal.SIGINT)
    expect("clsact", filters(), 0)
    subprocess.run(inside("b", "tc", "qdisc", "add", "dev", "eb", "clsact"), check=True)
    with Receiver():
        pass
    expect("clsact that was there", filters(), 1)
    subprocess.run(inside("b", "tc", "qdisc", "del", "dev", "eb", "clsact"), check=True)
    generator = subprocess.Popen(inside("a", BUILD + "/espgen", "--json", "--seconds", 600),
                                 stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    generator.send_signal(signal.SIGINT)
    sent = json.loads(generator.communicate()[0])
    assert generator.returncode == 0 and sent["seconds"] < 600, sent


def lab(verb, *options):
    subprocess.run([LAB + "/net", verb, PREFIX, *options], check=True)


def stop(number, frame):
    raise KeyboardInterrupt


def main():
    failed = 0
    signal.signal(signal.SIGTERM, stop)
    try:
        lab("up")
        for function in CHECKS:
            try:
                function()
                print("ok  ", function.__name__, flush=True)
            except (AssertionError, OSError, ValueError, subprocess.SubprocessError) as error:
                failed += 1
                print("FAIL", function.__name__, "-", error, flush=True)
    finally:
        lab("down")
    print(f"{len(CHECKS) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
