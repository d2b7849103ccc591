#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""From start to stop: crashes, adoption, and everything back as it was."""
import json
import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, Failed, check, wait_for

FIRST = 0x1000
ALL = ",".join(map(str, CPUS))


def bpf(kind):
    return json.loads(subprocess.run(["bpftool", "-j", kind, "show"], capture_output=True,
                                     text=True, check=True).stdout)


def ours():
    """Ids of programs, maps and links of Espalier, and its threads, on the whole host."""
    names = {"espalier_steer", "espalier_ring_", "espalier_enqueu"}
    programs = {p["id"] for p in bpf("prog") if p.get("name", "") in names}
    maps = {m["id"] for m in bpf("map") if m.get("name") in ("sa_table", "cpus_sa", "cpus_stray")}
    threads = subprocess.run(["pgrep", "-f", "^\\[?cpumap/"], capture_output=True, text=True)
    return programs, maps, set(threads.stdout.split())


def run_files():
    return set(os.listdir("/run/espalier")) if os.path.isdir("/run/espalier") else set()


def pin_files():
    return {os.path.join(d, n) for d, _, names in os.walk("/sys/fs/bpf/espalier") for n in names}


def settings(host, dev="eb"):
    """Every setting of the interface that steering might touch."""
    wanted = ["-k", "-l", "-x", "--show-priv-flags", "-c", "-g"]
    out = {w: host.run("b", ["ethtool", w, dev], check=False).stdout for w in wanted}
    out["rps"] = host.sysfs(f"{dev}/queues/rx-0/rps_cpus")
    link = json.loads(host.sh("b", f"ip -j -d link show {dev}"))[0]
    out["link"] = {k: link.get(k) for k in ("mtu", "flags", "xdp", "promiscuity", "num_rx_queues")}
    return out


def gone(before):
    """What is there now and was not before; the kernel frees maps a moment after the last pin."""
    now = ours()
    return [n - b for n, b in zip(now, before)]


def test_stop_puts_everything_back(host):
    before, files, pins = ours(), run_files(), pin_files()
    host.sysfs("eb/queues/rx-0/rps_cpus", "3")
    was = settings(host)
    process = host.daemon("--cpus", ALL)
    check(host.sysfs("eb/queues/rx-0/rps_cpus").strip("0,") == "", "rx-0 RPS is not cleared")
    check("rps_cpus" in host.log, "the change was not said:", host.log)
    check(gone(before)[0], "no program was loaded: this test cannot see one")
    host.espalier("stop")
    check(process.wait(10) == 0, "the daemon's exit status", process.returncode)
    check(settings(host) == was, "settings differ:", was, settings(host))
    wait_for(lambda: not any(gone(before)), "programs, maps and threads to go")
    check(run_files() <= files, "files left:", run_files() - files)
    check(pin_files() <= pins, "pins left:", pin_files() - pins)


def test_sigterm_is_stop(host):
    was = settings(host)
    process = host.daemon("--cpus", ALL)
    process.send_signal(signal.SIGTERM)
    check(process.wait(10) == 0, "exit status")
    check(settings(host) == was, "settings differ")
    check(host.show()["interfaces"] == [], "still steered")


def test_keep_goes_on(host):
    process = host.daemon("--cpus", ALL, "--keep")
    process.send_signal(signal.SIGTERM)
    check(process.wait(10) == 0, "exit status")
    check([i["interface"] for i in host.show()["interfaces"]] == ["eb"], "not steered any more")
    host.espalier("stop")
    check(host.show()["interfaces"] == [], "still steered")


def test_stop_without_a_daemon(host):
    host.sysfs("eb/queues/rx-0/rps_cpus", "3")
    was = settings(host)
    before = ours()
    process = host.daemon("--cpus", ALL)
    process.kill()
    process.wait()
    host.espalier("stop")
    check(settings(host) == was, "settings differ:", was, settings(host))
    host.espalier("stop")  # again: nothing to do is no error


def test_killed_under_traffic(host):
    """SIGKILL, then another daemon: no packet lost or out of order, the placement as it was."""
    spis = range(FIRST, FIRST + 32)
    host.add_sas(spis, wait=False)
    first = host.daemon("--cpus", ALL, "--ring", "2048")
    host.await_sas(spis)
    placed = {spi: sa["cpu"] for spi, sa in host.shown().items()}
    ids = host.sh("b", "ip -j -d link show eb")
    with host.receiver("--spi", FIRST, "--sas", 32) as receiver:
        sender = host.start("a", [f"{BUILD}/lab/espgen", "--dev", "ea", "--sas", "32", "--spi",
                                  str(FIRST), "--encap", "mix", "--pps", "20000", "--seconds", "5",
                                  "--json"], stdout=subprocess.PIPE)
        time.sleep(1)
        first.send_signal(signal.SIGKILL)
        first.wait()
        time.sleep(1)
        host.daemon("--cpus", ALL)
        sent = json.loads(sender.communicate()[0])["sent"]
    result = receiver.result
    check(sent > 10000, "too little traffic to tell", sent)
    check(result["packets"] == sent, "packets lost:", sent, result["packets"])
    check(result["late"] == 0, "packets out of order:", result["late"])
    check({spi: sa["cpu"] for spi, sa in host.shown().items()} == placed, "placement changed")
    check("adopted" in host.log, "nothing was adopted:", host.log)
    prog = json.loads(ids)[0]["xdp"]["prog"]["id"]
    now = json.loads(host.sh("b", "ip -j -d link show eb"))[0]["xdp"]["prog"]["id"]
    check(prog == now, "the program was replaced", prog, now)


def test_killed_in_a_move(host):
    """The next daemon finishes the moves that the last one began."""
    spis = range(FIRST, FIRST + 16)
    host.add_sas(spis, wait=False)
    first = host.daemon("--cpus", ALL)
    host.await_sas(spis)
    for spi, sa in host.shown().items():
        target = [c["cpu"] for c in host.show()["cpus"] if c["cpu"] != sa["cpu"]][0]
        host.espalier("move", hex(spi), str(target))
    first.kill()
    first.wait()
    moving = [sa for sa in host.shown().values() if sa["state"] == "moving"]
    check(moving, "no move was under way when the daemon died: nothing is tested")
    host.daemon("--cpus", ALL)
    wait_for(lambda: all(sa["state"] != "moving" and sa["moves"] == 1
                         for sa in host.shown().values()), "the moves to be finished")


def test_strays_spread_when_the_daemon_is_gone(host):
    """64 SAs added after the daemon was killed use more than one CPU once the heartbeat is old."""
    process = host.daemon("--cpus", ALL)
    process.kill()
    process.wait()
    host.add_sas(range(FIRST, FIRST + 64), wait=False)
    with host.receiver("--spi", FIRST, "--sas", 64) as fresh:
        host.send("--sas", 64, "--spi", FIRST, "--count", 640, "--pps", 5000)
    check(len([c for c in fresh.result["cpus"] if c["packets"]]) == 1, "not confined at first")
    time.sleep(11)
    with host.receiver("--spi", FIRST, "--sas", 64) as old:
        host.send("--sas", 64, "--spi", FIRST, "--count", 640, "--pps", 5000)
    used = [c["cpu"] for c in old.result["cpus"] if c["packets"]]
    sa_cpus = [c["cpu"] for c in host.show()["cpus"]]
    check(len(used) > 1 and set(used) <= set(sa_cpus), "CPUs used:", used, sa_cpus)
    host.none_lost({"missing": 640 - old.result["packets"]})


if __name__ == "__main__":
    lab.main()
