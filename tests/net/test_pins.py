#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""Where the pins lie: what others may have put there, and what a killed daemon left half made."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, check, wait_for

ALL = ",".join(map(str, CPUS))
NOBODY = "setpriv --reuid 65534 --regid 65534 --clear-groups sh -euc"


def apart(host, script, **options):
    """A script in the gateway, in a mount namespace of its own without bpffs and with an empty /run."""
    return host.run("b", ["unshare", "--mount", "--propagation", "private", "sh", "-c", f"""
        espalier={BUILD}/espalier cpus={ALL} cookie={host.cookie}
        while umount -l /sys/fs/bpf 2>/dev/null; do :; done
        mount -t tmpfs run /run
        {script}"""], check=False, timeout=60, **options)


# A bpffs that anybody may write to, as `mount -t bpf bpf /sys/fs/bpf` makes it

def hostile(host, plant, verb, *words, mode="1777"):
    """What another user has put in our place: the verb refuses, says so, and touches nothing."""
    victim = tempfile.mkdtemp(prefix="victim-")
    os.makedirs(f"{victim}/sub")
    for name in "passwd", "sub/key":
        with open(f"{victim}/{name}", "w"):
            pass
    os.chmod(victim, 0o755)
    try:
        done = apart(host, f"""
            mount -t bpf -o mode={mode} bpf /sys/fs/bpf && chmod {mode} /sys/fs/bpf
            {NOBODY} 'cd /sys/fs/bpf; {plant.format(victim=victim, cookie=host.cookie)}' || exit 99
            before=$(ls -lR /sys/fs/bpf)
            $espalier {verb}
            status=$?
            [ "$before" = "$(ls -lR /sys/fs/bpf)" ] || {{ echo changed; exit 98; }}
            exit $status""")
        there = [name for name in ("passwd", "sub/key") if os.path.exists(f"{victim}/{name}")]
        check(len(there) == 2, "root deleted what a user pointed at; left:", there, done.stderr)
        check(done.returncode == 1, "exit status", done.returncode, done.stdout, done.stderr)
        for word in words:
            check(word in done.stderr, "not said:", word, done.stderr)
        links = host.sh("b", "ip link show eb")
        check("xdp" not in links, "attached all the same", links)
    finally:
        shutil.rmtree(victim)


def every_verb(host, plant, *words, **options):
    for verb in "stop", "stop eb", "run eb", "show":
        hostile(host, plant, verb, *words, **options)


def test_foreign_owner(host):
    every_verb(host, "mkdir espalier", "/sys/fs/bpf/espalier is not what root alone can write",
               "rm -r", "chmod 0700 /sys/fs/bpf")


def test_symlinked_cookie(host):
    every_verb(host, "mkdir espalier; ln -s {victim} espalier/{cookie}", "not what root alone")


def test_symlinked_root(host):
    every_verb(host, "ln -s {victim} espalier", "not what root alone")


def test_open_without_sticky(host):
    """There a user could rename what is ours."""
    every_verb(host, ":", "nothing of root's is safe in it", "mode=0700", mode="0777")


def test_open_bpffs_steers(host):
    """Mode 1777 alone is no hindrance: nobody can change what is ours."""
    done = apart(host, f"""
        mount -t bpf -o mode=1777 bpf /sys/fs/bpf
        $espalier run eb --cpus $cpus & daemon=$!
        until $espalier show | grep "eb is steered"; do
            kill -0 $daemon || exit 3
            sleep 0.1
        done
        {NOBODY} 'mv /sys/fs/bpf/espalier /sys/fs/bpf/mine || rmdir /sys/fs/bpf/espalier/* ||
                  ls /sys/fs/bpf/espalier' && exit 4
        $espalier stop && wait $daemon && [ ! -e /sys/fs/bpf/espalier ]""")
    check(done.returncode == 0, "exit status", done.returncode, done.stdout, done.stderr)


# Where bpffs is not mounted

MOUNTS = """
    $espalier run eb --cpus $cpus 2>/run/log & daemon=$!
    until $espalier show | grep "eb is steered"; do
        kill -0 $daemon || { cat /run/log; exit 3; }
        sleep 0.1
    done
    [ "$(stat -f -c %T /sys/fs/bpf)" = bpf_fs ] && [ "$(stat -c %A /sys/fs/bpf)" = drwx-----T ] || exit 4
    $espalier stop && wait $daemon && cat /run/log"""


def test_mounts_bpffs(host):
    """In a mount namespace that is not that of process 1: steers, and says what is lost."""
    done = apart(host, "[ \"$(stat -f -c %T /sys/fs/bpf)\" != bpf_fs ] || exit 5\n" + MOUNTS)
    check(done.returncode == 0, "exit status", done.returncode, done.stdout, done.stderr)
    check("goes with it" in done.stdout, "does not say what is lost:", done.stdout)


def test_mounts_bpffs_as_process_1(host):
    done = apart(host, f"cat >/run/script <<'END'\ncpus={ALL} espalier={BUILD}/espalier\n{MOUNTS}\nEND\n"
                       "exec unshare -m -p --fork --mount-proc sh /run/script")
    check(done.returncode == 0, "exit status", done.returncode, done.stdout, done.stderr)
    check("it is now, at /sys/fs/bpf\n" in done.stdout, "says that it does not last:", done.stdout)


# A daemon in another mount namespace

ELSEWHERE = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
             "while umount -l /sys/fs/bpf 2>/dev/null; do :; done; exec \"$@\"", "sh"]
UNCAPPED = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all"]
RUN_TOO = [*ELSEWHERE[:-2], "mount -t tmpfs run /run; " + ELSEWHERE[-2], "sh"]


def verbs_find(host, enter):
    """Every verb that is entered in this way finds what is steered here."""
    espalier = [*enter, f"{BUILD}/espalier"]
    host.add_sas([0x1000])
    shown = host.run("b", [*espalier, "show"]).stdout
    check("eb is steered" in shown, "show:", shown)
    done = host.run("b", [*espalier, "run", "eb", "--cpus", ALL], check=False)
    check(done.returncode == 1 and "already" in done.stderr, "run:", done.stdout, done.stderr)
    done = host.run("b", [*espalier, "run", "eb", "--dry-run"], check=False)
    check("already" in done.stderr and "ip link set" not in done.stdout, "--dry-run:", done.stdout, done.stderr)
    moved = host.run("b", [*espalier, "move", "0x1000", "auto"]).stdout
    check("SA 0x00001000" in moved, "move:", moved)
    said = host.run("b", [*espalier, "stop", "eb"]).stdout
    check("eb is no longer steered" in said, "stop eb:", said)


def test_found_without_bpffs(host):
    host.daemon("--cpus", ALL)
    verbs_find(host, ELSEWHERE)


def test_found_without_run(host):
    """Neither bpffs nor /run are the daemon's."""
    host.daemon("--cpus", ALL)
    verbs_find(host, RUN_TOO)


def out_of_reach(host, enter):
    """A daemon is there, and nothing of it is to be had: no verb says that nothing is steered."""
    for words in ["show"], ["stop"], ["stop", "eb"], ["move", "0x1000", "auto"], ["run", "eb", "--dry-run"]:
        done = host.run("b", [*enter, f"{BUILD}/espalier", *words], check=False)
        check(done.returncode == 1 and ("cannot be seen from here" in done.stderr or
                                        "cannot be reached from here" in done.stderr),
              words, done.returncode, done.stdout, done.stderr)
        check("eb" in [i["interface"] for i in host.show()["interfaces"]], "stopped by", words)


def test_out_of_reach(host):
    """Where the daemon's process is not seen, and where the kernel guards it: root without capabilities."""
    host.daemon("--cpus", ALL)
    out_of_reach(host, ["unshare", "--pid", "--fork", "--mount-proc", *RUN_TOO])
    out_of_reach(host, [*RUN_TOO, *UNCAPPED])


def test_root_without_capabilities(host):
    """uid 0 of a container that shares the network namespace: by the beacon nothing is had nor done."""
    script = """if True:
        import array, socket, struct
        for what in 1, 2, 0:  # stop, pins (once passed on), move
            s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            s.settimeout(10)
            s.connect(bytes(1) + b"espalier")
            try:
                s.send(struct.pack("II", 0x45535045, what) + bytes(44))
                said, passed, *_ = s.recvmsg(2000, socket.CMSG_SPACE(4))
            except (BrokenPipeError, ConnectionResetError):
                continue
            assert not said and not passed, (what, said, passed)"""
    process = host.daemon("--cpus", ALL)
    done = host.run("b", [*UNCAPPED, "/usr/bin/python3", "-c", script], check=False)
    check(done.returncode == 0, "it answers:", done.stderr)
    check(host.show()["interfaces"] and process.poll() is None, "it obeyed")


def test_stopped_from_elsewhere(host):
    """A whole stop waits for the daemon, which puts everything back before it ends."""
    host.sysfs("eb/queues/rx-0/rps_cpus", "3")
    process = host.daemon("--cpus", ALL)
    said = host.run("b", [*RUN_TOO, f"{BUILD}/espalier", "stop"]).stdout
    check("no longer steered" in said, said)
    check(process.wait(1) == 0, "it said so before the daemon had ended")
    check(int(host.sysfs("eb/queues/rx-0/rps_cpus"), 16) == 3, "not put back")
    check(not os.path.exists(host.pins), "pins are left")


def test_unseen(host):
    """Pins that nobody can show us: no verb says that nothing is steered."""
    host.daemon("--cpus", ALL).kill()
    for words in ["show"], ["stop"], ["stop", "eb"], ["run", "eb"], ["run", "eb", "--dry-run"]:
        done = host.run("b", [*RUN_TOO, f"{BUILD}/espalier", *words], check=False)
        check(done.returncode == 1 and "espalier steers eb" in done.stderr and
              "cannot be seen from here" in done.stderr and "ip link set" not in done.stderr,
              words, done.returncode, done.stdout, done.stderr)
    check(host.show()["interfaces"], "no longer steered")


def squat(host):
    """A user without privileges takes the beacon's name."""
    script = """if True:
        import socket, sys
        s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        s.bind(bytes(1) + b"espalier")
        s.listen()
        print("ready", flush=True)
        sys.stdin.read()"""
    squatter = host.start("b", ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                                "/usr/bin/python3", "-c", script],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    check(squatter.stdout.readline() == "ready\n", "the squatter")


def test_beacon_of_another(host):
    """Who takes its name first gets nothing; the daemon says what is lost."""
    squat(host)
    host.daemon("--cpus", ALL)
    check("another user's process has the name" in host.log, "not said:", host.log)
    check("eb is steered" in host.espalier("show").stdout, "show")
    done = host.run("b", [*RUN_TOO, f"{BUILD}/espalier", "show"], check=False)
    check(done.returncode == 1 and "cannot be seen" in done.stderr, done.stdout, done.stderr)
    host.espalier("stop")


ANOTHER_RUN = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
               "mount -t tmpfs run /run; exec \"$@\"", "sh"]


def test_two_daemons(host):
    """With another /run, and where a stranger has the beacon's name: the first is told by its heartbeat."""
    squat(host)
    first = host.daemon("--cpus", ALL)
    log = host.log
    for words, said in (["run", "eb", "--cpus", ALL], "already"), (["stop"], "end it with SIGTERM"):
        done = host.run("b", [*ANOTHER_RUN, f"{BUILD}/espalier", *words], check=False)
        check(done.returncode == 1 and said in done.stderr, words, done.returncode, done.stdout, done.stderr)
        check(host.show()["interfaces"] and first.poll() is None and host.log == log, words, "did harm:", host.log)
    first.kill()
    first.wait()
    # Its last beat is recent: waited for, until none comes.
    said = host.run("b", [*ANOTHER_RUN, f"{BUILD}/espalier", "stop"]).stdout
    check("no longer steered" in said, "a dead daemon keeps others away:", said)


# A daemon that was killed

def cookie_of(host, side):
    script = "import socket; print('%x' % int.from_bytes(socket.socket(socket.AF_UNIX)" \
             ".getsockopt(socket.SOL_SOCKET, 71, 8), 'little'))"
    return host.run(side, ["/usr/bin/python3", "-c", script]).stdout.strip()


def layout_of(pins):
    return [name for name in os.listdir(pins) if name.startswith("layout-")][0]


def map_number(pin):
    return json.loads(subprocess.run(["bpftool", "-j", "map", "show", "pinned", pin],
                                     capture_output=True, text=True, check=True).stdout)["id"]


def threads_of(host, ring_map):
    """The threads of a cpumap, by its number."""
    listed = subprocess.run(["ps", "-eo", "comm"], capture_output=True, text=True).stdout
    return [name for name in listed.split() if name.startswith("cpumap/") and
            name.endswith(f":{ring_map}")]


# A process 1 with more rights than ours, as where these tests are in a container, may be in any namespace:
# nothing would ever be surely gone. So it is hidden.
SEES_ALL = ["unshare", "--mount", "--propagation", "private", "sh", "-c",
            "stat -L /proc/1/ns/net >/dev/null 2>&1 || mount -n -t tmpfs none /proc/1/task; exec \"$@\"", "sh"]


def stop_that_says(host, word):
    """What a stop says, if that has the word."""
    done = host.run("b", [*SEES_ALL, f"{BUILD}/espalier", "stop"])
    return done.stdout + done.stderr if word in done.stdout else None


def test_namespace_gone(host):
    """Killed, and then its network namespace is deleted: `stop` and `run` elsewhere end the threads."""
    for verb in ["stop"], ["run", "eb"]:
        side = f"gone{verb[0]}"
        host.add_side(side, "203.0.113.1/24", "203.0.113.2/24", device="ec", towards=f"b{verb[0]}")
        daemon = host.start(side, [f"{BUILD}/espalier", "run", "ec", "--cpus", ALL, "--keep"],
                            stderr=subprocess.PIPE)
        while "ready:" not in (line := daemon.stderr.readline()):
            check(line, "the daemon ended")
        pins = f"/sys/fs/bpf/espalier/{cookie_of(host, side)}"
        number = map_number(f"{pins}/{layout_of(pins)}/cpus_sa")
        check(threads_of(host, number), "no thread: nothing is tested")
        if verb == ["run", "eb"]:
            daemon.terminate()
        else:
            daemon.kill()
        daemon.wait()
        host.espalier("stop")
        check(os.path.exists(pins), "what steers elsewhere was taken down")
        if verb == ["stop"]:
            host.sh("b", f"ip link del b{verb[0]}")
            host.run("b", [*SEES_ALL, f"{BUILD}/espalier", "stop"])  # nothing is attached there, but it lives, and may need its records
            check(os.path.exists(pins), "a living namespace was taken down")
        subprocess.run(["ip", "netns", "del", f"{host.prefix}-{side}"], check=True)
        host.sides.remove(side)
        wait_for(lambda: f"b{verb[0]}" not in host.sh("b", "ip link"), "the namespace to be gone")
        if verb == ["stop"]:
            # Once its heartbeat is old: a daemon with another /run might have gone on.
            said = wait_for(lambda: stop_that_says(host, "gone"), "the heartbeat to be old", 40, 1)
        else:
            host.daemon("--cpus", ALL, under=SEES_ALL)
            said = host.log
        check("left of 1 network namespace that is gone" in said, "not said:", said)
        check(not os.path.exists(pins), "pins are left")
        check(not [n for n in os.listdir("/run/espalier") if n.startswith(pins.split("/")[-1])]
              if os.path.exists("/run/espalier") else True, "records are left")
        wait_for(lambda: not threads_of(host, number), "the threads to end")
        host.espalier("stop")


ENTERS = """if True:
    import ctypes, os, threading
    def enter():
        assert not ctypes.CDLL(None).setns(os.open("/proc/%d/ns/net", os.O_RDONLY), 0)
        print("ready", flush=True)
        threading.Event().wait()
    threading.Thread(target=enter).start()
"""


def test_namespace_may_live(host):
    """Nothing is attached in it any more and it has no name; but it lives, or that cannot be told."""
    host.add_side("held", "203.0.113.1/24", "203.0.113.2/24", device="ec", towards="bheld")
    daemon = host.start("held", [f"{BUILD}/espalier", "run", "ec", "--cpus", ALL, "--keep"],
                        stderr=subprocess.PIPE)
    while "ready:" not in (line := daemon.stderr.readline()):
        check(line, "the daemon ended")
    cookie = cookie_of(host, "held")
    pins, record = f"/sys/fs/bpf/espalier/{cookie}", f"/run/espalier/{cookie}.json"
    daemon.terminate()
    daemon.wait()
    holder = host.start("held", ["sleep", "600"])
    wait_for(lambda: open(f"/proc/{holder.pid}/comm", encoding="utf8").read() == "sleep\n", "the holder")
    host.sh("b", "ip link del bheld")
    subprocess.run(["ip", "netns", "del", f"{host.prefix}-held"], check=True)
    host.sides.remove("held")

    def stays(what, *enter):
        done = host.run("b", [*SEES_ALL, *enter, f"{BUILD}/espalier", "stop"])
        check(os.path.exists(pins) and os.path.exists(record), what, "was taken down:", done.stdout)

    thread = host.start("b", ["/usr/bin/python3", "-c", ENTERS % holder.pid], stdout=subprocess.PIPE)
    check(thread.stdout.readline() == "ready\n", "the thread")
    stays("a namespace with a process")
    holder.kill()
    holder.wait()
    stays("a namespace with a thread")
    thread.kill()
    thread.wait()
    stays("what cannot be seen", "unshare", "--pid", "--fork", "--mount-proc")
    stays("what may not be entered", "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=setns",
          "-e", "inject=setns:error=EPERM")

    # Now it is gone; but its record has an interface that had no program.
    with open(record, encoding="utf8") as file:
        state = json.load(file)
    state["attached"].append(dict(state["attached"][0], ifindex=4242, interface="nic",
                                  mac="02:00:00:00:42:42"))
    with open(record, "w", encoding="utf8") as file:
        json.dump(state, file)
    said = wait_for(lambda: stop_that_says(host, "gone"), "the namespace to be gone")
    check(not os.path.exists(pins), "pins are left")
    check(os.path.exists(record) and f"{cookie}.json" in said, "the record is gone, or not named:", said)
    os.remove(record)


def rps_of(host, dev, side="b", value=None):
    path = f"/sys/class/net/{dev}/queues/rx-0/rps_cpus"
    act = f"cat {path}" if value is None else f"echo {value} >{path}"
    return host.run(side, ["unshare", "-m", "sh", "-c", f"mount -t sysfs none /sys && {act}"]).stdout.strip()


def comes_home(host, side, index):
    """An interface with our program comes here from a namespace, which then dies; its pins."""
    host.add_side(side, "203.0.113.1/24", "203.0.113.2/24", device="et", towards=f"t{side}")
    host.sh("b", f"ip link add index {index} en type veth peer name far && ip link set far up && "
                 f"ip link set en netns {host.prefix}-{side}")
    host.sh(side, "ip link set en up")
    rps_of(host, "en", side, 1)
    daemon = host.start(side, [f"{BUILD}/espalier", "run", "en", "--cpus", ALL, "--keep"],
                        stderr=subprocess.PIPE)
    while "ready:" not in (line := daemon.stderr.readline()):
        check(line, "the daemon ended")
    pins = f"/sys/fs/bpf/espalier/{cookie_of(host, side)}"
    daemon.terminate()
    daemon.wait()
    host.sh(side, f"ip link set en netns {host.prefix}-b")
    check("prog/xdp" in host.sh("b", "ip link show en"), "its program did not come with it")
    check(int(rps_of(host, "en"), 16) == 0, "nothing was changed")
    return pins


def test_came_home(host):
    """A NIC goes to the first namespace when its own dies: `stop` and `run` put all of it back."""
    for verb in ["stop"], ["stop", "en"], ["run", "eb"]:
        side = f"home{len(verb)}{verb[0]}"
        pins = comes_home(host, side, 4242)
        for words in ["stop"], ["run", "eb", "--cpus", ALL], ["show"]:
            done = host.run("b", [*SEES_ALL, f"{BUILD}/espalier", *words], check=False)
            check(done.returncode == 1 and f"({pins}/if-4242)" in done.stderr and "link detach" in done.stderr,
                  words, "where its namespace lives:", done.stdout, done.stderr)
        subprocess.run(["ip", "netns", "del", f"{host.prefix}-{side}"], check=True)
        host.sides.remove(side)
        wait_for(lambda: f"t{side}" not in host.sh("b", "ip link"), "the namespace to be gone")
        if verb[0] == "stop":
            host.run("b", [*SEES_ALL, f"{BUILD}/espalier", *verb])
        else:
            host.daemon("--cpus", ALL, under=SEES_ALL)
        check("prog/xdp" not in host.sh("b", "ip link show en"), verb, "the program is still on it")
        check(int(rps_of(host, "en"), 16) == 1, verb, "not put back:", rps_of(host, "en"))
        host.run("b", [*SEES_ALL, f"{BUILD}/espalier", "stop"])
        check(not os.path.exists(pins), "pins are left")
        host.sh("b", "ip link del en")


def test_killed_while_pinning(host):
    """At each bpf(2) that pins a map of ours: the next start needs nobody's help."""
    pins = ("host", "ports", "cpus_ike", "link_enqueued")
    for name in pins:
        done = apart(host, f"""
            strace -f -qq -o /dev/null -e trace=none true 2>/dev/null || {{ echo no strace; exit 97; }}
            mount -t bpf -o mode=0700 bpf /sys/fs/bpf
            # The call that would pin {name} ends the daemon.
            strace -f -qq -o /run/trace -e trace=bpf $espalier run eb --cpus $cpus & tracer=$!
            until grep -q 'BPF_LINK_CREATE.*attach_type=BPF_XDP' /run/trace 2>/dev/null; do sleep 0.1; done
            $espalier stop; wait $tracer
            when=$(sed 's/^[0-9]* *//' /run/trace | grep -n 'BPF_OBJ_PIN.*/{name}"' | cut -d: -f1 | head -n 1)
            [ -n "$when" ] || {{ cat /run/trace; exit 96; }}
            strace -f -qq -o /run/trace -e trace=bpf -e inject=bpf:signal=KILL:when=$when \
                $espalier run eb --cpus $cpus && exit 95
            find /sys/fs/bpf/espalier | grep -q /new || exit 94
            $espalier show --json | grep -q '"interfaces":\\[\\]' || exit 93
            $espalier run eb --cpus $cpus & daemon=$!
            until $espalier show | grep "eb is steered"; do
                kill -0 $daemon || exit 92
                sleep 0.1
            done
            $espalier stop && wait $daemon && [ ! -e /sys/fs/bpf/espalier ]""")
        check(done.returncode == 0, name, done.returncode, done.stdout, done.stderr)


if __name__ == "__main__":
    lab.main()
