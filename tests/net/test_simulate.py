#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""espalier simulate as its users call it, against counts by hand and an independent program.

What each driver hashes, its key's length and its table are written down here once more, from
nic-facts (docs and driver sources), so that a slip in a model shows.
"""
import html.parser
import ipaddress
import json
import os
import random
import re
import struct
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, ROOT, check
from test_plan import KEY, toeplitz

CAPTURES = f"{ROOT}/tests/captures"
MS = bytes.fromhex(KEY)
GATEWAYS = ("66.9.149.187", "161.142.100.80")  # of Microsoft's vectors
GATEWAYS6 = ("3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1")

ADDR, SPI, SPI4, PORTS, ONLY_SPI, NOTHING = "addresses", "spi", "spi of IPv4", "ports", "spi alone", "nothing"
# What plain ESP is hashed by; ESP in UDP; bytes of key; entries of the table with so many queues.
NICS = {
    "mlx5": (SPI, PORTS, 40, lambda q: max(256, 1 << (4 * q - 1).bit_length())),
    "ice": (ONLY_SPI, NOTHING, 52, lambda q: 2048),
    "ice-os": (ADDR, PORTS, 52, lambda q: 2048),
    "i40e": (ADDR, PORTS, 52, lambda q: 512),
    "iavf": (NOTHING, NOTHING, 52, lambda q: 64),
    "iavf-x710": (ADDR, ADDR, 52, lambda q: 64),
    "ixgbe": (ADDR, ADDR, 40, lambda q: 128),
    "ixgbe-x550": (ADDR, ADDR, 40, lambda q: 512),
    "igb": (ADDR, ADDR, 40, lambda q: 128),
    "bnxt": (ADDR, PORTS, 40, lambda q: 512),
    "bnxt+sdfn": (SPI, PORTS, 40, lambda q: 512),
    "vmxnet3-v3": (ADDR, ADDR, 40, lambda q: 128),
    "vmxnet3-v4+sdfn": (SPI4, ADDR, 40, lambda q: 128),
    "vmxnet3-v6+sdfn": (SPI, ADDR, 40, lambda q: 128),
    "virtio": (ADDR, PORTS, 40, lambda q: 128),
    "virtio-norss": (SPI, PORTS, 40, lambda q: 128),
    "hv_netvsc": (ADDR, ADDR, 40, lambda q: 128),
    "mana": (ADDR, PORTS, 40, lambda q: 64),
    "hns3": (ADDR, PORTS, 40, lambda q: 512),
    "nfp": (ADDR, ADDR, 40, lambda q: 128),
    "sfc": (ADDR, ADDR, 40, lambda q: 128),
    "qede": (ADDR, ADDR, 40, lambda q: 128),
    "ena": (ADDR, PORTS, 40, lambda q: 128),
    "ena-fixed": (ADDR, PORTS, 40, lambda q: 128),
    "idpf": (ADDR, PORTS, 52, lambda q: 64),
    "ionic": (ADDR, PORTS, 40, lambda q: 128),
    "mlx4": (ADDR, PORTS, 40, lambda q: 1 << q.bit_length() - 1),
    "atlantic": (ADDR, PORTS, 40, lambda q: 64),
    "enetc": (ADDR, PORTS, 40, lambda q: 64),
    "bnx2x": (ADDR, ADDR, 40, lambda q: 128),
    "be2net": (ADDR, PORTS, 40, lambda q: 128),
    "fbnic": (ADDR, ADDR, 54, lambda q: 256),
    "txgbe": (ADDR, ADDR, 40, lambda q: 128),
    "ngbe": (ADDR, ADDR, 40, lambda q: 128),
    "amd-xgbe": (ADDR, PORTS, 40, lambda q: 256),
    "hinic3": (ADDR, PORTS, 40, lambda q: 256),
}


def simulate(*arguments):
    result = subprocess.run([f"{BUILD}/espalier", "simulate", *map(str, arguments)], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return result.returncode, result.stdout, result.stderr


def simulated(*arguments):
    status, said, errors = simulate(*arguments, "--json")
    check(status == 0, arguments, errors)
    check(simulate(*arguments, "--json")[1] == said, "not the same a second time", arguments)
    found = json.loads(said)
    check(found["version"] == 1, said)
    return found


def refused(status, *words, arguments):
    got, said, errors = simulate(*arguments)
    check(got == status and not said, f"simulate {arguments}: status {got}:", said, errors)
    check(errors.startswith("espalier: simulate: "), errors)
    for word in words:
        check(word in errors, f"simulate {arguments} should say {word}:", errors)


def packets_of(result):
    return [q["packets"] for q in result["queues"]]


def by_model(found):
    return {(r["model"], r["queue_count"]): r for r in found["results"]}


def mirror(a, b):
    return bytes(x | y for x, y in zip(a, b)), bytes(x ^ y for x, y in zip(a, b))


class Packet:
    def __init__(self, src, dst, spi, sport=0, payload=100):
        self.src, self.dst = map(ipaddress.ip_address, (src, dst))
        self.spi, self.sport, self.payload = spi, sport, payload

    @property
    def bytes(self):
        esp = struct.pack("!II", self.spi, 1) + bytes(self.payload)
        proto = 50
        if self.sport:
            esp = struct.pack("!HHHH", self.sport, 4500, 8 + len(esp), 0) + esp
            proto = 17
        if self.src.version == 4:
            head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(esp), 0, 0, 64, proto, 0)
            return bytes(12) + b"\x08\x00" + head + self.src.packed + self.dst.packed + esp
        head = struct.pack("!IHBB", 6 << 28, len(esp), proto, 64)
        return bytes(12) + b"\x86\xdd" + head + self.src.packed + self.dst.packed + esp

    def hash(self, name):
        plain, udp, key_length, _ = NICS[name]
        by = udp if self.sport else plain
        key = (MS * 2)[:key_length]
        src, dst, ports = self.src.packed, self.dst.packed, struct.pack("!HH", self.sport, 4500)
        if by == NOTHING:
            return 0
        if name == "ena-fixed":  # amzn-ec2-ena-utilities toeplitz_calc.py: sorted, its own key, 16 bits twice
            src, dst = sorted((src, dst))
            ports = b"".join(sorted((ports[:2], ports[2:])))
            key = b"".join(MS[at:at + 4] for at in range(36, -1, -4))
        if name == "mlx5":  # symmetric, taken to be as since Linux 6.15: "or" and "xor" of both
            src, dst = mirror(src, dst)
            ports = b"".join(mirror(ports[:2], ports[2:]))
        data = src + dst
        if by == ONLY_SPI:
            data = self.spi.to_bytes(4, "big")
        elif by == PORTS:
            data += ports
        elif by == SPI or (by == SPI4 and self.src.version == 4):
            data += self.spi.to_bytes(4, "big")
        if name == "ena-fixed":
            low = ~toeplitz(key, data) & 0xffff
            return low | low << 16
        if name == "ena":
            return toeplitz(key[::-1], data) ^ 0xffffffff
        return toeplitz(key, data)


def write(packets, path=None, cut=0):
    """A capture; cut: so many bytes fewer at its end."""
    path = path or tempfile.NamedTemporaryFile(suffix=".pcap", delete=False).name
    parts = [struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)]
    for n, packet in enumerate(packets):
        frame = packet if isinstance(packet, bytes) else packet.bytes
        parts += [struct.pack("<IIII", n // 1000, n % 1000 * 1000, len(frame), len(frame)), frame]
    data = b"".join(parts)
    with open(path, "wb") as file:
        file.write(data[:len(data) - cut])
    return path


def test_by_hand(_):
    """Microsoft's vectors: 0x323e8fc2 of the IPv4 pair, 0x2cc18cd5 of the IPv6 pair."""
    path = write([Packet(*GATEWAYS, spi) for spi in (0x100, 0xc0ffee01, 0x12345678) * 2] +
                 [Packet(*GATEWAYS6, spi) for spi in (0x100, 0x100, 0xc0ffee01)])
    found = simulated(path, "--nic", "ixgbe,vmxnet3-v6+sdfn,vmxnet3-v4+sdfn", "--queues", "4")
    results = by_model(found)
    check((found["packets"], found["sa_count"]) == (9, 5), found)
    # 0xc2 & 127 = 66, queue 2; 0xd5 & 127 = 85, queue 1
    check(packets_of(results["ixgbe", 4]) == [0, 3, 6, 0], "ixgbe", results)
    check([q["sa_count"] for q in results["ixgbe", 4]["queues"]] == [0, 2, 3, 0], "SAs", results)
    check([q["bytes"] for q in results["ixgbe", 4]["queues"]] == [0, 3 * 148, 6 * 128, 0],
          "bytes", results)
    check((results["ixgbe", 4]["imbalance"], results["ixgbe", 4]["speedup"]) == (2.6667, 1.5),
          "ixgbe", results)
    # With SPI (nic-facts): ac9f5e05, d12f9e3d, 1b12b571: queue 1 each; b11edad5, 41aa7b6e: 1, 2.
    check(packets_of(results["vmxnet3-v6+sdfn", 4]) == [0, 8, 1, 0], "v6", results)
    check(packets_of(results["vmxnet3-v4+sdfn", 4]) == [0, 9, 0, 0], "v4", results)
    # Espalier: five SAs on three CPUs, in the order of their first packets; strays' CPU is free.
    check(packets_of(results["espalier", 4]) == [4, 3, 2, 0], "espalier", results)
    check(sorted(packets_of(results["best", 4])) == [0, 2, 3, 4], "best", results)


def test_captures(_):
    """The captures, whose flows tests/captures/flows.h has worked out."""
    found = simulated(f"{CAPTURES}/02-sunrise-sunset-esp.pcap",
                      f"{CAPTURES}/08-sunrise-sunset-esp2.pcap", f"{CAPTURES}/isakmp4500.pcap",
                      "--queues", "2")
    check(found["packets"] == 8 + 8 + 8 and found["sa_count"] == 2, found)
    check(found["left_out"] == {"other": 8, "ike": 15, "keepalive": 4}, found["left_out"])
    for result in found["results"]:
        check(sum(packets_of(result)) == 24, result)


def many():
    draw = random.Random(7)
    pairs = [(f"10.0.{n}.1", f"10.9.{n}.2") for n in range(5)] + \
        [(f"2001:db8::{n:x}", f"2001:db8:9::{n:x}") for n in range(1, 4)]
    sas = [Packet(*draw.choice(pairs), draw.randrange(256, 1 << 32), draw.choice([0, 0, 4500, 60001]),
                  draw.randrange(1200)) for _ in range(60)]
    return draw.choices(sas, [1 / (n + 1) for n in range(len(sas))], k=20000)


def test_independent(_):
    """Twenty thousand packets of 60 SAs: every model's count on every queue."""
    packets = many()
    found = by_model(simulated(write(packets), "--nic", ",".join(NICS), "--queues", "2,5,8"))
    for name, (_, udp, _, size) in NICS.items():
        for queues in 2, 5, 8:
            expected, counted, size_of = Counter(), defaultdict(int), size(queues)
            for packet, times in Counter(packets).items():
                queue = packet.hash(name) % size_of % queues
                expected[queue] += times
                counted[queue] += times * (len(packet.bytes) - 14)
            got = found[name, queues]
            check(packets_of(got) == [expected[q] for q in range(queues)], name, queues,
                  packets_of(got), expected)
            check([q["bytes"] for q in got["queues"]] == [counted[q] for q in range(queues)],
                  name, "bytes")
            check(abs(got["speedup"] - len(packets) / max(expected.values())) < 1e-4, "speed-up", got)


def test_sprays(_):
    """A NIC that takes the sequence number: one SA on all queues, and a warning."""
    packet = bytearray(Packet(*GATEWAYS, 0x1000).bytes)
    frames = []
    for n in range(1000):
        packet[38:42] = n.to_bytes(4, "big")
        frames.append(bytes(packet))
    path = write(frames)
    found = simulated(path, "--nic", "octeontx2,octeontx2+sdfn", "--queues", "4")
    results = by_model(found)
    check(sorted(packets_of(results["octeontx2", 4])) == [0, 0, 0, 1000], results)
    sprayed = results["octeontx2+sdfn", 4]
    check(min(packets_of(sprayed)) > 200 and sum(packets_of(sprayed)) == 1000, sprayed)
    check([q["sa_count"] for q in sprayed["queues"]] == [1, 1, 1, 1], sprayed)
    check(any("sprays" in w for w in found["warnings"]), found["warnings"])


def fragments(src, dst, spi, ident):
    """A datagram of ESP in two fragments; the second has no SPI in it."""
    esp = struct.pack("!II", spi, 1) + bytes(1000)
    frames = []
    for offset, flags in (0, 0x2000), (504 // 8, 0):
        part = esp[:504] if not offset else esp[504:]
        head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(part), ident, flags | offset, 64, 50, 0)
        frames.append(bytes(12) + b"\x08\x00" + head + ipaddress.ip_address(src).packed +
                      ipaddress.ip_address(dst).packed + part)
    return frames


def test_fragments_and_strays(_):
    whole = sum((fragments(*GATEWAYS, 0x12345678, n) for n in range(10)), [])
    lost = [fragments(*GATEWAYS, 0x100, 99)[1]]
    path = write(whole + lost + [Packet(*GATEWAYS, 0xbad) for _ in range(5)])
    with tempfile.NamedTemporaryFile("w", suffix=".sas") as file:
        file.write(f"{GATEWAYS[1]} 0x12345678\n")
        file.flush()
        found = simulated(path, "--sas", file.name, "--nic", "vmxnet3-v4+sdfn", "--queues", "4")
    check(found["sa_count"] == 1, found)
    check((found["strays"]["packets"], found["fragments"]["packets"]) == (5, 11), found)
    results = by_model(found)
    # The NIC hashes fragments by addresses, queue 2; strays by their SPI like any other.
    nic = results["vmxnet3-v4+sdfn", 4]["queues"]
    check(nic[2]["fragment_packets"] == 11 and nic[2]["packets"] >= 21, nic)
    check(sum(q["stray_packets"] for q in nic) == 5, nic)
    # Espalier: fragments after their first; strays, and what follows nothing, on the strays' CPU.
    ours = results["espalier", 4]["queues"]
    check(ours[0]["packets"] == 20 and ours[0]["fragment_packets"] == 10, ours)
    check(ours[3]["packets"] == 6 and ours[3]["stray_packets"] == 5, ours)


def test_placement_follows_load(_):
    """Zipf: by counts alone the heavy ones meet; the rounds part them. Never better than the best."""
    made = "sas=64,packets=3000000,zipf=1,rate=1000000,seed=3"
    found = by_model(simulated("--made", made, "--nic", "i40e", "--queues", "4,8"))
    for cpus in 4, 8:
        ours, best = found["espalier", cpus], found["best", cpus]
        check(ours["moves"] > 0 and best["moves"] == 0, ours)
        check(found["i40e", cpus]["speedup"] == 1, "one pair by addresses is on one queue")
        check(best["speedup"] >= ours["speedup"] - 1e-4, "better than the best", ours, best)
        check(ours["speedup"] > 0.85 * best["speedup"], ours, best)
    return ", ".join(f"{cpus} CPUs: {found['espalier', cpus]['speedup']:.2f} of "
                     f"{found['best', cpus]['speedup']:.2f}" for cpus in (4, 8))


def test_memory(_):
    """A hundred million packets in less than 64 MiB."""
    process = subprocess.Popen([f"{BUILD}/espalier", "simulate", "--made",
                                "sas=10000,zipf=1,packets=100000000", "--nic", "mlx5,i40e",
                                "--queues", "8", "--json"], stdout=subprocess.PIPE)
    found = json.loads(process.stdout.read())
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    check(status == 0 and found["packets"] == 100000000, "not all packets", status)
    check(used.ru_maxrss < 64 << 10, "memory, KiB:", used.ru_maxrss)
    return f"{used.ru_maxrss >> 10} MiB"


def test_damage(_):
    packets = [Packet(*GATEWAYS, 0x100) for _ in range(20)]
    found = simulated(write(packets, cut=7), "--nic", "ixgbe", "--queues", "2")
    check(found["packets"] == 19, found)
    check(any("damaged" in w and "19" in w for w in found["warnings"]), found["warnings"])
    # One that cannot be read beside one that can: said, and the other counts.
    status, said, errors = simulate("/nonexistent.pcap", write(packets), "--json")
    check(status == 0 and "/nonexistent.pcap" in errors and json.loads(said)["packets"] == 20, errors)


def test_standard_input(_):
    with open(write([Packet(*GATEWAYS, 0x100)]), "rb") as file:
        result = subprocess.run([f"{BUILD}/espalier", "simulate", "-", "--json"], stdin=file,
                                stdout=subprocess.PIPE, check=True)
    check(json.loads(result.stdout)["packets"] == 1, result)


class Page(html.parser.HTMLParser):
    """What is in a page: tags opened and closed, text, and what it would fetch."""

    def __init__(self, text):
        super().__init__()
        self.open, self.counts, self.fetches, self.text = [], Counter(), [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.counts[tag] += 1
        self.fetches += [v for k, v in attributes if k in ("src", "href", "xlink:href")]
        if tag not in ("meta", "path"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag != "path":
            check(self.open.pop() == tag, "tags cross:", tag)

    def handle_data(self, data):
        self.text += data


def test_html(_):
    path = tempfile.mkdtemp() + "/page.html"
    made = "--made sas=64,pairs=4,packets=20000,zipf=1 --nic mlx5,i40e,ixgbe --queues 2,4 --html"
    check(simulate(*made.split(), path)[0] == 0, "simulate failed")
    with open(path) as file:
        first = file.read()
    page = Page(first)
    check(not page.open and not page.fetches and "url(" not in first, "page:", page.open)
    for word in "mlx5", "i40e; the same: ixgbe", "espalier", "best", "The heaviest SAs":
        check(word in page.text, "missing:", word)
    # mlx5, i40e, espalier and best, with two and with four queues each.
    check(first.count('<div class="bar') == 4 * (2 + 4), "bars:", first.count('<div class="bar'))
    check(simulate(*made.split(), path)[0] == 0 and open(path).read() == first, "another page")
    refused(1, "writing /nonexistent/x: No such file", arguments=[*made.split(), "/nonexistent/x"])


def test_html_of_one_number(_):
    """One number of queues has no curve: a bar for each NIC, as long as its speed-up."""
    path = tempfile.mkdtemp() + "/page.html"
    ask = "--made sas=200,zipf=1,packets=20000 --nic i40e,mlx5,octeontx2+sdfn --queues 8".split()
    check(simulate(*ask, "--html", path)[0] == 0, "simulate failed")
    with open(path) as file:
        text = file.read()
    bars = dict(re.findall(r'<tr><td>([^<]*)</td><td>[0-9.]+</td><td class="speed"><i style="width:([0-9.]+)em', text))
    results = by_model(simulated(*ask))
    check(set(bars) == {"i40e", "mlx5", "octeontx2+sdfn (sprays: unusable)", "espalier", "best"}, bars, text)
    for name, width in bars.items():
        speedup = results[name.split()[0], 8]["speedup"]
        check(abs(float(width) / float(bars["i40e"]) - speedup) < 0.01, "another length", name, width, speedup)
    check("<svg" not in text, "an empty chart")
    for word in "20.0 k packets", "MB", "sas=200,zipf=1,packets=20000", "By espalier 0", time.strftime("%Y-%m-%d"):
        check(word in Page(text).text, "what, when, by which version:", word)
    strange = tempfile.mkdtemp() + "/<b>&.pcap"
    write([Packet(*GATEWAYS, 0x100)], strange)
    check(simulate(strange, "--queues", "2", "--html", path)[0] == 0, "simulate failed")
    with open(path) as file:
        check("/<b>&.pcap" in Page(file.read()).text, "the file's name is not what it is")


def test_answer(_):
    """The answer stands first; who sprays is no answer; what the trace cannot show is said."""
    ask = "--made sas=200,zipf=1,packets=50000 --nic i40e,mlx5,octeontx2+sdfn --queues"
    said = simulate(*ask.split(), "4,8")[1]
    found = simulated(*ask.split(), "4,8")
    results = by_model(found)
    for words in (f"With 8 queues NICs take from 1.00 (i40e) to {results['mlx5', 8]['speedup']:.2f} (mlx5)",
                  f"Espalier takes {results['espalier', 8]['speedup']:.2f} times", "octeontx2+sdfn (sprays)",
                  "seconds 0.0", "with 0 moves"):
        check(words in said, words, said)
    check(said.index("With 8 queues") < said.index("speed-up by queues"), "the answer is not first", said)
    check(results["octeontx2+sdfn", 8]["sprays"] and not results["mlx5", 8]["sprays"], found)
    check(abs(found["seconds"] - 0.05) < 1e-3, found["seconds"])
    check(any("each 0.5 s" in w for w in found["warnings"]), "too short for a round", found["warnings"])
    slow = simulated("--made", "sas=200,zipf=1,packets=50000,rate=10000", "--nic", "i40e", "--queues", "8")
    check(any("of so light a load" in w for w in slow["warnings"]), slow["warnings"])
    long = simulated("--made", "sas=64,packets=3000000,zipf=1,seed=3", "--nic", "i40e", "--queues", "8")
    check(long["seconds"] > 2.9 and long["warnings"] == [], long["warnings"])


def test_models_by_driver(_):
    """The names that `ethtool -i` prints, and names in any letters."""
    def models(*arguments):
        done = subprocess.run([f"{BUILD}/espalier", "models", *arguments], text=True, capture_output=True)
        return done.returncode, done.stdout, done.stderr
    for name, model in ("mlx5_core", "mlx5"), ("MLX5", "mlx5"), ("rvu_nicpf", "octeontx2"), ("i40e", "i40e"), \
            ("fsl_dpa", "dpaa_eth"), ("vif", "xen-netfront"):
        status, said, errors = models(name, "--json")
        check(status == 0 and json.loads(said)["name"] == model, name, said, errors)
    status, said, errors = models("vmxnet3")
    check(status == 1 and "one of vmxnet3-v3, vmxnet3-v4, vmxnet3-v6" in errors, said, errors)
    check(simulated("--made", "sas=4,packets=100", "--nic", "mlx5_core", "--queues", "2")["results"][0]["model"] ==
          "mlx5", "simulate --nic")


def test_speedup_document(_):
    """docs/speedup.md and its plot are what the models give."""
    result = subprocess.run([f"{ROOT}/bench/speedup", "--check"], text=True, capture_output=True)
    check(result.returncode == 0, "stale:", result.stderr)


def test_text(_):
    status, said, errors = simulate("--made", "sas=16,packets=10000")
    check(status == 0 and not errors, errors)
    check(any(line.startswith("warning: these packets") and line.endswith("take more of them")
              for line in said.splitlines()), "a sentence is broken where no terminal is", said)
    status, shown = lab.on_terminal(f"{BUILD}/espalier", "simulate", "--made", "sas=16,packets=10000")
    check(status == 0 and max(map(len, shown.splitlines())) <= 80, "lines of more than 80 columns", shown)
    for word in "speed-up by queues", "mlx5", "espalier", "best", "As ice-os:":
        check(word in said, word, said)
    one = simulate("--made", "sas=16,packets=10000", "--nic", "mlx5", "--queues", "2")[1]
    check("mlx5:\n" in one and "queue  packets" in one, one)


def test_bad_input(_):
    good = write([Packet(*GATEWAYS, 0x100)])
    empty = write([])
    other = write([bytes(12) + b"\x08\x06" + bytes(46)] * 3)
    refused(1, "No such file", arguments=["/nonexistent.pcap"])
    refused(1, "unknown file format", arguments=[f"{ROOT}/README.md"])
    refused(1, "no packet in it", arguments=[empty])
    refused(1, "no ESP and no AH", "other 3", arguments=[other])
    refused(1, "mlx6", "did you mean mlx5", arguments=[good, "--nic", "mlx6"])
    refused(2, "--queues 0", arguments=[good, "--queues", "0"])
    refused(2, "--queues 4x", arguments=[good, "--queues", "2,4x"])
    refused(2, "between two commas", arguments=[good, "--queues", "2,,4"])
    refused(2, "igb has at most 8", arguments=[good, "--nic", "igb", "--queues", "16"])
    refused(2, "needs a FILE", arguments=[])
    refused(2, "not both", arguments=[good, "--made", "sas=3"])
    refused(2, "--made sas=0", arguments=["--made", "sas=0"])
    refused(2, "--filter", arguments=[good, "--filter", "host host"])
    refused(1, "no-such-sas", arguments=[good, "--sas", "/no-such-sas"])


if __name__ == "__main__":
    lab.main()
