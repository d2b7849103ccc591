#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""The methods of the NIC and the kernel: rss and ntuple against models (tests/preload: the daemon
and the real ethtool(8) ask the same model), rps-plain on a real veth."""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, GATEWAY, GATEWAY6, PEER, PEER6, check, wait_for

ALL = ",".join(map(str, CPUS))
FIRST = 0x1000
RULES = 128  # of iavf


class Nic:
    """The gateway's eb answers ethtool as a model would."""

    def __init__(self, host, model, queues=len(CPUS), dev="eb", more=":ntuple"):
        self.host = host
        self.state = tempfile.NamedTemporaryFile()
        self.env = {**os.environ, "LC_ALL": "C", "ESPALIER_TEST": "",
                    "ESPALIER_MODEL": f"{dev}:{model}:{queues}{more}",
                    "ESPALIER_MODEL_STATE": self.state.name,
                    "LD_PRELOAD": f"{BUILD}/tests/preload/libethtool-model.so"}

    def run(self, *command, check=True, **env):
        return self.host.run("b", list(map(str, command)), check=check, env={**self.env, **env})

    def ethtool(self, *arguments):
        return self.run("ethtool", *arguments).stdout

    def espalier(self, *arguments, check=True):
        return self.run(f"{BUILD}/espalier", *arguments, check=check)

    def everything(self):
        """What the NIC is set to, as ethtool(8) tells it."""
        asked = [("-x", "eb"), ("-n", "eb"), ("-l", "eb")]
        asked += [("-n", "eb", "rx-flow-hash", flow) for flow in ("esp4", "esp6", "udp4", "udp6")]
        return [self.run("ethtool", *a, check=False).stdout for a in asked]

    def rules(self):
        """(SPI, queue) of each rule by SPI, by location; what `ethtool -n` lists."""
        said = self.ethtool("-n", "eb")
        found = {}
        for text in said.split("Filter: ")[1:]:
            spi = re.search(r"SPI: (?:0x)?([0-9a-f]+) mask", text)
            user = re.search(r"User-defined: 0x([0-9a-f]+) ", text)
            queue = re.search(r"Direct to queue (\d+)", text)
            if user:
                bits = int(user[1], 16)
                value = (bits >> 32 & 0xffff) << 16 | bits & 0xffff
            else:
                value = int(spi[1], 0 if spi[1].startswith("0x") else 10) if spi else None
            found[int(text.split()[0])] = value, int(queue[1]) if queue else None
        return found

    def start(self, *arguments, ready=True, interfaces=("eb",), **env):
        """The daemon; its messages go to self.log."""
        self.log_path = f"{self.state.name}.log"
        with open(self.log_path, "w") as log:
            process = self.host.start(
                "b", [f"{BUILD}/espalier", "run", *interfaces, "--cpus", ALL, *arguments], stderr=log, stdout=log,
                env={**self.env, **env})
        if ready:
            wait_for(lambda: "ready:" in self.log() or process.poll() is not None, "the daemon")
            check(process.poll() is None, "the daemon ended:", self.log())
        return process

    def log(self):
        with open(self.log_path) as log:
            return log.read()


def spis_of(rules):
    return sorted(spi for spi, _ in rules.values())


def queue_of(cpu):
    return CPUS.index(cpu)


def add_sas(host, spis, src=PEER, dst=GATEWAY):
    for spi in spis:
        host.sh("b", f"ip xfrm state allocspi src {src} dst {dst} proto esp mode tunnel "
                     f"min {spi} max {spi}")


def del_sa(host, spi, dst=GATEWAY, src=PEER):
    host.sh("b", f"ip xfrm state delete src {src} dst {dst} proto esp spi {spi}")


def test_ntuple_follows_the_sas(host):
    """A rule for each SA, to the queue of its CPU; foreign rules stay; stop leaves what was."""
    nic = Nic(host, "iavf")
    nic.ethtool("-N", "eb", "flow-type", "esp4", "src-ip", PEER, "dst-ip", GATEWAY, "spi", 0x77,
                "action", 1, "loc", 5)
    before = nic.everything()
    add_sas(host, range(FIRST, FIRST + 8))
    add_sas(host, range(FIRST + 8, FIRST + 12), PEER6, GATEWAY6)
    daemon = nic.start("--method", "ntuple", "--interval", "0")
    wanted = list(range(FIRST, FIRST + 12))
    wait_for(lambda: spis_of(nic.rules()) == sorted([0x77] + wanted), "a rule for each SA")
    shown = host.shown()
    for location, (spi, queue) in nic.rules().items():
        if spi == 0x77:
            check(location == 5 and queue == 1, "the foreign rule:", location, queue)
            continue
        check(queue == queue_of(shown[spi]["cpu"]), "not to its CPU:", hex(spi), queue)
    check(len({sa["cpu"] for sa in shown.values()}) > 1, "all on one CPU")
    now = host.show()["interfaces"][0]
    check((now["method"], now["rules"]) == ("ntuple", 12), "show:", now)
    # SAs that come, go, and are moved by hand
    del_sa(host, FIRST)
    add_sas(host, [FIRST + 40])
    other = next(c for c in CPUS if c != shown[FIRST + 1]["cpu"])
    nic.espalier("move", str(FIRST + 1), str(other))
    wait_for(lambda: spis_of(nic.rules()) == sorted([0x77, FIRST + 40] + wanted[1:]),
             "rules of the SAs that came and went", 30)
    wait_for(lambda: dict(nic.rules().values())[FIRST + 1] == queue_of(other), "the move")
    # the daemon goes and comes again: the same rules, and none twice
    daemon.kill()
    daemon.wait()
    held = nic.rules()
    nic.start("--interval", "0")
    check(nic.rules() == held, "another daemon:", nic.rules(), held)
    check("adopted" not in nic.log() and "steering (ntuple)" in nic.log(), "said:", nic.log())
    nic.espalier("stop")
    check(nic.everything() == before, "stop left:", nic.everything(), before)


def test_ntuple_udp(host):
    """ESP in UDP by iavf's form; a NIC without one says how many SAs have no rule."""
    for model, rules in ("iavf", 4), ("gve", 2):
        nic = Nic(host, model)
        sas = f"{nic.state.name}.sas"
        with open(sas, "w") as file:
            for i in range(2):
                file.write(f"{GATEWAY} {FIRST + i}\n")
        host.sh("b", "".join(
            f"ip xfrm state add src {PEER} dst {GATEWAY} proto esp spi {FIRST + 10 + i} "
            f"mode tunnel enc 'cipher_null' '' encap espinudp 4500 4500 0.0.0.0 2>/dev/null || :;"
            for i in range(2)))
        kernel = int(host.sh("b", "ip xfrm state count").split()[-1])
        nic.start("--method", "ntuple", "--interval", "0", "--sas", sas)
        want = 2 + (kernel if rules == 4 else 0)
        wait_for(lambda: len(nic.rules()) == want, f"{want} rules")
        nic.espalier("stop")
        os.unlink(sas)
        host.sh("b", "ip xfrm state flush")


def test_more_sas_than_rules(host):
    """The NIC holds 128 rules, one is somebody else's: 127 SAs have one, and that is said."""
    nic = Nic(host, "iavf")
    nic.ethtool("-N", "eb", "flow-type", "tcp4", "dst-port", 80, "action", 0, "loc", 127)
    before = nic.everything()
    add_sas(host, range(FIRST, FIRST + 200))
    nic.start("--method", "ntuple", "--interval", "0")
    wait_for(lambda: len(nic.rules()) == RULES, "128 rules")
    check(127 in nic.rules() and nic.rules()[127][0] is None, "the foreign rule is gone")
    check("73 SAs have no rule (the NIC holds 127 of ours)" in nic.log(), "said:", nic.log())
    now = host.show()
    check(now["interfaces"][0]["without_rule"] == 73, "show:", now["interfaces"])
    check(any("73 SAs have no rule" in w for w in now["warnings"]), "warnings:", now["warnings"])
    nic.espalier("stop")
    check(nic.everything() == before, "stop left:", nic.everything())


def test_ntuple_reads_back(host):
    """A driver that takes rules which the NIC then has not (iavf, of a PF without the Comms package)."""
    nic = Nic(host, "iavf", more=":drops")
    before = nic.everything()
    add_sas(host, range(FIRST, FIRST + 8))
    nic.start("--method", "ntuple")
    wait_for(lambda: "the NIC has none of them" in nic.log(), "that they are missed", 30)
    wait_for(lambda: "refused rules of 8 SAs" in nic.log(), "that they count as refused")
    now = host.show()["interfaces"][0]
    check((now["rules"], now["without_rule"]) == (0, 8), "show:", now)
    add_sas(host, [FIRST + 8])
    wait_for(lambda: host.show()["interfaces"][0]["without_rule"] == 9, "one more without a rule")
    check(nic.log().count("the NIC has none of them") == 1, "tried again and again:", nic.log())
    nic.espalier("stop")
    check(nic.everything() == before, "stop left:", nic.everything())


def test_rules_refused_one_by_one(host):
    """A driver that has the rule of an SA already: of one it is said, of all of them another method is taken."""
    nic = Nic(host, "iavf")
    nic.ethtool("-N", "eb", "flow-type", "esp4", "src-ip", PEER, "dst-ip", GATEWAY, "spi", FIRST, "action", 1, "loc", 5)
    before = nic.everything()
    add_sas(host, range(FIRST, FIRST + 4))
    nic.start("--interval", "0")
    wait_for(lambda: "refused rules of 1 SAs: File exists" in nic.log(), "the refusal")
    now = host.show()["interfaces"][0]
    check((now["method"], now["rules"], now["without_rule"]) == ("ntuple", 3, 1), now)
    for spi in range(FIRST + 1, FIRST + 4):
        del_sa(host, spi)
    wait_for(lambda: "steering (rps)" in nic.log(), "another method where none is left", 30)
    check("since its driver refused each rule by SPI: File exists" in nic.log(), nic.log())
    nic.espalier("stop")
    check(nic.everything() == before, "stop left:", nic.everything())


def test_auto_falls_back(host):
    """What the NIC has none of is put back, and the next best method taken: once, with the reason."""
    nic = Nic(host, "iavf", more=":drops")
    before, rps_before = nic.everything(), masks(host)
    add_sas(host, range(FIRST, FIRST + 8))
    daemon = nic.start("--interval", "0")
    check("method ntuple, since" in nic.log(), nic.log())
    wait_for(lambda: "steering (rps)" in nic.log(), "another method", 30)
    check("method ntuple will not do, since its driver took the rules and the NIC had none of them" in nic.log() and
          "method rps, since" in nic.log(), nic.log())
    now = host.show()["interfaces"]
    check([i["method"] for i in now] == ["rps"] and masks(host) != rps_before, now, masks(host))
    add_sas(host, [FIRST + 8])
    wait_for(lambda: FIRST + 8 in host.shown(), "one more SA")
    daemon.kill()
    daemon.wait()
    nic.start("--interval", "0")  # the next daemon goes on by it
    check("steering (rps)" in nic.log() and "method ntuple" not in nic.log(), nic.log())
    nic.espalier("stop")
    check((nic.everything(), masks(host)) == (before, rps_before), "stop left:", nic.everything(), masks(host))


def test_rss_sets_and_restores(host):
    """What each driver needs for the SPI is set and put back; what would spray is refused."""
    fields = {"vmxnet3-v4": "esp4", "bnxt": "esp4"}
    for model, flow in fields.items():
        nic = Nic(host, model)
        before = nic.everything()
        nic.start("--method", "rss")
        check("L4 bytes" in nic.ethtool("-n", "eb", "rx-flow-hash", flow), "not set:", model)
        check(("esp6 stays sd" in nic.log()) == (model == "vmxnet3-v4") and f"{flow} sd -> sdfn" in nic.log(), "said:",
              nic.log())
        check(host.show()["interfaces"][0]["method"] == "rss", "show")
        if model == "bnxt":  # its driver took plain IPv6's hash away for it, and it was put back
            check("IP SA" in nic.ethtool("-n", "eb", "rx-flow-hash", "sctp6"), "plain IPv6 is hashed no more")
        nic.espalier("stop")
        check(nic.everything() == before, model, "stop left:", nic.everything())
    for model, word in (("mlx5", None), ("octeontx2", "sequence number"),
                        ("i40e", "cannot take the SPI"), ("ena", "cannot take the SPI"),
                        ("vmxnet3-v3", "cannot take the SPI"), ("veth", "cannot take the SPI")):
        nic = Nic(host, model)
        before = nic.everything()
        daemon = nic.start("--method", "rss", ready=False)
        if word is None:
            wait_for(lambda: "ready:" in nic.log(), "ready")
            nic.espalier("stop")
        else:
            daemon.wait(timeout=30)
            check(daemon.returncode == 1 and word in nic.log(), model, nic.log())
        check(nic.everything() == before, model, "changed:", nic.everything())


def test_spray_is_stopped(host):
    """A NIC whose hash takes the sequence number too gets its driver's first fields, and then its own back."""
    for method in "xdp", "rps":
        nic = Nic(host, "octeontx2")
        nic.ethtool("-N", "eb", "rx-flow-hash", "esp4", "sdfn")
        before = nic.everything()
        dry = nic.espalier("run", "eb", "--method", method, "--dry-run").stdout
        check("ethtool -N eb rx-flow-hash esp4 vsd" in dry, dry)
        nic.start("--method", method)
        fields = nic.ethtool("-n", "eb", "rx-flow-hash", "esp4")
        check("L4 bytes" not in fields and "VLAN" in fields, method, fields)
        check("esp4 sdfn -> vsd" in nic.log(), nic.log())
        nic.espalier("stop")
        check(nic.everything() == before, method, "stop left:", nic.everything())


def test_killed_between_any_two_steps(host):
    """After SIGKILL behind each change that is made, stop puts everything back bit by bit."""
    add_sas(host, range(FIRST, FIRST + 3))
    for model, method, steps in ("iavf", "ntuple", 3), ("vmxnet3-v6", "rss", 2):
        for step in range(1, steps + 1):
            nic = Nic(host, model)
            before = nic.everything()
            daemon = nic.start("--method", method, "--interval", "0", ready=False,
                               ESPALIER_MODEL_KILL=str(step))
            daemon.wait(timeout=30)
            check(daemon.returncode == -9, model, "was not killed at step", step, nic.log())
            check(nic.everything() != before, model, "nothing was changed at step", step)
            nic.espalier("stop")
            check(nic.everything() == before, model, step, "left:", nic.everything())
        nic = Nic(host, model)
        daemon = nic.start("--method", method, "--interval", "0",
                           ESPALIER_MODEL_KILL=str(steps + 1))
        nic.espalier("stop")
        daemon.wait(timeout=30)
        check(nic.log().count("ready:") == 1, model, "more steps than were tried:", nic.log())


def test_auto(host):
    """Each NIC gets the best means it has, in one sentence."""
    add_sas(host, range(FIRST, FIRST + 4))
    for model, method, word in (("iavf", "ntuple", "holds 128 rules by SPI"),
                                ("gve", "ntuple", "holds 1024 rules by SPI"),
                                ("veth", "xdp", "nothing shows that the NIC separates SAs"),
                                ("qede", "xdp", "redirects in native XDP")):
        nic = Nic(host, model)
        nic.start()
        check(f"method {method}, since" in nic.log() and word in nic.log(), model, nic.log())
        check(host.show()["interfaces"][0]["method"] == method, "show:", model)
        nic.espalier("stop")


def test_one_judgement(host):
    """gain, inspect, run --dry-run and run name the same method, and the same reason."""
    add_sas(host, range(FIRST, FIRST + 4))
    for model, method in ("iavf", "ntuple"), ("gve", "ntuple"), ("i40e", "xdp"), ("veth", "xdp"):
        nic = Nic(host, model)
        dry = json.loads(nic.espalier("run", "eb", "--method", "auto", "--dry-run", "--json").stdout)
        told = dry["interfaces"][0]
        gain = json.loads(nic.espalier("gain", "--json", "--seconds", "1").stdout)
        seen = json.loads(nic.espalier("inspect", "eb", "--measure", "0", "--json").stdout)
        check(gain["interface"] == "eb", "they come in on", gain)
        for who, said in ("dry run", told), ("gain", gain), ("inspect", seen):
            check(said["method"] == method, model, who, said["method"], said["why"])
        check(gain["why"] == seen["why"] == told["why"], model, gain["why"], seen["why"], told["why"])
        nic.start()
        check(f"method {method}, since {told['why']}" in nic.log(), model, nic.log())
        nic.espalier("stop")


def test_dry_run(host):
    """The commands that would do it, taken by the real ethtool, do it."""
    add_sas(host, range(FIRST, FIRST + 3))
    nic = Nic(host, "vmxnet3-v4")
    said = nic.espalier("run", "eb", "--method", "rss", "--dry-run").stdout
    command = "ethtool -N eb rx-flow-hash esp4 sdfn"
    check(command in said and "would steer by rss" in said, said)
    nic.run(*command.split())
    said = nic.espalier("run", "eb", "--method", "rss", "--dry-run").stdout
    check(command not in said, "again:", said)
    nic = Nic(host, "iavf")
    said = nic.espalier("run", "eb", "--method", "ntuple", "--dry-run").stdout
    commands = [line.strip() for line in said.splitlines() if line.strip().startswith("ethtool -N")]
    check(len(commands) == 3, said)
    for command in commands:
        nic.run(*command.split())
    check(spis_of(nic.rules()) == list(range(FIRST, FIRST + 3)), "rules:", nic.rules())
    said = nic.espalier("run", "eb", "--method", "ntuple", "--dry-run", "--json").stdout
    check('"method":"ntuple"' in said.replace(" ", "") and "flow-type esp4" in said, said)


def masks(host):
    return [host.sysfs(f"eb/queues/rx-{queue}/rps_cpus") for queue in range(4)]


def test_rps_plain(host):
    """On a real veth: plain ESP is spread, ESP in UDP is not; masks come back, after SIGKILL too."""
    before = masks(host)
    spis = range(FIRST, FIRST + 64)
    add_sas(host, spis)
    daemon = host.daemon("--method", "rps-plain", "--cpus", ALL)
    check(all(int(m.replace(",", ""), 16) == sum(1 << c for c in CPUS) for m in masks(host)),
          "masks:", masks(host))
    check("not ESP in UDP" in host.log and "steering (rps-plain)" in host.log, "said:", host.log)
    now = host.show()
    check(now["interfaces"][0]["method"] == "rps-plain" and now["imbalance"] is None, now["interfaces"])
    check(all(sa["cpu"] is None for sa in now["sas"]), "which CPU nobody can tell")
    refused = host.espalier("move", str(FIRST), str(CPUS[0]), check=False)
    check(refused.returncode == 1 and "decides where SAs are" in refused.stderr, refused.stderr)
    for encap, spread in ("none", True), ("udp", False):
        with host.receiver("--spi", FIRST, "--sas", len(spis)) as receiver:
            host.send("--spi", FIRST, "--sas", len(spis), "--count", 6400, "--pps", 20000,
                      "--encap", encap)
        check(receiver.result["packets"] == 6400, "lost:", receiver.result)
        cpus = {c for spi in spis for c in receiver.cpus_of(spi)}
        check((len(cpus) > 1) == spread, encap, "on CPUs", cpus)
    daemon.kill()
    daemon.wait()
    host.espalier("stop")
    check(masks(host) == before, "masks after stop:", masks(host), before)


def test_another_method_on_adoption(host):
    """What an earlier daemon steered by another method is put back, and steered by the one asked for."""
    before = masks(host)
    for was, now in (("xdp", "rps"), ("rps", "xdp"), ("rps", None), ("rps-plain", "rps"),
                     ("rps", "rps-plain"), ("rps-plain", None)):
        daemon = host.daemon("--method", was, "--cpus", ALL)
        daemon.kill()
        daemon.wait()
        daemon = host.daemon(*(("--method", now) if now else ()), "--cpus", ALL)
        method = now or was  # without a word it goes on as it was
        check(host.show()["interfaces"][0]["method"] == method, was, now, host.log)
        check(("xdp" in host.sh("b", "ip link show eb")) == (method == "xdp"), was, now, "program")
        check((masks(host) == before) == (method == "xdp"), was, now, masks(host))
        host.espalier("stop")
        daemon.wait()
        check(masks(host) == before, was, now, "left", masks(host))


def test_program_that_is_not_run(host):
    """Where an interface receives and none of it reaches our program, as with a driver that takes one and does not
    run it, the log, `show` and `inspect` say so; and that it does again."""
    says = "packets that it received within 5 s reached our program"
    host.daemon("--method", "xdp", "--cpus", ALL)
    directory, = [n for n in os.listdir(host.pins) if os.path.exists(f"{host.pins}/{n}/link")]
    program = lab.bpf_xdp_pass("not_ours")
    ours = lab.bpf_obj_get(f"{host.pins}/{directory}/program")
    try:
        host.send("--spi", FIRST, "--count", 1000, "--pps", 2000)  # strays
        lab.bpf_link_update(f"{host.pins}/{directory}/link", program)
        deadline = time.monotonic() + 30
        while says not in host.log and time.monotonic() < deadline:
            host.send("--spi", FIRST, "--count", 500, "--pps", 2000)
        check("eb: none of" in host.log and says in host.log, host.log)
        check(any(says in w for w in host.show()["warnings"]), host.show()["warnings"])
        check(says in host.espalier("inspect", check=False).stdout, "inspect")
        lab.bpf_link_update(f"{host.pins}/{directory}/link", ours)
        host.send("--spi", FIRST, "--count", 10)
        wait_for(lambda: "eb: packets reach our program" in host.log, "that it sees", 20)
        check(host.log.count(says) == 1 and not any(says in w for w in host.show()["warnings"]), host.log)
    finally:
        os.close(program)
        os.close(ours)


def test_nic_that_goes_away(host):
    """It is said, nothing is left to put back, and a new one of the name is steered again."""
    add_sas(host, range(FIRST, FIRST + 3))
    for model, method in ("iavf", "ntuple"), ("vmxnet3-v4", "rss"):
        nic = Nic(host, model)
        daemon = nic.start("--method", method, "--interval", "100")
        host.sh("a", "ip link del ea")
        wait_for(lambda: "eb was deleted" in nic.log(), "a word")
        check(host.show()["interfaces"] == [], "still shown:", host.show()["interfaces"])
        host.recreate()
        wait_for(lambda: nic.log().count(f"steering ({method})") == 2, "steering again")
        check(daemon.poll() is None, "the daemon ended:", nic.log())
        nic.espalier("stop")


LOOKING = "its NIC may separate SAs by itself"


def test_measured_once(host):
    """A NIC that may separate SAs is measured while the daemon goes on, and one that is refused is
    left alone until something of it changes, whatever other links do."""
    nic = Nic(host, "mlx5", dev="eb2")
    veth = "ip link add eb2 type veth peer name eb2p && ip link set eb2 up && ip link set eb2p up"
    host.sh("b", veth)
    add_sas(host, [FIRST])
    daemon = nic.start("--interval", "0", interfaces=("eb", "eb2"))
    check(nic.log().count(LOOKING) == 1, "at start:", nic.log())
    name = f"foreign_{os.getpid() % 100000}"
    program = lab.bpf_xdp_pass(name)

    def tries():
        """How often it was measured, and how often it was refused behind that."""
        return nic.log().count(LOOKING), nic.log().count("eb2: not steered; tried again")

    def refused_again(times):
        wait_for(lambda: tries() == (times, times - 1), f"measurement {times}, and a refusal")

    try:
        for times in range(2, 8):
            host.sh("b", f"ip link del eb2; {veth}; bpftool net attach xdpdrv name {name} dev eb2")
            wait_for(lambda: tries()[0] == times, "it to be measured")
            nic.espalier("move", str(FIRST), str(CPUS[times % len(CPUS)]))
            answered_meanwhile = tries() == (times, times - 2)
            refused_again(times)
            if answered_meanwhile:
                break
        check(answered_meanwhile, "no move was answered while it was measured")
        said = nic.log()
        for _ in range(8):
            host.sh("b", "ip link add type veth")
        host.sh("b", "ip link set eb2 down; ip link set eb2 up")
        seen = host.show()["daemon"]["seconds_since_heartbeat"]
        wait_for(lambda: host.show()["daemon"]["seconds_since_heartbeat"] <= seen, "a heartbeat")
        time.sleep(3)  # longer than it is measured for
        check(nic.log() == said, "of other links, and of its own that came back:", nic.log()[len(said):])
        host.sh("b", "ip link set eb2 mtu 1400")
        refused_again(times + 1)
        daemon.send_signal(signal.SIGHUP)
        refused_again(times + 2)
        host.sh("b", "bpftool net detach xdpdrv dev eb2")
        wait_for(lambda: nic.log().count("eb2: steering (xdp") == 2, "steering it")
    finally:
        os.close(program)


def test_many_measured_at_once(host):
    """Heartbeat and watchdog go on while many interfaces come that are to be measured."""
    names = [f"many{i}" for i in range(16)]
    nic = Nic(host, "mlx5", dev="many*")

    def make():
        host.run("b", ["ip", "-batch", "-"], input="".join(
            f"link add {name} type veth peer name p{name}\nlink set {name} up\n"
            f"link set p{name} up\n" for name in names))

    path = f"{nic.state.name}.notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
        notify.bind(path)
        notify.setblocking(False)

        def watchdogs():
            """How often the watchdog was fed since the last call."""
            n = 0
            try:
                while True:
                    n += b"WATCHDOG=1" in notify.recv(4096)
            except BlockingIOError:
                return n

        def age():
            return host.show()["daemon"]["seconds_since_heartbeat"]

        def steered():
            return nic.log()[before:].count("steering (xdp")

        make()
        nic.start("--interval", "0", interfaces=("eb", *names), ready=False, NOTIFY_SOCKET=path)
        wait_for(lambda: "ready:" in nic.log(), "the daemon", 120)
        host.run("b", ["ip", "-batch", "-"], input="".join(f"link del {name}\n" for name in names))
        wait_for(lambda: nic.log().count("was deleted") == len(names) and age() < 2, "their end", 60)
        before = len(nic.log())
        watchdogs()
        make()
        measuring = attaching = was = 0
        oldest = 0
        while was < len(names):
            fed, now = watchdogs(), steered()
            measuring += fed if not now else 0
            attaching += fed if was and now < len(names) else 0
            oldest = max(oldest, age())
            was = now
        said = nic.log()[before:]
    os.unlink(path)
    check(said.count(LOOKING) == len(names), "measured:", said)
    check(measuring and attaching, "the watchdog was not fed:", measuring, attaching, oldest)
    return f"the oldest heartbeat was {oldest:.1f} s old"


def test_one_file_and_one_row(host):
    """A method that only the test build has, of one file and one row: it can be asked for, is told of SAs,
    is shown, moves SAs as its traits say, and is ended by stop. The product does not know it."""
    refused = host.espalier("run", "eb", "--method", "tally", check=False)
    check(refused.returncode == 2 and "not auto or rss" in refused.stderr, refused.stderr)
    add_sas(host, [FIRST])
    daemon = host.daemon("--method", "tally", "--cpus", ALL, program="espalier-test")
    check("steering (tally)" in host.log, host.log)
    wait_for(lambda: "eb: tally of SAs: 1" in host.log, "its first word of SAs")
    add_sas(host, [FIRST + 1])
    wait_for(lambda: "eb: tally of SAs: 2" in host.log, "its second word of SAs")
    now = host.show()["interfaces"][0]
    check(now["method"] == "tally", now)
    host.espalier("move", str(FIRST), str(CPUS[-1]))
    daemon.kill()
    daemon.wait()
    host.daemon("--cpus", ALL, program="espalier-test")
    check("steering (tally)" in host.log, "the next daemon goes on by it:", host.log)
    host.espalier("stop")
    check("eb: tally ends" in host.log, host.log)


def test_bad_words(host):
    """What cannot be is refused, and changes nothing."""
    for arguments, word in ((("--method", "magic"), "not auto or rss"),
                            (("--method", "ntuple"), "cannot tell SAs apart")):
        result = host.espalier("run", "eb", "--cpus", ALL, *arguments, check=False)
        check(result.returncode and word in result.stderr, arguments, result.stderr)


lab.main()
