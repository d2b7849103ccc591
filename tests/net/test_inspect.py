#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""`inspect` of models, and of a veth with traffic."""
import json
import random
import os
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import CPUS, check

KEYS = {"interface", "driver", "claim", "knowledge", "measurement", "verdict", "method", "why",
        "next", "warnings", "host"}


def inspect(host, *arguments):
    said = json.loads(host.espalier("inspect", "--json", *map(str, arguments)).stdout)
    check(KEYS <= set(said), "keys", said)
    return said


def test_models(host):
    """What the drivers' sources say: claim, verdict, method, next command."""
    for model, claim, verdict, method, command in (
            ("mlx5", "addresses", "spi", "rss", "espalier run IF --dry-run"),
            ("i40e", "addresses", "addresses", "xdp", "espalier run IF --dry-run"),
            ("ena", "refused", "addresses", "xdp", "espalier run IF --dry-run"),
            ("vmxnet3-v4", "addresses", "addresses", "xdp",
             "ethtool -N IF rx-flow-hash esp4 sdfn"),
            ("iavf", "refused", "addresses", "ntuple", "espalier run IF --dry-run"),
            ("hns3", "refused", "addresses", "rps", "espalier run IF --dry-run"),
            ("ice", "nothing", "spi", "rss", "espalier run IF --dry-run"),
            ("ice-os", "nothing", "addresses", "xdp", "espalier run IF --dry-run"),
            ("virtio", "nothing", "addresses", "xdp", "espalier run IF --dry-run"),
            ("virtio-norss", "nothing", "spi", "rss", "espalier run IF --dry-run"),
            ("ena-fixed", "refused", "addresses", "xdp", "espalier run IF --dry-run"),
            ("ixgbe", "addresses", "addresses", "xdp", "espalier run IF --dry-run"),
            ("gve", "refused", "addresses", "ntuple", "espalier run IF --dry-run"),
            ("mana", "refused", "addresses", "xdp", "espalier run IF --dry-run"),
            ("hv_netvsc", "nothing", "addresses", "xdp", "espalier run IF --dry-run"),
            ("octeontx2", "addresses", "addresses", "xdp", "espalier run IF --dry-run"),
            ("octeontx2+sdfn", "spi", "sprays", "xdp", "ethtool -N IF rx-flow-hash esp4 sd"),
            ("bnxt+sdfn", "spi", "spi", "rss", "espalier run IF --dry-run"),
            ("dpaa_eth", "addresses", "spi", "rss", "espalier run IF --dry-run"),
            ("idpf", "refused", "addresses", "xdp", "espalier run IF --dry-run"),
            ("ionic", "refused", "addresses", "xdp", "espalier run IF --dry-run"),
            ("mlx4", "refused", "addresses", "xdp", "espalier run IF --dry-run"),
            ("mtk_eth_soc", "refused", "single", "xdp", "espalier run IF --dry-run")):
        said = inspect(host, "--model", model)
        check(said["claim"]["esp"] == claim and said["verdict"] == verdict and
              said["method"] == method and said["next"] == command, model, said)
        check(said["interface"] is None and said["knowledge"]["model"] == model.split("+")[0], model, said)
        text = " ".join(host.espalier("inspect", "--model", model).stdout.split())
        check(f"Verdict: {verdict}" in text and command in text, model, text)
        seen = said["knowledge"]["seen"]  # not on hardware, but for what QEMU has
        check(bool(seen) == (model == "virtio") and ("(by reading alone)." in text) == (not seen), model, text)


def test_words(host):
    """Sentences that end well, whatever the driver says."""
    for model, words in (("mlx5", "the driver says: only the addresses. ('ethtool -n IF rx-flow-hash esp4' tells EINVAL, "
                                  "with udp4 sdfn; asked for ESP alone, which ethtool cannot, it tells sd.)"),
                         ("ena", "the driver refuses to say."), ("virtio", "the driver says: nothing."),
                         ("mlx5", "a hash of the addresses and, behind them, the SPI, the same for both directions"),
                         ("octeontx2", "a hash of the addresses and, from byte 36 on, the VLAN's tag and IPv4's protocol."),
                         ("octeontx2", "from byte 32 on, UDP's ports, the VLAN's tag and IPv4's protocol."),
                         ("ena-fixed", "the smaller one first), with the hash inverted, its low 16 bits alone."),
                         ("octeontx2", "Knowledge, by reading alone:"), ("ice", "ESP by spi, in UDP not hashed."),
                         ("virtio", "Knowledge, seen on QEMU with rss=on:"),
                         ("vmxnet3-v4", "128 entries, no key shown, toeplitz."),
                         ("veth", "tells 3 facts with their source.")):
        said = host.espalier("inspect", "--model", model).stdout
        check(words in said, model, words, said)


def test_warnings_of_models(host):
    for model, words in (
            ("octeontx2", "do not use 'ethtool -N IF rx-flow-hash esp4 sdfn'"),
            ("octeontx2", "'ethtool -K IF rxhash off' cures that, and so does setting the addresses for its flow type"),
            ("hv_netvsc", "'ethtool -K IF rxhash off' cures that"),
            ("octeontx2+sdfn", "packets are decrypted out of order"),
            ("mlx5", "UDP is hashed by its ports too"),
            ("veth", "tx off"),
            ("virtio", "does not let its channels be changed"),
            ("i40e", "resets the whole physical function"),
            ("hns3", "method xdp will not do"),
            ("airoha", "method xdp will not do"),
            ("liquidio", "'ethtool -K IF rxhash off' cures that"),
            ("airoha", "RPS cannot look at the SPI here"),
            ("mtk_eth_soc", "RPS cannot look at the SPI here")):
        said = inspect(host, "--model", model)["warnings"]
        check(any(words in warning for warning in said), f"{model}: {words}:", said)
    said = inspect(host, "--model", "i40e")["warnings"]
    check(not any("rxhash" in warning for warning in said), "i40e claims no L4 hash:", said)
    said = inspect(host, "--model", "airoha")["warnings"]
    check(not any("cures that" in warning for warning in said), "rxhash off is no cure:", said)


class Traffic:
    """Generators that send while the block runs: [(CPUs, options...)]."""

    def __init__(self, host, *senders):
        self.host, self.senders = host, senders

    def __enter__(self):
        self.running = [self.host.start(
            "a", [f"{lab.BUILD}/lab/espgen", "--dev", "ea", "--mode", "packet", "--seconds", "60",
                  "--pps", "2000", "--cpus", cpus, *options], stdout=subprocess.DEVNULL)
            for cpus, *options in self.senders]

    def __exit__(self, *_):
        for process in self.running:
            process.kill()
            process.wait()


ONE, OTHER = (str(cpu) for cpu in lab.CPUS[:2])
SAS = ["--sas", "8"]
V6 = ["--src", lab.PEER6, "--dst", lab.GATEWAY6]
VERDICTS = (
    # On a veth a packet comes in on the queue (and CPU) of the CPU that sent it.
    ("addresses", (ONE, *SAS)),
    ("addresses", (ONE, *SAS, *V6)),
    ("addresses", (ONE, *SAS, "--kind", "ah")),
    ("spi", (ONE, *SAS), (OTHER, *SAS, "--spi", "0x2000")),
    ("spi", (ONE, *SAS, *V6), (OTHER, *SAS, "--spi", "0x2000", *V6)),
    ("sprays", (f"{ONE},{OTHER}", *SAS)),
    # On 4 queues two SAs together are chance, 1 in 4; in two pairs 1 in 16, and two more will do.
    ("unknown", (ONE, "--sas", "2"), (OTHER, "--sas", "2", "--src", "192.0.2.77")),
)


def measured(host, verdict, senders, *options):
    with Traffic(host, *senders):
        said = inspect(host, "eb", "--measure", "1", *options)
    check(said["verdict"] == verdict, f"{verdict} {senders} {options}:", said)
    return said


def test_measured_at_tc(host):
    for verdict, *senders in VERDICTS:
        said = measured(host, verdict, senders)["measurement"]
        check(said["at"] == "tc" and said["by_cpu"] and said["lost"] == 0, "where", said)
        check(said["seconds"] >= 1 and said["plain"]["packets"] > 100, "what", said)
    check(said["plain"]["missing_sas"] == 2 and said["plain"]["sas"] == 4, "missing", said)


def test_measured_at_xdp(host):
    for verdict, *senders in VERDICTS:
        said = measured(host, verdict, senders, "--xdp")["measurement"]
        check(said["at"] == "xdp" and not said["by_cpu"], "where", said)


def test_measured_udp(host):
    """ESP in UDP is judged by itself; on another port than 4500, as an SA has it."""
    said = measured(host, "addresses", [(ONE, *SAS, "--encap", "udp")])["measurement"]
    check(said["udp"]["verdict"] == "addresses" and not said["plain"]["sas"], "udp", said)
    said = measured(host, "spi", [(ONE, *SAS), (OTHER, *SAS, "--spi", "0x2000"),
                                  (ONE, *SAS, "--encap", "udp", "--spi", "0x3000")])
    check(said["measurement"]["plain"]["sas"] == 16, "plain", said)
    check(said["measurement"]["udp"]["verdict"] == "addresses", "udp", said)
    check(any("in UDP (NAT-T) are not separated" in w for w in said["warnings"]), "warning", said)


def test_measured_while_steered(host):
    """Behind a cpumap no queue is told: it is looked before our program, if the kernel lets programs
    look at others (the guest's does: tests/guest/nic.sh), and else said why not."""
    host.daemon("--cpus", ",".join(map(str, CPUS)))
    said = json.loads(host.espalier("inspect", "eb", "--measure", "1", "--json").stdout)
    check(said["claim"] and said["next"] == "espalier show", "what needs no measurement", said)
    if not said["measurement"]:
        text = " ".join(host.espalier("inspect", "eb", "--measure", "1").stdout.split())
        check("lets no program look at another one" in text, "why:", text)
    else:
        for verdict, *senders in VERDICTS:
            said = measured(host, verdict, senders)["measurement"]
            check(said["at"] == "steering" and not said["by_cpu"], "where", said)
    check(host.show()["interfaces"][0]["method"] == "xdp", "steered on")
    check(measuring(host) == 0, "a program is left")


def test_next_can_work(host):
    """No command is proposed that the driver refuses, and no device that run refuses."""
    said = measured(host, "sprays", [(f"{ONE},{OTHER}", *SAS)])
    check(said["next"] == "espalier run eb --dry-run", "veth has no such switch", said["next"])
    host.sh("b", "ip link add br0 type bridge && ip link set br0 up")
    done = host.espalier("inspect", "br0", "--measure", "0", check=False)
    check(done.returncode == 1 and "bridge" in done.stderr and not done.stdout, done.stderr)


def test_single_queue(host):
    host.sh("b", "ethtool -L eb rx 1 tx 1")
    said = measured(host, "single", [(ONE, *SAS)])
    check(said["claim"]["queues"] == 1, "queues", said)


def test_nothing_comes_and_nothing_measured(host):
    said = inspect(host, "eb", "--measure", "1")
    check(said["verdict"] == "unknown" and said["measurement"]["plain"]["sas"] == 0, said)
    check(said["next"] == "espalier inspect eb --measure 30", "next", said["next"])
    check("No IPsec packet came in" in host.espalier("inspect", "eb", "--measure", "1").stdout,
          "words")
    said = inspect(host, "eb", "--measure", "0")
    check(said["verdict"] == "unknown" and said["measurement"] is None, said)


def toeplitz(key, data):
    """Bit by bit, as Microsoft defines it."""
    bits, window, result = int.from_bytes(data, "big"), int.from_bytes(key, "big"), 0
    size, length = 8 * len(data), 8 * len(key)
    for i in range(size):
        if bits >> (size - 1 - i) & 1:
            result ^= window >> (length - 32 - i) & 0xffffffff
    return result


def test_report(host):
    """A report tells the hash of a NIC without an address or an SPI; it is never written over."""
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/report"
        host.espalier("inspect", "--model", "mlx5", "--report", path)
        with open(path) as file:
            text = file.read()
        report = json.loads(text)["report"]
        key = bytes.fromhex(report["key"].replace(":", ""))
        check(len(key) == 40 and len(report["table"]) == 256, "key and table", report["key"])
        check("192." not in text and "2001:" not in text and "0xc0" not in text, "addresses")
        plain = [s for s in report["samples"] if s["kind"] == "esp" and s["family"] == 4]
        differ = [s for s in plain if s["spi_difference"] != "0x00000000"]
        check(len(differ) > 20, "samples", report["samples"])
        for sample in differ:
            spi = int(sample["spi_difference"], 16).to_bytes(4, "big")
            check(int(sample["hash_difference"], 16) == toeplitz(key, bytes(8) + spi), sample)
        again = host.espalier("inspect", "--model", "mlx5", "--report", path, check=False)
        check(again.returncode == 1 and "not written over" in again.stderr, again.stderr)
        lost = host.espalier("inspect", "--model", "mlx5", "--report", f"{directory}/no/way",
                             check=False)
        check(lost.returncode == 1 and "No such file" in lost.stderr, lost.stderr)


def held_against(host, report, *words):
    """What `models --against` says of this report."""
    with tempfile.NamedTemporaryFile("w") as file:
        json.dump(report, file)
        file.flush()
        done = host.espalier("models", *words, "--against", file.name, "--json", check=False)
        check(done.returncode in (0, 1) and done.stdout, done.stderr)
        return done.returncode, json.loads(done.stdout), done.stderr


def made_up_report(host, at):
    """Of a NIC like mlx5 whose hash has the SPI at that offset: its hashes and queues are ours."""
    with tempfile.TemporaryDirectory() as directory:
        host.espalier("inspect", "--model", "mlx5", "--report", f"{directory}/report")
        with open(f"{directory}/report") as file:
            said = json.load(file)
    draw = random.Random(1)
    key, report = draw.randbytes(40), said["report"]
    report["key"] = key.hex(":")
    report["table"] = [draw.randrange(8) for _ in range(256)]
    report["samples"], spis = [], [draw.getrandbits(32) for _ in range(32)]
    hashes = [toeplitz(key, bytes(range(8)) + bytes(at - 8) + spi.to_bytes(4, "big"))
              for spi in spis]
    for spi, value in zip(spis, hashes):
        report["samples"].append({
            "pair": 0, "family": 4, "kind": "esp", "spi_difference": f"0x{spi ^ spis[0]:08x}",
            "hash_difference": f"0x{value ^ hashes[0]:08x}",
            "queue": report["table"][value % 256], "packets": 10})
    return said


def test_model_against_report(host):
    """A model is held against a report: right, wrong in one hash, wrong in where the SPI lies."""
    report = made_up_report(host, 8)
    code, said, _ = held_against(host, report)
    check(code == 0 and said["fits"] is True and said["model"] == "mlx5", said)
    check(said["differences"] == [] and len(said["packets"]) == 1, said)
    part = said["packets"][0]
    check((part["hashes"], part["hashes_wrong"], part["queues"], part["queues_wrong"]) ==
          (31, 0, 32, 0), part)
    code, said, stderr = held_against(host, report, "i40e")
    check(code == 1 and said["fits"] is False and "nor is it of its driver" in stderr, stderr)
    check({"question": "ah_esp4", "nic": "EINVAL", "model": "sd"} in said["differences"],
          said)
    code, said, stderr = held_against(host, made_up_report(host, 32))
    check(code == 1 and said["packets"][0]["hashes_wrong"] == 31, said)
    check("please report it" in stderr, stderr)
    value = int(report["report"]["samples"][5]["hash_difference"], 16)
    report["report"]["samples"][5]["hash_difference"] = f"0x{value ^ 1:08x}"
    code, said, _ = held_against(host, report)
    check(code == 1 and said["packets"][0]["hashes_wrong"] == 1, said)


def test_against_on_a_terminal(host):
    """80 columns there, each row of figures on one line; as long as it is elsewhere."""
    said = made_up_report(host, 8)
    said["report"]["samples"][5]["queue"] ^= 1
    with tempfile.NamedTemporaryFile("w") as file:
        json.dump(said, file)
        file.flush()
        for ask, words in ([], "is WRONG"), (["i40e"], "is WRONG"), (["hns3"], "is WRONG"):
            command = [f"{lab.BUILD}/espalier", "models", *ask, "--against", file.name]
            shown = lab.on_terminal(*command)[1]
            check(max(map(len, shown.splitlines())) <= 80, "lines of more than 80 columns", shown)
            row = next(line for line in shown.splitlines() if line.startswith("esp IPv4"))
            check(row.endswith(words), "folded", shown)
        piped = host.espalier(*command[1:], check=False).stdout
        check(any(len(line) > 80 for line in piped.splitlines()), "folded into a pipe", piped)
    del said["report"]["samples"][3:]
    said["measurement"]["hashes_of_nic"] = False
    with tempfile.NamedTemporaryFile("w") as file:
        json.dump(said, file)
        file.flush()
        shown = lab.on_terminal(f"{lab.BUILD}/espalier", "models", "--against", file.name)[1]
        check(max(map(len, shown.splitlines())) <= 80 and "untold:" in shown, shown)


def test_the_model_most_like_it(host):
    """Without a name: of models that answer alike, the one whose packets fit; set as the NIC was."""
    for name in ("ice", "ice-os", "vmxnet3-v6"):
        with tempfile.TemporaryDirectory() as directory:
            host.espalier("inspect", "--model", name, "--report", f"{directory}/report")
            with open(f"{directory}/report") as file:
                report = json.load(file)
        if name == "vmxnet3-v6":  # as if it had been told to hash the SPI of IPv6, which v4 refuses
            report["claim"]["fields"].update(esp6="sdfn", ah_esp6="sdfn", ah6="sdfn")
        code, said, stderr = held_against(host, report)
        check(code == 0 and said["model"] == name, name, said, stderr)


def test_bad_reports(host):
    """What no report is, is refused in one sentence that says where."""
    good = made_up_report(host, 8)

    def but(change):
        changed = json.loads(json.dumps(good))
        change(changed)
        return json.dumps(changed)

    bad = [
        ("", "not whole JSON"), ("[]", "no JSON object"), (json.dumps(good)[:-2], "not whole JSON"),
        (but(lambda r: r.pop("report")), '"report" is missing'),
        (but(lambda r: r.update(version=2)), "not of version 1"),
        (but(lambda r: r["claim"]["fields"].update(esp4="xyz")), '"esp4" holds no hash fields'),
        (but(lambda r: r["claim"].update(table_error="EOOPS")), '"table_error" is no errno'),
        (but(lambda r: r["report"].update(key="6d:5")), '"key" is no key of 40 bytes'),
        (but(lambda r: r["report"]["table"].pop()), '"table" has 255 entries, not 256'),
        (but(lambda r: r["report"].update(table=[70000] * 256)), "70000 is not in 0 to 65535"),
        (but(lambda r: r["report"]["samples"].append(1)), "no object"),
        (but(lambda r: r["report"]["samples"][0].update(kind="tcp")), "a kind that is none"),
        (but(lambda r: r["measurement"].update(by_cpu="no")), '"by_cpu" is no boolean'),
        (but(lambda r: r["measurement"].pop("hashes_of_nic")), '"hashes_of_nic" is missing'),
        (but(lambda r: r["report"].update(samples=r["report"]["samples"] * 40)), "more than 1000"),
        (but(lambda r: r["report"]["samples"][3].update(family=5)), "family 5"),
        (but(lambda r: r["report"]["samples"][3].update(spi_difference="12")), "0x0123abcd"),
        (" " * (1 << 20) + "{}", "File too large"),
    ]
    for text, words in bad:
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(text)
            file.flush()
            done = host.espalier("models", "--against", file.name, check=False)
        check(done.returncode == 1 and words in done.stderr and not done.stdout, words, done.stderr)
        check(done.stderr.count("\n") == 1, done.stderr)
    done = host.espalier("models", "--against", "/nonexistent", check=False)
    check(done.returncode == 1 and "No such file" in done.stderr, done.stderr)
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(but(lambda r: r.update(driver="stranger")))
        file.flush()
        done = host.espalier("models", "--against", file.name, check=False)
    check(done.returncode == 1 and 'no model of driver "stranger"' in done.stderr, done.stderr)


def test_host(host):
    """What of this machine decides: switches, RPS, programs, kernel."""
    host.sysfs("eb/queues/rx-1/rps_cpus", "1")
    host.sh("b", "ethtool -K eb gro off")
    said = inspect(host, "eb", "--measure", "0")["host"]
    check(said["features"]["gro"] == "off" and said["features"]["ntuple"] == "off", said)
    check([(q["queue"], int(q["cpus"], 16)) for q in said["rps"]] == [(1, 1)], said["rps"])
    check(said["xdp"]["programs"] == [] and said["xdp"]["features"] & 3 == 3, said["xdp"])
    check(said["kernel"]["encap_sockets"] == 0 and not said["irqbalance"], said)
    host.daemon("--cpus", ",".join(map(str, CPUS)))
    said = inspect(host, "eb", "--measure", "0")["host"]["xdp"]
    check(len(said["programs"]) == 1, said)


def state(host):
    host.sh("b", "true")
    return (host.sh("b", "ip -details link show dev eb; tc qdisc show dev eb;"
                         "tc filter show dev eb ingress; ethtool -k eb; ethtool -l eb"),
            host.sysfs("eb/queues/rx-0/rps_cpus"))


def measuring(host):
    """How many measuring programs the kernel has."""
    said = subprocess.run(["bpftool", "-j", "prog", "show"], capture_output=True, text=True).stdout
    return sum(p.get("name", "").startswith("espalier_measur") for p in json.loads(said))


def test_leaves_nothing(host):
    before, programs = state(host), measuring(host)
    for options in [], ["--xdp"]:
        inspect(host, "eb", "--measure", "1", *options)
        check(state(host) == before, "something changed", before, state(host))
    for name in signal.SIGTERM, signal.SIGINT, signal.SIGKILL:
        process = host.start("b", [f"{lab.BUILD}/espalier", "inspect", "eb", "--measure", "600"],
                             stdout=subprocess.DEVNULL)
        lab.wait_for(lambda: measuring(host) > programs, "the measurement")
        process.send_signal(name)
        check(process.wait() == -name, "ended by", process.returncode)
        lab.wait_for(lambda: measuring(host) == programs, "its end")
        check(state(host) == before, f"{name} left something", before, state(host))


def test_bad_input(host):
    for arguments, status, words in (
            (["--model", "mlx6"], 1, "did you mean mlx5 or mlx4?"),
            (["--model", "vmxnet3"], 1, "say one of vmxnet3-v3, vmxnet3-v4, vmxnet3-v6"),
            (["--model", "xyzzyplugh"], 1, "'espalier models' lists them"),
            (["--xdp"], 2, "go with an interface"),
            (["eb", "--model", "mlx5"], 2, "give an interface or --model NAME"),
            (["eb", "ea"], 2, "one too many"),
            (["nosuch"], 1, "nosuch: no such interface"),
            (["a/b"], 1, "no name of an interface"),
            (["eb", "--measure", "-1"], 2, "measure"),
            (["lo", "--measure", "0"], 1, "loopback")):
        result = host.espalier("inspect", *arguments, check=False)
        check(result.returncode == status and words in result.stderr, "said", arguments,
              result.returncode, result.stderr)


lab.main()
