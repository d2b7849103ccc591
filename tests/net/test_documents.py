#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""Every command of the README's blocks and of the manual's examples, run as it is printed.

The pages are rendered by man(1): a command that filling broke over two lines is two wrong ones.
The commands of a page run one after the other in a gateway whose interfaces are eth0 and eth1.
"""
import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, PEER, GATEWAY, ROOT, check, wait_for

SPI, SHOWN = 0xc0ffee01, 0xc0001000  # of the examples
CAPTURE = f"{ROOT}/tests/captures/02-sunrise-sunset-esp.pcap"

# What is not run, by its first word, and why.
NOT_RUN = {
    "make": "this is a test of make test; test_make.py has the others",
    "systemctl": "no systemd runs here; tests/package has it in a guest",
    "echo": "it writes below /usr/local",
    "man": "the pages are rendered above",
}
# What the documents' machine has and this one may not: its CPUs, and time.
HERE = {"1-7": str(CPUS[-1]), "3": str(CPUS[-1]), "30": "1", "10": "1"}
# What may answer no: exit status 1 says that something is to be done on this machine.
MAY_SAY_NO = re.compile(r"espalier inspect( --json)?\s*(#.*)?$")
# What runs until it is stopped, by how it begins.
ENDLESS = ("espalier run", "espalier top", "tcpdump")


def esp_frames(spi):
    """An Ethernet frame with ESP, one with ESP in UDP, and one with ESP over IPv6."""
    esp = struct.pack(">II", spi, 7) + bytes(56)
    udp = struct.pack(">HHHH", 1024, 4500, 8 + len(esp), 0) + esp
    ip = [struct.pack(">BBHHHBBHII", 0x45, 0, 20 + len(data), 1, 0, 64, protocol, 0xbeef, 0xc0000201, 0xc0000202) + data
          for protocol, data in ((50, esp), (17, udp))]
    ip.append(struct.pack(">IHBB", 0x6 << 28 | 0x12345, len(esp), 50, 64) + bytes(range(32)) + esp)
    return [bytes(12) + (b"\x08\0" if i < 2 else b"\x86\xdd") + data for i, data in enumerate(ip)]


def pages():
    return sorted(name for name in os.listdir(f"{BUILD}/man") if re.fullmatch(r"[a-z.-]+\.[58]", name))


def rendered(page):
    return subprocess.run(["man", "-l", f"{BUILD}/man/{page}"], text=True, capture_output=True, check=True,
                          env={**os.environ, "LC_ALL": "C", "MANWIDTH": "80", "MANPAGER": "cat"}).stdout


def examples(page):
    """The lines of a page's EXAMPLES that are set apart: deeper than its text."""
    text = re.sub(".\b", "", rendered(page))
    section = re.search(r"^EXAMPLES?\n(.*?)(?=^\S)", text, re.M | re.S)
    return [line for line in (section[1].splitlines() if section else ()) if re.match(r" {8,}\S", line)]


def joined(lines):
    """Lines that end in a backslash go on in the next."""
    return re.sub(r"\\\n\s*", "", "\n".join(line.strip() for line in lines)).splitlines()


def readme():
    """Commands of the blocks: those after a $, or all if the first word of a block is one."""
    with open(f"{ROOT}/README.md") as file:
        blocks = re.findall(r"^```\n(.*?)^```", file.read(), re.M | re.S)
    for block in blocks:
        lines = block.splitlines()
        typed = [line[2:] for line in lines if line.startswith("$ ")]
        if not typed and re.match("(make|espalier|systemctl|apt|git|echo) ", block):
            typed = lines
        yield from joined(typed)


class Gateway:
    """The lab with the names of the documents, and a folder with the files that they name."""

    def __init__(self, host):
        self.host, self.running = host, []
        self.folder = tempfile.mkdtemp()
        os.mkdir(f"{self.folder}/bin")
        os.symlink(f"{BUILD}/espalier", f"{self.folder}/bin/espalier")
        shutil.copy(CAPTURE, f"{self.folder}/esp.pcap")
        with open(f"{self.folder}/sas.txt", "w") as file:
            file.writelines(f"{GATEWAY} {SPI + n:#x} from={PEER} rate={10 * n}\n" for n in range(4))
        host.sh("b", "ip link set eb down && ip link set eb name eth0 && ip link set eth0 up && "
                     f"ip link add eth1 numrxqueues {len(CPUS)} numtxqueues {len(CPUS)} type veth peer name far1 "
                     f"numrxqueues {len(CPUS)} numtxqueues {len(CPUS)} && ip link set eth1 up && ip link set far1 up")
        host.add_sas([SPI, SHOWN], wait=False)

    def end(self):
        while self.running:
            process = self.running.pop()
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)

    def close(self):
        self.end()
        self.host.run("b", [f"{BUILD}/espalier", "stop"], check=False)
        shutil.rmtree(self.folder)

    def environment(self, command):
        """There is no NIC here: what asks one by ethtool asks a model."""
        more = {}
        if command.startswith(("ethtool", "espalier plan", "espalier simulate")):
            more = {"ESPALIER_MODEL": "eth0:bnxt:4", "LD_PRELOAD": f"{BUILD}/tests/preload/libethtool-model.so"}
        return {**os.environ, "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "LC_ALL": "C", **more}

    def run(self, command):
        endless = command.startswith(ENDLESS) and not re.search("--dry-run|--frames|--help", command)
        typed = re.sub(r"(?<=[ =])(\d+(?:-\d+)?)(?=\s|$)", lambda m: HERE.get(m[0], m[0]), command)
        if command.startswith("espalier plan"):
            typed = command  # its numbers are of no machine
        if command.startswith("espalier run"):
            self.end()  # one example, or the other
        if endless:
            self.begin(typed)
            return
        if re.match("espalier (move|show)", command) and not self.running:
            self.begin(f"espalier run eth0 --cpus {CPUS[0]}-{CPUS[-1]}")
        done = self.host.run("b", ["sh", "-c", typed], check=False, cwd=self.folder, stdin=subprocess.DEVNULL,
                             env=self.environment(typed))
        says_no = MAY_SAY_NO.match(command) and done.returncode == 1 and done.stdout and not done.stderr
        check(done.returncode == 0 or says_no, f"{command}: exit {done.returncode}:", done.stderr or done.stdout)

    def begin(self, command):
        """It must get as far as to work, and end well when it is told to."""
        log = tempfile.mktemp(dir=self.folder)
        with open(log, "w") as file:
            process = self.host.start("b", ["sh", "-c", f"exec {command}"], cwd=self.folder, stdout=file, stderr=file,
                                      stdin=subprocess.DEVNULL, env=self.environment(command))

        def said():
            with open(log) as text:
                return text.read()
        if command.startswith("espalier run"):
            wait_for(lambda: "ready:" in said() or process.poll() is not None, command)
            check(process.poll() is None, f"{command}: ended:", said())
            self.running.append(process)
            return
        wait_for(lambda: said().strip("\0"), command)
        self.host.send("--sas", 4, "--count", 400)
        if command.startswith("tcpdump"):
            wait_for(lambda: os.path.getsize(f"{self.folder}/esp.pcap") > 4096, "packets in the capture")
        process.send_signal(signal.SIGINT)
        check(process.wait(timeout=60) in (0, 130, -signal.SIGINT), f"{command}: exit {process.returncode}:", said())


def run_all(host, commands):
    """Runs them in turn; tells how many and what was left out."""
    gateway, ran, left = Gateway(host), 0, []
    try:
        for command in commands:
            word = command.split()[0]
            if word in NOT_RUN:
                left.append(f"{command.split('#')[0].strip()} ({NOT_RUN[word]})")
                continue
            gateway.run(command)
            ran += 1
    finally:
        gateway.close()
    return f"{ran} commands" + (f"; not run: {'; '.join(left)}" if left else "")


def test_readme(host):
    commands = list(readme())
    check(len(commands) > 8, "the blocks of the README were not found", commands)
    return run_all(host, commands)


def test_manual(host):
    commands = []
    for page in pages():
        if page != "espalier.conf.5":
            commands += joined(examples(page))
    check(len(commands) > 12, "the examples were not found", commands)
    return run_all(host, commands)


def test_troubleshooting(host):
    """What shows a fault, in docs/troubleshooting.md, can be typed as it stands."""
    with open(f"{ROOT}/docs/troubleshooting.md") as file:
        rows = [line.split(" | ") for line in file if line.startswith("| ")][1:]
    commands = [command for row in rows for command in re.findall("`((?:espalier|ip|grep)[^`]*)`", row[2])]
    check(len(rows) > 12 and all(len(row) == 4 for row in rows), "the table was not found", rows)
    check(len(commands) >= len(rows), "a symptom without a command", commands)
    return run_all(host, sorted(set(commands)))


def test_settings(host):
    """The example of espalier.conf(5) is a file that run takes."""
    gateway = Gateway(host)
    try:
        lines = [line.strip() for line in examples("espalier.conf.5")]
        check(len(lines) > 3 and lines[1].startswith("interfaces ="), "the example is filled", lines)
        with open(f"{gateway.folder}/espalier.conf", "w") as file:
            file.write("\n".join(lines).replace("1-7", HERE["1-7"]) + "\n")
        gateway.run("espalier run --config espalier.conf --dry-run")
    finally:
        gateway.close()


def test_pages_fit(_):
    """No line of a page is wider than the terminal, and the page has what the unit reads."""
    for page in pages():
        wide = [line for line in rendered(page).splitlines() if len(line) > 80]
        check(not wide, page, wide)
    with open(f"{BUILD}/systemd/espalier.service") as unit:
        config = re.search("^ConditionPathExists=(.*)$", unit.read(), re.M)[1]
    check(config in re.sub(r"\s+", " ", rendered("espalier.conf.5")).replace("- ", "-"), "another file:", config)


def test_promises(_):
    """SECURITY.md: each promise names files that are there, and tests that are in them."""
    with open(f"{ROOT}/SECURITY.md") as file:
        rows = re.findall(r"^\| .* \| (.*) \|$", file.read(), re.M)[1:]
    check(len(rows) > 10, "the promises were not found")
    for row in rows:
        check("`tests/" in row, "a promise without a test:", row)
        for path, words in re.findall(r"`(tests/[^`]*)`([^`]*)", row):
            source = f"{ROOT}/{path}" + (".c" if "/test-" in path else "")
            source = source.replace("/test-", "/test_")
            check(os.path.exists(source), "no such file:", path)
            tests = re.findall(r"[a-z0-9]+(?:_[a-z0-9]+)+", words)
            text = open(source).read() if tests else ""
            missing = [test for test in tests if not re.search(rf"\b{test}\b", text)]
            check(not missing, path, missing)
    return f"{len(rows)} promises"


def test_json_names(host):
    """docs/json.md names what the verbs print; every answer has its version and its warnings."""
    with open(f"{ROOT}/docs/json.md") as file:
        rows = {verb: row for verbs, row in re.findall(r"^\| (`.*?) \| (.*) \|$", file.read(), re.M)
                for verb in re.findall("`(.*?)`", verbs)}
    key = "--table 128 --queues 4 --key microsoft"
    with tempfile.NamedTemporaryFile("w", suffix=".sas") as sas:
        sas.write(f"{GATEWAY} 7 from={PEER}\n")
        sas.flush()
        for verb, arguments in (("plan spi", f"--src {PEER} --dst {GATEWAY} --count 2 {key}"),
                                ("plan table", f"--sas {sas.name} {key}"), ("plan key", f"--sas {sas.name} {key}"),
                                ("simulate", f"{CAPTURE} --queues 2"), ("models", ""), ("models", "mlx5"),
                                ("gain", "--seconds 1")):
            found = json.loads(host.espalier(*verb.split(), *arguments.split(), "--json").stdout)
            check(found["version"] == 1 and isinstance(found["warnings"], list), verb, found)
            named = set(re.findall("`([a-z0-9_]+)`", rows[verb] + ("" if verb != "plan key" else rows["plan table"])))
            check(set(found) - {"version", "warnings"} <= named, verb, set(found) - named)


def test_rules_of_tc(host):
    """The rules of tc u32 that are printed for trying: taken as they are by tc but for what hardware must do, their
    bytes rise, and each matches its own kind of frame of its own SPI and nothing else."""
    with open(f"{ROOT}/docs/libreswan-rss.md") as file:
        commands = re.findall(r"^    (tc filter add .* u32 .*)$", file.read(), re.M)
    check(len(commands) == 3, commands)
    host.sh("b", "tc qdisc add dev eb clsact")
    spi = 0xc0000001
    for n, command in enumerate(commands):
        typed, hardware = command.replace("dev IF", "dev eb").split(" skip_sw ")
        check(hardware == "action skbedit queue_mapping 2", command)
        host.sh("b", f"{typed} classid 1:1")
        keys = [tuple(int(word, 0) for word in key) for key in
                re.findall(r"match u32 (\w+) (\w+) at (\d+)", typed)]
        ends = [at + 4 for _, _, at in keys]
        check(all(at >= end for (_, _, at), end in zip(keys[1:], ends)), "not in rising order:", command)
        base = 14 if "protocol ip " in typed else 0

        def matches(frame):
            return all(int.from_bytes(frame[base + at:base + at + 4], "big") & mask == value
                       for value, mask, at in keys) and (base == 0 or frame[12:14] == b"\x08\0")

        for other in spi, spi ^ 1, spi ^ 1 << 16, spi ^ 1 << 31:
            found = [matches(frame) for frame in esp_frames(other)]
            check(found == [other == spi and i == n for i in range(3)], command, hex(other), found)


if __name__ == "__main__":
    lab.main()
