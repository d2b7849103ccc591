#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""What `stop` does and says: whole stops, settings that are left alone, daemons that were killed at
the worst moments (tests/net/test_kill.py kills them at any), and nothing to stop."""
import json
import os
import re
import signal
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import CPUS, check, wait_for

ALL = ",".join(map(str, CPUS))
RX0 = "queues/rx-0/rps_cpus"
NOTHING = "nothing is steered in this network namespace"
AS_IT_WAS = "is no longer steered, and every setting is as it was"


def start(host, *arguments, **options):
    return host.daemon("--cpus", ALL, *arguments, **options)


def steered(host):
    return sorted(i["interface"] for i in host.show()["interfaces"])


def program_on(host, dev="eb"):
    return "prog/xdp" in host.sh("b", f"ip link show {dev}")


def mask(host, dev="eb"):
    return int(host.sysfs(f"{dev}/{RX0}").replace(",", ""), 16)


def gro(host, dev="eb"):
    return re.search("generic-receive-offload: (on|off)", host.sh("b", f"ethtool -k {dev}"))[1]


def record(host):
    """What is written down of changed settings; None: nothing."""
    path = f"/run/espalier/{host.cookie}.json"
    if not os.path.exists(path):
        return None
    with open(path) as file:
        return json.load(file)


def flat(text):
    """Lines that were folded, as one."""
    return " ".join(text.split())


def killed(daemon):
    """Its lock is free only when it is gone."""
    daemon.kill()
    daemon.wait(timeout=30)


def nothing_left(host, threads=()):
    check(not os.path.exists(host.pins), "pins left:", host.pins)
    check(not host.run_files(), "files left:", host.run_files())
    wait_for(lambda: not lab.ring_threads(threads), "the rings' threads to end")


def dies(host, where, *arguments, interfaces=("eb", "eb2")):
    """A daemon that kills itself there (src/sas/switches.h)."""
    process = start(host, *arguments, switches=f"die-{where}", interfaces=interfaces, ready=False)
    wait_for(lambda: process.poll() is not None, "the daemon to kill itself")
    check(process.returncode == -signal.SIGKILL, "it ended by itself:", host.log)


def test_stop_of_the_last_interface_is_a_whole_stop(host):
    for killed in (False, True):
        daemon = start(host, interfaces=("eb", "eb2"))
        threads = host.cpumaps()
        check(lab.ring_threads(threads), "no threads: this test cannot see them")
        if killed:
            daemon.kill()
            daemon.wait()
        host.espalier("stop", "eb")
        check(steered(host) == ["eb2"] and not program_on(host), "after the first:", steered(host))
        check(lab.ring_threads(threads), "the threads of the other ended")
        said = host.espalier("stop", "eb2").stdout
        check(f"eb2 {AS_IT_WAS}" in said, "said:", said)
        nothing_left(host, threads)
        now = host.show()
        check(now["interfaces"] == [] and not now["sas"], "show:", now)
        if not killed:
            check(daemon.wait(10) == 0, "the daemon's exit status")
            last = host.log.strip().split("\n")[-1]
            check(last == "espalier: stopped, and every setting is as it was", "its last:", last)
    daemon = start(host, "--ring", "64")  # rings of another size: nothing stands in the way
    host.espalier("stop", "eb")
    check(daemon.wait(10) == 0, "exit status")


test_stop_of_the_last_interface_is_a_whole_stop.lab = ("--second",)


def test_what_is_left_alone_is_told(host):
    """By the daemon and without one, of one interface and of all; in text and in JSON."""
    left = "eb: rx-0/rps_cpus is now 2, no longer the 0 that we set: left alone"
    for killed in (False, True):
        for arguments in ((), ("eb",)):
            host.sysfs(f"eb/{RX0}", "3")
            daemon = start(host)
            host.sysfs(f"eb/{RX0}", "2")
            if killed:
                daemon.kill()
                daemon.wait()
            done = host.espalier("stop", *arguments)
            check("as it was" not in done.stdout, "said:", done.stdout)
            check(left in flat(done.stdout), "not told:", done.stdout)
            check("1 setting, changed by somebody else meanwhile, was left alone"
                  in flat(done.stdout), "not counted:", done.stdout)
            check(mask(host) == 2, "not left alone:", mask(host))
            if not killed:
                check(daemon.wait(10) == 0, "exit status")
                check("stopped; 1 setting, changed by somebody else" in host.log, host.log)
                check("as it was" not in host.log, "the daemon's words:", host.log)
            nothing_left(host)
    start(host)
    host.sysfs(f"eb/{RX0}", "1")
    told = json.loads(host.espalier("stop", "--json").stdout)
    check(told["left_alone"] == [left.replace("now 2", "now 1")] and told["stopped"], "JSON:", told)


def test_what_is_left_alone_of_one_of_two(host):
    """Each stop tells of its own interface."""
    for dev in "eb", "eb2":
        host.sysfs(f"{dev}/{RX0}", "3")
    start(host, interfaces=("eb", "eb2"))
    for dev in "eb", "eb2":
        host.sysfs(f"{dev}/{RX0}", "1")
    for dev in "eb", "eb2":
        told = flat(host.espalier("stop", dev).stdout)
        check(told.count("is now 1") == 1 and f"{dev}: rx-0" in told, "said:", told)


test_what_is_left_alone_of_one_of_two.lab = ("--second",)


def test_nothing_to_stop(host):
    """One wording and exit status 0, whatever is asked."""
    def words():
        for arguments in (("stop",), ("stop", "eb"), ("show",)):
            done = host.espalier(*arguments)
            check(NOTHING in done.stdout.lower(), arguments, done.stdout)
        told = json.loads(host.espalier("stop", "--json").stdout)
        check(told["said"] == NOTHING and not told["stopped"], "JSON:", told)

    words()
    done = host.espalier("stop", "nosuch", check=False)
    check(done.returncode == 1 and "no interface nosuch" in done.stderr, "a typo:", done)
    daemon = start(host)
    for killed in (False, True):
        if killed:
            daemon.kill()
            daemon.wait()
        done = host.espalier("stop", "lo")
        check("lo is not steered; 'espalier show' lists what is" in done.stdout, done.stdout)
        check(steered(host) == ["eb"], "stopped another:", steered(host))
    host.espalier("stop")
    words()


def test_killed_while_it_attaches_the_second(host):
    """Between its pin and its place in the shared maps: the other interface is not mistaken for it."""
    for where in ("noted-eb2", "pinned-eb2"):
        dies(host, where)
        start(host, interfaces=("eb", "eb2"))
        check(steered(host) == ["eb", "eb2"], "steered:", steered(host), host.log)
        check(program_on(host) and program_on(host, "eb2"), "no program")
        check("is gone" not in host.log and "eb: adopted" in host.log, "said:", host.log)
        noted = sorted(a["interface"] for a in record(host)["attached"])
        check(noted == ["eb", "eb2"], "written down:", noted)
        host.espalier("stop", "eb")
        check(steered(host) == ["eb2"], "after stop eb:", steered(host))
        host.espalier("stop")
        nothing_left(host)


test_killed_while_it_attaches_the_second.lab = ("--second",)


def test_what_is_changed_after_a_kill_stays(host):
    """The operator's change after a daemon was killed half way is never taken for the driver's."""
    was = gro(host)
    other = "off" if was == "on" else "on"
    for where in ("noted-eb", "pinned-eb"):
        for restarted in (False, True):
            host.sysfs(f"eb/{RX0}", "3")
            dies(host, where, interfaces=("eb",))
            host.sh("b", f"ethtool -K eb gro {other}")
            if restarted:
                start(host)
            told = host.espalier("stop").stdout
            check(gro(host) == other, where, restarted, "gro was put back:", told)
            check(mask(host) == 3, where, restarted, "rps_cpus is not put back:", mask(host))
            nothing_left(host)
            host.sh("b", f"ethtool -K eb gro {was}")


def test_changed_while_steered_stays(host):
    """By whichever daemon it was attached."""
    was = gro(host)
    other = "off" if was == "on" else "on"
    killed(start(host))
    start(host)
    host.sh("b", f"ethtool -K eb gro {other}")
    told = host.espalier("stop").stdout
    check(gro(host) == other and "rx-gro is now" in flat(told), "gro:", gro(host), told)


def test_stopped_then_changed(host):
    """A stop after a kill leaves nothing that a later run would put back."""
    was = gro(host)
    other = "off" if was == "on" else "on"
    dies(host, "noted-eb", interfaces=("eb",))
    check(record(host)["attached"], "nothing was written down: this tests nothing")
    host.espalier("stop")
    check(record(host) is None, "still written down:", record(host))
    host.sh("b", f"ethtool -K eb gro {other}")
    start(host)
    check(gro(host) == other and "put back" not in host.log, "said:", host.log)
    host.espalier("stop")
    check(gro(host) == other, "gro was put back")


def test_pins_that_do_not_go(host):
    """Something that is not ours lies among the pins: all else is taken down and put back."""
    host.sysfs(f"eb/{RX0}", "3")
    killed(start(host))
    check(mask(host) == 0, "nothing was changed: this tests nothing")
    stranger = f"{host.pins}/stranger"
    os.mkdir(stranger)
    os.chmod(stranger, 0o777)
    done = host.espalier("stop", check=False)
    check(done.returncode == 1 and "Operation not permitted" in done.stderr, "said:", done)
    check(not program_on(host), "still attached")
    check(mask(host) == 3, "not put back:", mask(host))
    check(record(host) is None, "still written down:", record(host))
    os.rmdir(stranger)
    host.espalier("stop")
    nothing_left(host)


def test_killed_while_it_detaches(host):
    """Its pins are gone, its settings are not yet back: whoever comes next does it."""
    host.sysfs(f"eb/{RX0}", "3")
    daemon = start(host, interfaces=("eb", "eb2"), switches="die-detached-eb")
    told = host.espalier("stop", "eb").stdout  # asks the daemon, which dies of it
    check(daemon.wait(10) == -signal.SIGKILL, "it did not kill itself:", host.log)
    check(f"eb {AS_IT_WAS}" in told, "said:", told)
    check(mask(host) == 3 and not program_on(host), "not put back:", mask(host))
    check(steered(host) == ["eb2"], "the other:", steered(host))
    noted = [a["interface"] for a in record(host)["attached"]]
    check(noted == ["eb2"], "written down:", noted)
    host.espalier("stop")
    nothing_left(host)
    # The next run instead: another method makes the one after the first detach.
    killed(start(host))
    dies(host, "detached-eb", "--method", "rps", interfaces=("eb",))
    check(not program_on(host) and mask(host) == 0, "not killed where it should be:", mask(host))
    start(host, interfaces=("eb2",))
    check(mask(host) == 3, "not put back:", mask(host), host.log)
    host.espalier("stop")
    nothing_left(host)


test_killed_while_it_detaches.lab = ("--second",)


def channels(host):
    return re.findall(r"RX:\s+(\d+)", host.sh("b", "ethtool -l eb"))[-1]


def pretend_before(host, rx):
    """As if the driver had changed the channels with the program, from so many that receive."""
    path = f"/run/espalier/{host.cookie}.json"
    state = record(host)
    for attached in state["attached"]:
        if attached["interface"] == "eb":
            knob = next(k for k in attached["before"] if k["kind"] == "channels")
            knob["value"] = re.sub(r"rx \d+", f"rx {rx}", knob["value"])
    with open(path, "w") as file:
        json.dump(state, file)


def test_detached_before_settings_are_put_back(host):
    """veth refuses fewer channels than its peer sends on, as long as a program is on it."""
    refused = host.run("b", ["sh", "-c", "ethtool -L eb rx 2 && ethtool -L eb rx 4"], check=False)
    check(refused.returncode == 0, "veth refuses it always:", refused.stderr)
    for adopted in (False, True):
        daemon = start(host, interfaces=("eb", "eb2"))
        check(host.run("b", ["ethtool", "-L", "eb", "rx", "2"], check=False).returncode,
              "veth takes it with a program: this tests nothing")
        daemon.kill()
        daemon.wait()
        pretend_before(host, 2)
        if adopted:
            start(host, interfaces=("eb", "eb2"))
        told = host.espalier("stop", "eb").stdout  # by the daemon, and by takedown()
        check(f"eb {AS_IT_WAS}" in flat(told) and channels(host) == "2", "not put back:", told)
        host.espalier("stop")
        host.sh("b", "ethtool -L eb rx 4")


test_detached_before_settings_are_put_back.lab = ("--second",)


def test_what_cannot_be_put_back_stays_written_down(host):
    """It is named, the exit status is 1, and the next `stop` tries again."""
    host.sysfs(f"eb/{RX0}", "3")
    killed(start(host))
    pretend_before(host, 99)
    for _ in range(2):
        done = host.espalier("stop", check=False)
        words = flat(done.stderr)
        check(done.returncode == 1 and not done.stdout, "exit status:", done)
        check("eb: channels could not be put back from rx 4" in words, "not named:", words)
        check("1 setting could not be put back" in words and "as it was" not in words, words)
        check(words.count("espalier stop' again") == 1, "what to do:", words)
        check(len(record(host)["attached"]) == 1, "forgotten:", record(host))
        check(mask(host) == 3 and not program_on(host), "the rest is not put back")
    pretend_before(host, 2)
    check(AS_IT_WAS in flat(host.espalier("stop").stdout) and channels(host) == "2", "not retried")
    nothing_left(host)


def test_records_of_a_killed_run_are_settled(host):
    """An interface that the next run does not name is put back, though nothing of ours is on it."""
    host.sysfs(f"eb/{RX0}", "3")
    dies(host, "noted-eb", interfaces=("eb",))
    check(mask(host) == 0, "it changed nothing: this tests nothing")
    start(host, interfaces=("eb2",))
    check(mask(host) == 3, "not put back:", mask(host), host.log)
    check({c["interface"] for c in record(host)["changes"]} <= {"eb2"}, "left:", record(host))
    host.espalier("stop")
    nothing_left(host)


test_records_of_a_killed_run_are_settled.lab = ("--second",)


def test_stop_before_it_is_steered(host):
    """One that was refused, and is tried again as soon as it changes: not after its stop."""
    name = f"foreign_{os.getpid() % 100000}"
    program = lab.bpf_xdp_pass(name)
    for stopped in (False, True):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
            def write(interfaces):
                config.seek(0)
                config.write(f"interfaces = {interfaces}\ncpus = {ALL}\nmethod = xdp\nresync = 1\n")
                config.truncate()
                config.flush()
            write("eb")
            daemon = host.daemon("--config", config.name, interfaces=())
            host.sh("b", f"bpftool net attach xdpdrv name {name} dev eb2")
            write("eb eb2")
            daemon.send_signal(signal.SIGHUP)
            wait_for(lambda: "eb2: not steered; tried again" in host.log, "the refusal")
            if stopped:
                said = flat(host.espalier("stop", "eb2").stdout)
                check("eb2 was not steered yet, and will not be" in said, said)
                check("eb2 is not steered" in host.espalier("stop", "eb2").stdout, "the second time")
            host.sh("b", "bpftool net detach xdpdrv dev eb2")
            if stopped:
                daemon.send_signal(signal.SIGHUP)
                wait_for(lambda: host.log.count("again") >= 3, "it to read its file")
                check(steered(host) == ["eb"], "steered after its stop:", host.log)
            else:
                wait_for(lambda: steered(host) == ["eb", "eb2"], "another try")
            host.espalier("stop")
            daemon.wait(timeout=30)
    os.close(program)


test_stop_before_it_is_steered.lab = ("--second",)


def test_stop_one_of_two(host):
    """Who stops one is told what goes on, and so is the log."""
    daemon = start(host, interfaces=("eb", "eb2"))
    said = "eb is no longer steered, and every setting is as it was; eb2 stays steered"
    check(flat(host.espalier("stop", "eb").stdout) == said, "told")
    check(f"espalier: {said}" in host.log, "not in the log", host.log)
    check(steered(host) == ["eb2"] and daemon.poll() is None, "it goes on", steered(host))
    said = flat(host.espalier("stop", "eb2").stdout)
    check(said == "eb2 is no longer steered, and every setting is as it was", said)
    daemon.wait(timeout=30)


test_stop_one_of_two.lab = ("--second",)


def test_another_versions_programs(host):
    """`run` takes them down first, and puts back what was changed for them."""
    host.sysfs(f"eb/{RX0}", "3")
    killed(start(host))
    os.rename(host.layout, f"{host.pins}/layout-1")
    start(host, interfaces=("eb2",))
    check("another version of espalier" in host.log, "not said:", host.log)
    check(mask(host) == 3 and not program_on(host), "not put back:", mask(host), host.log)
    check(steered(host) == ["eb2"], "steered:", steered(host))


test_another_versions_programs.lab = ("--second",)


if __name__ == "__main__":
    lab.main()
