#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the daemon survives, with a clear word: a full table, what happens to interfaces, another version's report."""
import json
import os
import re
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, GATEWAY, PEER, check, wait_for

FIRST = 0x1000
ALL = ",".join(map(str, CPUS))
SAS = 16


def start(host, *arguments, sas=SAS, **options):
    if sas:
        host.add_sas(range(FIRST, FIRST + sas), wait=False)
    return host.daemon("--cpus", ALL, "--ring", "2048", *arguments, **options)


def names(host):
    return [i["interface"] for i in host.show()["interfaces"]]


def steered(host, dev="eb", spis=range(FIRST, FIRST + SAS), **options):
    """Every packet arrives, in order, each SA's on the CPU that show names."""
    packets = 50 * len(spis)
    shown = host.shown()
    before = sum(shown[s]["packets"] for s in spis)
    with host.receiver("--spi", spis[0], "--sas", len(spis), dev=dev) as receiver:
        host.send("--spi", spis[0], "--sas", len(spis), "--count", packets, "--pps", 10000,
                  "--encap", "mix", **options)
    check(receiver.result["packets"] == packets, "packets lost:", receiver.result["packets"],
          packets)
    check(receiver.result["late"] == 0, "out of order:", receiver.result["late"])
    for spi in spis:
        check(receiver.cpus_of(spi) == [shown[spi]["cpu"]], "not on its CPU:", hex(spi),
              receiver.cpus_of(spi), shown[spi]["cpu"])
    after = sum(sa["packets"] for spi, sa in host.shown().items() if spi in spis)
    check(after - before == packets, "not through our rings:", after - before, packets)
    check(len({shown[s]["cpu"] for s in spis}) > 1, "all on one CPU")


def said(host, *words):
    for word in words:
        wait_for(lambda word=word: re.search(word, host.log), f"the word '{word}'")


def alive(daemon):
    check(daemon.poll() is None, "the daemon ended")


def test_full_table(host):
    """64 places and 200 SAs: the others are strays; when SAs go, the homeless get their places."""
    daemon = start(host, "--max-sas", "64", "--resync", "1", sas=200)
    now = host.show()
    check(len(now["sas"]) == 64 and now["table"]["max_sas"] == 64, "in the table:", len(now["sas"]))
    check(now["table"]["no_place"] == 136, "without a place:", now["table"])
    check(any("136 SAs found no place" in w and "--max-sas" in w for w in now["warnings"]),
          "no warning:", now["warnings"])
    said(host, r"table is full \(--max-sas 64\).*larger --max-sas")
    placed = sorted(host.shown())
    homeless = sorted(set(range(FIRST, FIRST + 200)) - set(placed))
    stray, = now["settings"]["stray_cpus"]
    path = f"/tmp/{host.prefix}.spis"
    for spis, cpus, counter in ((homeless, {stray}, "strays"), (placed, None, None)):
        with open(path, "w") as file:
            file.writelines(f"{s}\n" for s in spis)
        with host.receiver("--spi", FIRST, "--sas", 200) as receiver:
            host.send("--spi-list", path, "--count", 10 * len(spis), "--pps", 10000)
        check(receiver.result["packets"] == 10 * len(spis), "lost:", receiver.result["packets"])
        for spi in spis:
            where = cpus or {host.shown()[spi]["cpu"]}
            check(set(receiver.cpus_of(spi)) == where, "CPUs:", hex(spi), receiver.cpus_of(spi))
        if counter:
            now = host.show()
            check(now[counter]["packets"] == 10 * len(spis), counter, now[counter])
            check(not any("not known here" in w for w in now["warnings"]), "unknown:", now["warnings"])
    os.unlink(path)
    # Later syncs count the same SAs again, and say nothing new.
    said_once = host.log.count("table is full")
    wait_for(lambda: host.show()["table"]["no_place"] == 136, "the same figure")
    check(said_once == 1, "said so many times:", said_once)
    for spi in placed[:40]:
        host.delete_sa(spi)
    left = set(placed[40:])
    wait_for(lambda: len(host.shown()) == 64 and set(host.shown()) & set(homeless),
             "places for the homeless", 15)
    now = host.show()
    check(left < set(host.shown()), "an SA lost its place")
    check(now["table"]["no_place"] == 96, "without a place now:", now["table"])
    for spi in list(left) + homeless:
        host.run("b", ["ip", "xfrm", "state", "delete", "src", PEER, "dst", GATEWAY, "proto", "esp",
                       "spi", str(spi)], check=False)
    wait_for(lambda: host.show()["table"]["used"] == 0, "all to go")
    wait_for(lambda: not any("no place" in w for w in host.show()["warnings"]), "the warning to go")
    alive(daemon)


def test_down_and_up(host):
    daemon = start(host)
    steered(host)
    host.sh("b", "ip link set eb down")
    said(host, "eb is down")
    check(names(host) == ["eb"], "no longer shown")
    host.sh("b", "ip link set eb up")
    said(host, "eb is up")
    host.sh("b", "cat /sys/class/net/eb/carrier 2>/dev/null; ip link show eb")
    wait_for(lambda: "state UP" in host.sh("b", "ip link show eb"), "the carrier")
    steered(host)
    # The far end too.
    host.sh("a", "ip link set ea down && ip link set ea up && ethtool -K ea gro off gro on")
    wait_for(lambda: "state UP" in host.sh("b", "ip link show eb"), "the carrier")
    steered(host)
    alive(daemon)


def test_renamed(host):
    """Steering goes on; show, the log and what is put back use the new name."""
    host.sysfs("eb/queues/rx-0/rps_cpus", "1")
    daemon = start(host)
    host.sh("b", "ip link set eb name wan0 || "
                 "{ ip link set eb down && ip link set eb name wan0 && ip link set wan0 up; }")
    said(host, "eb is now wan0")
    wait_for(lambda: "state UP" in host.sh("b", "ip link show wan0"), "the carrier")
    check(names(host) == ["wan0"], "show:", names(host))
    steered(host, dev="wan0")
    done = host.espalier("show", "eb", check=False)
    check(done.returncode == 1 and "no such interface" in done.stderr, "show eb:", done.stderr)
    done = host.espalier("stop", "eb", check=False)
    check(done.returncode == 1 and "no interface eb" in done.stderr, "stop eb:", done.stderr)
    alive(daemon)
    host.espalier("stop", "wan0")
    check(daemon.wait(10) == 0, "the daemon's exit status")
    check(int(host.sysfs("wan0/queues/rx-0/rps_cpus"), 16) == 1, "RPS is not put back")
    check("prog/xdp" not in host.sh("b", "ip link show wan0"), "the program is still there")


def test_renamed_while_no_daemon_runs(host):
    """The next daemon adopts it under its new name."""
    start(host).kill()
    host.sh("b", "ip link set eb name wan0 || "
                 "{ ip link set eb down && ip link set eb name wan0 && ip link set wan0 up; }")
    host.daemon("--cpus", ALL, interfaces=("wan0",))
    said(host, "wan0: adopted")
    check(names(host) == ["wan0"], "show:", names(host))
    steered(host, dev="wan0")


def test_deleted_and_recreated(host):
    """Steered again by its name, without a restart; the SAs keep their entries."""
    daemon = start(host)
    steered(host)
    placed = {spi: sa["cpu"] for spi, sa in host.shown().items()}
    for _ in range(2):
        host.sh("b", "ip link del eb")
        said(host, "eb was deleted")
        wait_for(lambda: names(host) == [], "show to know")
        check(os.listdir(host.pins) == [os.path.basename(host.layout)], "pins left:",
              os.listdir(host.pins))
        alive(daemon)
        host.recreate()
        wait_for(lambda: names(host) == ["eb"], "it to be steered again")
        wait_for(lambda: "state UP" in host.sh("b", "ip link show eb"), "the carrier")
        check({spi: sa["cpu"] for spi, sa in host.shown().items()} == placed, "placed anew")
        steered(host)
    check(host.log.count("eb: steering") == 3, "not said:", host.log)
    host.espalier("stop")
    check(daemon.wait(10) == 0, "exit status")
    check("prog/xdp" not in host.sh("b", "ip link show eb"), "the program is still there")
    check(not os.path.exists(host.pins), "pins left")


def test_recreated_while_no_daemon_runs(host):
    daemon = start(host)
    daemon.kill()
    daemon.wait()
    host.sh("b", "ip link del eb")
    host.recreate()
    daemon = start(host, sas=0)
    said(host, "eb .*is gone since the last run", "eb: steering")
    host.await_sas(range(FIRST, FIRST + SAS))
    steered(host)
    host.espalier("stop")
    check(daemon.wait(10) == 0, "exit status")
    check(not os.path.exists(host.pins), "pins left")


def test_one_of_two_deleted(host):
    """The other goes on; and `stop IF` is remembered when that one comes back."""
    daemon = start(host, interfaces=("eb", "eb2"))
    steered(host)
    host.sh("b", "ip link del eb2")
    said(host, "eb2 was deleted")
    wait_for(lambda: names(host) == ["eb"], "show to know")
    steered(host)
    alive(daemon)


test_one_of_two_deleted.lab = ("--second",)


def test_sixteen_deleted_in_one_burst(host):
    """We let go of one after the other, and nothing of any stays; the rest goes on, and what comes back is steered."""
    many = [f"many{i}" for i in range(16)]
    add = [f"ip link add {name} up group 77 type veth peer name peer{name}" for name in many]
    host.sh("b", "; ".join(add))
    daemon = start(host, interfaces=("eb", *many))
    wait_for(lambda: len(names(host)) == 17, "all to be steered")
    host.sh("b", f"ip link del group 77; {add[0]}")
    said(host, *(f"{name} was deleted" for name in many))
    wait_for(lambda: names(host) == ["eb", many[0]], "show to know")
    check(len(os.listdir(host.pins)) == 3, "pins of more than these two:", os.listdir(host.pins))
    steered(host)
    alive(daemon)


def test_stopped_stays_stopped(host):
    """What `stop IF` named is not attached again when it comes back."""
    daemon = start(host, interfaces=("eb", "eb2"))
    host.espalier("stop", "eb")
    host.sh("b", "ip link del eb")
    host.recreate()
    host.sh("b", "ip link add dm0 type veth peer name dm1; ip link del dm0")  # events come through
    wait_for(lambda: "state UP" in host.sh("b", "ip link show eb"), "the carrier")
    check(names(host) == ["eb2"], "attached again:", names(host))
    alive(daemon)


test_stopped_stays_stopped.lab = ("--second",)


def test_moved_to_another_namespace(host):
    """Gone for us; our program does not stay on it, and what does is named."""
    host.sysfs("eb/queues/rx-0/rps_cpus", "1")
    daemon = start(host)
    host.sh("b", f"ip link set eb netns {host.prefix}-a")
    said(host, "eb was deleted", "in another network namespace.*rx-0/rps_cpus may still be 0.*was 1")
    check(names(host) == [], "show:", names(host))
    wait_for(lambda: "prog/xdp" not in host.sh("a", "ip link show eb"), "our program to go")
    alive(daemon)


def show_of(host, version):
    """The moves done, by the `show` that knows a report of this version; None: it is of another one, and that is said."""
    show = ["env", f"ESPALIER_TEST=report-{version}", f"{BUILD}/espalier-test", "show"]
    shown = json.loads(host.run("b", [*show, "--json"]).stdout)
    text = host.run("b", [*show, "--wide"]).stdout
    other = [warning for warning in shown["warnings"] if "of another version of espalier" in warning]
    check(len(other) <= 1 and bool(other) == (shown["moves"]["done"] is None) == (shown["table"]["no_place"] is None),
          "left out, or said to be:", other, shown["moves"], shown["table"])
    check(bool(re.search(r"Moves: \d+ done", text)) != ("of another version of espalier" in text) == bool(other), text)
    check(len(shown["sas"]) == SAS and len(shown["interfaces"]) == 1, "steering is not shown:", shown)
    return shown["moves"]["done"]


def steering(host):
    """What an upgrade must leave as it is: the program, the maps, and where each SA is."""
    on = json.loads(host.sh("b", "ip -j -d link show eb"))[0]["xdp"]["prog"]["id"]
    maps = {lab.map_id(f"{host.layout}/{name}") for name in ("host", "sa_table", "sa_warm", "move_records")}
    return on, maps | host.cpumaps(), {spi: sa["cpu"] for spi, sa in host.shown().items()}


def started(host, version):
    daemon = host.daemon("--cpus", ALL, "--ring", "2048", switches=f"report-{version}")
    host.await_sas(range(FIRST, FIRST + SAS))
    return daemon


def upgrade(host, first, version):
    """Another version's daemon takes over under traffic; it begins a report of its own, and that is all."""
    before = steering(host)
    with host.receiver("--spi", FIRST, "--sas", SAS) as receiver:
        sender = host.start("a", [f"{BUILD}/lab/espgen", "--dev", "ea", "--sas", str(SAS), "--spi", str(FIRST),
                                  "--encap", "mix", "--pps", "10000", "--seconds", "5", "--json"],
                            stdout=subprocess.PIPE)
        time.sleep(1)
        first.kill()
        first.wait()
        daemon = started(host, version)
        sent = json.loads(sender.communicate()[0])["sent"]
    check(sent > 1000, "too little traffic to tell", sent)
    host.none_lost({"missing": sent - receiver.result["packets"]})
    check(receiver.result["late"] == 0, "packets out of order:", receiver.result["late"])
    check(steering(host) == before, "not as it was:", before, steering(host))
    check("eb: adopted" in host.log, "not adopted:", host.log)
    return daemon


def test_report_of_another_version(host):
    """Up and down again: what `show` alone reads is begun anew, what is steered stays."""
    host.add_sas(range(FIRST, FIRST + SAS), wait=False)
    daemon = started(host, 1)
    for old, new in (1, 2), (2, 1):
        cpu = host.shown()[FIRST]["cpu"]
        target = [c["cpu"] for c in host.show()["cpus"] if c["cpu"] != cpu][0]
        done = show_of(host, old)
        host.espalier("move", hex(FIRST), str(target))
        wait_for(lambda done=done, old=old: show_of(host, old) == done + 1, "the move")
        check(show_of(host, new) is None, "read as if it were of its own version:", old, new)
        daemon = upgrade(host, daemon, new)
        check("for 'espalier show' is of another version: begun anew" in host.log, "not said:", host.log)
        check(show_of(host, new) == 0 and show_of(host, old) is None, "not begun anew:", old, new)
    daemon = upgrade(host, daemon, 1)
    check("begun anew" not in host.log, "begun anew by its own version:", host.log)


def test_report_that_is_none(host):
    """Gone, or a map of something else: as one of another version."""
    host.add_sas(range(FIRST, FIRST + SAS), wait=False)
    daemon = started(host, 1)
    pin = f"{host.layout}/report"
    make = "type array key 4 value 8 entries 1 flags 0x400"
    for other in False, True:
        os.unlink(pin)
        if other:
            subprocess.run(["bpftool", "map", "create", pin, "name", "other", *make.split()], check=True)
        check(show_of(host, 1) is None, "read:", other)
        daemon = upgrade(host, daemon, 1)
        check("begun anew" in host.log and show_of(host, 1) == 0, "not begun anew:", host.log)


def test_ip_netns_exec(host):
    """It hides bpffs: that of process 1 is used, or one is mounted there; verbs find it all the same."""
    enter = ["ip", "netns", "exec", f"{host.prefix}-b"]
    daemon = subprocess.Popen([*enter, f"{BUILD}/espalier", "run", "eb", "--cpus", ALL],
                              stderr=subprocess.PIPE, text=True)
    host.processes.append(daemon)
    wait_for(lambda: daemon.poll() is not None or names(host) == ["eb"], "the daemon")
    check(daemon.poll() is None, "the daemon ended:", daemon.returncode)
    done = subprocess.run([*enter, f"{BUILD}/espalier", "show"], capture_output=True, text=True,
                          check=True)
    check("eb is steered" in done.stdout, "show:", done.stdout)
    subprocess.run([*enter, f"{BUILD}/espalier", "stop"], capture_output=True, check=True)
    check(daemon.wait(10) == 0, "exit status")


if __name__ == "__main__":
    lab.main()
