#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Bad input: a clear error, the right exit status, and nothing changed."""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, GATEWAY, PEER, check, wait_for

FIRST = 0x1000
ALL = ",".join(map(str, CPUS))
RUN = "/run/espalier"
NO_CPU = str(os.cpu_count() + 700)


def tree(path):
    return sorted(os.path.join(d, n) for d, dirs, names in os.walk(path) for n in names + dirs)


def files(host):
    """
    What lies under /run/espalier of the gateway's namespace, with its contents. Lock and socket of
    a dead daemon are worth nothing.
    """
    found = {}
    for name in os.listdir(RUN) if os.path.isdir(RUN) else []:
        path = f"{RUN}/{name}"
        if name.split(".")[0] == host.cookie and not name.endswith((".lock", ".control")):
            regular = os.path.isfile(path) and not os.path.islink(path)
            found[name] = (os.lstat(path).st_mode, open(path).read() if regular else "")
    return found


def state(host):
    """Everything that a refused command must leave alone."""
    links = json.loads(host.sh("b", "ip -j -d link"))
    for link in links:  # that a new link has a carrier is noticed later
        link.pop("operstate")
        link["flags"] = [f for f in link["flags"] if f != "NO-CARRIER"]
        for key in "info_data", "info_slave_data":  # a bridge has timers there
            link.get("linkinfo", {}).pop(key, None)
    return {"links": links, "pins": tree(host.pins), "files": files(host),
            "rps": host.sysfs("eb/queues/rx-0/rps_cpus"),
            "features": host.sh("b", "ethtool -k eb; ethtool -l eb"),
            "programs": programs(host)}


def programs(host):
    """Ids of the XDP programs on the gateway's interfaces."""
    links = json.loads(host.sh("b", "ip -j -d link"))
    return {link["ifname"]: link["xdp"]["prog"]["id"] for link in links if "xdp" in link}


def ring_programs():
    """Ids of the ring programs that are loaded on this machine; threads of cpumaps hold them."""
    listed = subprocess.run(["bpftool", "-j", "prog"], capture_output=True, text=True).stdout
    return {p["id"] for p in json.loads(listed) if p.get("name", "").startswith("espalier_ring")}


def refused(host, arguments, status, *words, before=None, command=(), same=True):
    """The command fails with this status, says these words, and nothing has changed."""
    before = before or state(host)
    done = host.run("b", [*command, f"{BUILD}/espalier", *map(str, arguments)], check=False,
                    timeout=60)
    said = done.stderr.strip()
    if "ESPALIER_VERBOSE" in os.environ:  # to read them as an operator would
        print(f"    {' '.join(map(str, arguments))}\n      " +
              (said + "\n" + done.stdout).replace("\n", "\n      "))
    check(done.returncode == status, "exit status:", done.returncode, arguments, said)
    check(all(line.startswith("espalier: ") for line in said.splitlines()), "form:", said)
    words_said = " ".join((said + " " + done.stdout).split())  # dry runs: on stdout
    for word in words:
        check(word in words_said, f"not said: {word}:", said)
    if same:
        after = state(host)
        same_state(before, after)
    return said


def same_state(before, after):
    for what, was in before.items():
        if was == after[what]:
            continue
        if isinstance(was, list):
            was, now = ([x for x in a if x not in b] for a, b in ((was, after[what]),
                                                                  (after[what], was)))
            check(False, "changed:", what, was, now)
        check(False, "changed:", what, was, after[what])


def killed(host, *arguments):
    """What a daemon that was killed leaves."""
    daemon = host.daemon("--cpus", ALL, *arguments)
    daemon.kill()
    daemon.wait()


def steers(host):
    return [i["interface"] for i in host.show()["interfaces"]] == ["eb"]


# The command line

def test_usage(host):
    before = state(host)
    for arguments, words in (
            (["run"], ["needs IF"]),
            (["run", "eb", "eb"], ["eb is named twice"]),
            (["run", "a/b"], ["a/b: not a name an interface can have"]),
            (["run", "0123456789abcdef"], ["not a name an interface can have"]),
            (["run", ""], ["not a name an interface can have"]),
            (["run", *[f"if{i}" for i in range(65)]], ["if64 is one too many"]),
            (["run", "eb", "--speed"], ["--speed", "espalier run --help"]),
            (["run", "eb", "--cpu"], ["--cpu"]),
            (["run", "eb", "--cpus"], ["--cpus"]),
            (["run", "eb", "--cpus", "some"], ["--cpus some"]),
            (["run", "eb", "--cpus", "3-1"], ["--cpus 3-1"]),
            (["run", "eb", "--cpus", "0,,1"], ["--cpus 0,,1"]),
            (["run", "eb", "--cpus", ""], ["--cpus"]),
            (["run", "eb", "--ring", "0"], ["--ring 0", "1 to 16384"]),
            (["run", "eb", "--ring", "20000"], ["--ring 20000", "1 to 16384"]),
            (["run", "eb", "--ring", "5x"], ["--ring 5x"]),
            (["run", "eb", "--nice", "-21"], ["--nice -21"]),
            (["run", "eb", "--max-sas", "0"], ["--max-sas 0"]),
            (["run", "eb", "--max-sas", "99999999999999999999"], ["--max-sas"]),
            (["run", "eb", "--stray-limit", "-1"], ["--stray-limit -1"]),
            (["run", "eb", "--resync", "0"], ["--resync 0"]),
            (["run", "eb", "--ike-cpu", "x"], ["--ike-cpu x"]),
            (["run", "eb", "--inner", "some"],
             ["--inner some: not auto or off or a list of CPUs such as 0-3,8"]),
            (["run", "eb", "--inner", ALL, "--method", "rps"],
             [f"--inner {ALL}: not with method rps", "the hash of its outer packet", "use method xdp"]),
            (["run", "eb", "--inner", "auto", "--method", "rss"], ["not with method rss"]),
            (["run", "eb", "--inner", "auto", "--interval", "0"], ["not with interval 0", "name CPUs"]),
            (["show", "eb", "ea"], ["ea is one too many"]),
            (["show", "--jsn"], ["--jsn", "--json"]),
            (["stop", "eb", "ea"], ["ea is one too many"]),
            (["stop", "--keep"], ["--keep"]),
            (["move"], ["needs SPI CPU"]),
            (["move", "0x1000"], ["needs SPI CPU"]),
            (["move", "zero", "1"], ["zero: not an SPI"]),
            (["move", "0", "1"], ["0: not an SPI"]),
            (["move", "0x100000000", "1"], ["0x100000000: not an SPI"]),
            (["move", "0x1000", "-1"], ["-1"]),
            (["move", "0x1000", "first"], ["first: neither a CPU nor"]),
            (["move", "0x1000", "1", "--dst", "gateway"], ["--dst gateway: not an IPv4 or IPv6"]),
            (["move", "0x1000", "1", "--protocol", "tcp"], ["--protocol tcp", "esp or ah"]),
            (["shwo"], ["did you mean espalier show"]),
            (["run", "eb,a/b"], ["a/b: not a name an interface can have"]),
            (["run", "eb,lo", "eb"], ["eb is named twice"]),
            (["run", "eb,"], ["not a name an interface can have"]),
            (["move", "c0001003_o", "1"], ["c0001003_o: the SPI of an outbound SA"]),
            (["help", "foo"], ["foo: no verb; see espalier --help"]),
            (["frobnicate"], ["neither a verb nor an interface"])):
        refused(host, arguments, 2, *words, before=before)


def test_first_words(host):
    """What one types first: the help is readable, and words that other tools have taught do."""
    said = host.run("b", [f"{BUILD}/espalier", "--help"]).stdout
    verbs = [line for line in said.splitlines() if re.match("  [a-z]", line)]
    check(len(verbs) >= 10 and all(re.match(r"  [a-z].{0,19}  [A-Za-z]|  [a-z]\S* \S.{20,}$", line) for line in verbs),
          "a verb runs into its text:", said)
    check(max(map(len, said.splitlines())) <= 80, said)
    versions = {host.run("b", [f"{BUILD}/espalier", word]).stdout for word in ("--version", "-V", "version")}
    check(len(versions) == 1 and versions.pop().startswith("espalier "), versions)
    for word in "status", "list":
        check(json.loads(host.run("b", [f"{BUILD}/espalier", word, "--json"]).stdout)["interfaces"] == [], word)


def test_no_such_interface(host):
    before = state(host)
    refused(host, ["run", "nosuch"], 1, "nosuch: no such interface", "ip link", before=before)
    refused(host, ["run", "eb", "nosuch"], 1, "nosuch: no such interface", before=before)
    refused(host, ["run", "--dry-run", "nosuch"], 1, "nosuch: No such device", before=before)
    refused(host, ["show", "nosuch"], 1, "nosuch: no such interface", before=before)
    refused(host, ["stop", "nosuch"], 1, "there is no interface nosuch", before=before)


def test_not_root(host):
    before = state(host)
    nobody = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
    for arguments in (["run", "eb"], ["run", "--dry-run", "eb"], ["show"], ["stop"],
                      ["move", "0x1000", "0"]):
        refused(host, arguments, 1, "must be run by root; try sudo", before=before, command=nobody)
    done = host.run("b", [*nobody, f"{BUILD}/espalier", "run", "--help"])
    check("--stray-limit" in done.stdout, "no help without root")


def test_without_capabilities(host):
    """Root in name only, as in a container."""
    weak = ["setpriv", "--bounding-set", "-all", "--inh-caps", "-all"]
    before = state(host)
    refused(host, ["run", "eb", "--cpus", ALL], 1, "capabilit", before=before, command=weak)
    host.daemon("--cpus", ALL)
    done = host.run("b", [*weak, f"{BUILD}/espalier", "show"], check=False)
    # Some kernels let it read.
    check(done.returncode == 0 or "all capabilities" in done.stderr, "show:", done.stderr)


# Interfaces that cannot be steered

def test_upper_device(host):
    """The error names the device below."""
    host.sh("b", "ip link add mv0 link eb type macvlan && ip link set mv0 up && "
                 "ip link add br0 type bridge && ip link set br0 up")
    before = state(host)
    refused(host, ["run", "mv0"], 1, "mv0 is a macvlan device", "name the device below it: eb",
            before=before)
    refused(host, ["run", "eb", "mv0"], 1, "name the device below it: eb", before=before)
    refused(host, ["run", "lo"], 1, "lo is the loopback", before=before)
    refused(host, ["run", "br0"], 1, "br0 is a bridge device", before=before)
    host.sh("b", "ip link del mv0; ip link set eb master br0")
    refused(host, ["run", "br0"], 1, "br0 is a bridge device", "name the device below it: eb")
    host.sh("b", "ip link set eb nomaster")
    if host.run("b", ["ip", "link", "add", "link", "eb", "name", "eb.5", "type", "vlan", "id", "5"],
                check=False).returncode == 0:
        refused(host, ["run", "eb.5"], 1, "eb.5 is a vlan device", "name the device below it: eb")


def test_another_program(host):
    """Somebody else's XDP program is named, and never replaced."""
    name = f"foreign_{os.getpid() % 100000}"
    program = lab.bpf_xdp_pass(name)
    try:
        for attach, words in (("xdpdrv", ["native", "ip link set dev eb xdpdrv off"]),
                              ("xdpgeneric", ["generic", "ip link set dev eb xdpgeneric off"])):
            host.sh("b", f"bpftool net attach {attach} name {name} dev eb")
            before = state(host)
            number = before["programs"]["eb"]
            for arguments in (["run", "eb", "--cpus", ALL, "--method", "xdp"],
                              ["run", "eb", "--dry-run", "--method", "xdp"]):
                refused(host, arguments, 1, "eb: an XDP program is on it already",
                        f"id {number}", name, "not replaced", *words, before=before)
            said = " ".join(host.espalier("run", "eb", "--dry-run").stdout.split())
            check("method rps, since" in said and "an XDP program is on it already" in said,
                  "what auto takes instead:", said)
            host.espalier("stop")
            same_state(before, state(host))
            host.sh("b", f"bpftool net detach {attach} dev eb")
    finally:
        os.close(program)


def test_another_program_while_we_steer(host):
    """Nobody replaces ours by accident either; `run` on a second interface says what is wrong."""
    host.daemon("--cpus", ALL)
    name = f"foreign_{os.getpid() % 100000}"
    program = lab.bpf_xdp_pass(name)
    before = programs(host)
    try:
        done = host.run("b", ["bpftool", "net", "attach", "xdpdrv", "name", name, "dev", "eb"],
                        check=False)
    finally:
        os.close(program)
    check(done.returncode != 0 and programs(host) == before and steers(host), "it was replaced")


def test_no_such_cpu(host):
    before = state(host)
    for option in ("--cpus", "--stray-cpus"):
        refused(host, ["run", "eb", option, f"{CPUS[0]},{NO_CPU}"], 1, option,
                f"no CPU {NO_CPU} online", "lscpu", before=before)
    refused(host, ["run", "eb", "--ike-cpu", NO_CPU], 1, f"--ike-cpu {NO_CPU}", "no such CPU",
            before=before)
    refused(host, ["run", "eb", "--dry-run", "--cpus", NO_CPU], 1, f"no CPU {NO_CPU} online",
            before=before)
    for dry in [], ["--dry-run"]:
        refused(host, ["run", "eb", *dry, "--inner", f"{CPUS[0]},{NO_CPU}"], 1, "--inner",
                f"no CPU {NO_CPU} online", "lscpu", before=before)
        refused(host, ["run", "eb", *dry, "--cpus", str(CPUS[0]), "--inner", str(CPUS[0])], 1,
                f"--inner {CPUS[0]}: none is left for inner flows",
                f"all SAs are decrypted on CPU {CPUS[0]}", before=before)


def test_inner_without_interfaces(host):
    """A host whose tunnels have no interface: said with what gives them one, and nothing is set."""
    if len(CPUS) < 2:
        raise lab.Skipped("one CPU: none is left for inner flows")
    host.add_sas(range(FIRST, FIRST + 3), wait=False)
    links = host.sh("b", "ls /sys/class/net; ip -o link | cut -d: -f2")
    host.daemon("--cpus", ALL, "--inner", ALL)
    host.await_sas(range(FIRST, FIRST + 3))
    wait_for(lambda: "its tunnel is policy-based" in host.log, "that to be said")
    check("if_id_in = 42" in host.log and "ipsec-interface=yes" in host.log, "no cure:", host.log)
    inner = host.show()["inner"]
    check((inner["state"], inner["interface"], inner["cpus"]) == ("policy", None, []), "show:", inner)
    check("comes out of no interface" in host.espalier("show").stdout, "show does not say so")
    check("-> " not in host.log.split("ready:")[1], "something was set:", host.log)
    check(host.log.count("policy-based") == 1, "said again:", host.log)
    check(links == host.sh("b", "ls /sys/class/net; ip -o link | cut -d: -f2"), "links")


# bpffs

def apart(*commands):
    """The commands, then the rest, in a mount namespace of their own."""
    return ["unshare", "-m", "sh", "-c", " && ".join([*commands, 'exec "$@"']), "sh"]


def as_process_1(host, script):
    """A script as process 1 of a process namespace, with mounts of its own."""
    return host.run("b", ["unshare", "-m", "-p", "--fork", "--mount-proc", "sh", "-c",
                          f"espalier={BUILD}/espalier; cpus={ALL}\n" + script],
                    check=False, timeout=60)


def test_bpffs_hidden(host):
    """Not to be seen from here, as under ip netns exec: that of process 1 is used."""
    before = state(host)
    done = as_process_1(host, """
        hidden() { unshare -m sh -c 'umount -l /sys/fs/bpf && exec "$@"' sh "$@"; }
        hidden $espalier run eb --cpus $cpus & daemon=$!
        until hidden $espalier show | grep "eb is steered"; do
            kill -0 $daemon || exit 3
            sleep 0.1
        done
        $espalier show | grep "eb is steered" || exit 4
        hidden $espalier stop && wait $daemon""")
    check(done.returncode == 0, "exit status", done.returncode, done.stdout, done.stderr)
    same_state(before, state(host))


def test_bpffs_nowhere(host):
    """Mounted where that can be; else the error says how."""
    before = state(host)
    done = as_process_1(host, """
        umount -l /sys/fs/bpf
        $espalier show | grep "Nothing is steered" || exit 2
        grep '/sys/fs/bpf bpf ' /proc/mounts && exit 5
        $espalier run eb --cpus $cpus & daemon=$!
        until $espalier show | grep "eb is steered"; do
            kill -0 $daemon || exit 3
            sleep 0.1
        done
        grep -q '/sys/fs/bpf bpf ' /proc/mounts || exit 4
        $espalier stop && wait $daemon""")
    check(done.returncode == 0, "not mounted:", done.returncode, done.stdout, done.stderr)
    done = as_process_1(host, """
        umount -l /sys/fs/bpf
        mount -t tmpfs none /sys/fs
        $espalier run eb --cpus $cpus""")
    check(done.returncode == 1 and "mount -t bpf -o mode=0700 bpf /sys/fs/bpf" in done.stderr,
          "does not say how:", done.returncode, done.stderr)
    same_state(before, state(host))


# What a daemon has or leaves

def test_second_run(host):
    daemon = host.daemon("--cpus", ALL)
    before = state(host)
    for arguments in (["run", "eb"], ["run", "lo"], ["run", "eb", "--ring", "64"]):
        refused(host, [*arguments, "--cpus", ALL], 1, f"pid {daemon.pid}", "already", before=before)
    check(daemon.poll() is None and steers(host), "the first daemon was disturbed")


def test_options_that_need_new_maps(host):
    killed(host, "--ring", "256", "--max-sas", "1000")
    before = state(host)
    refused(host, ["run", "eb", "--ring", "512"], 1, "256", "--ring 512", "espalier stop",
            before=before)
    refused(host, ["run", "eb", "--max-sas", "2000"], 1, "1000", "--max-sas 2000", "espalier stop",
            before=before)
    check(steers(host), "steering ended")
    host.daemon("--cpus", ALL, "--ring", "256", "--max-sas", "1000")  # as they are
    check("adopted" in host.log, "not adopted", host.log)


def with_state_file(host, make, *words):
    """A state file that is not as we write it: refused, and left as it is."""
    path = f"{RUN}/{host.cookie}.json"
    made = not os.path.isdir(RUN)
    os.makedirs(RUN, 0o700, exist_ok=True)
    try:
        make(path)
        before = state(host)
        refused(host, ["run", "eb", "--cpus", ALL], 1, path, "delete it", *words, before=before)
        check(programs(host) == {}, "attached all the same")
    finally:
        for name in os.listdir(RUN) if os.path.isdir(RUN) else []:
            if name.split(".")[0] == host.cookie:
                os.unlink(f"{RUN}/{name}")
        if made and os.path.isdir(RUN) and not os.listdir(RUN):
            os.rmdir(RUN)


def write(path, text, mode=0o600):
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, mode)


EMPTY = json.dumps({"version": 1, "changes": [], "attached": []})
FOREIGN_KNOB = {"interface": "eb", "ifindex": 2, "mac": "02:00:00:00:00:0b", "kind": "queue",
                "knob": "../../../../etc/passwd", "old": "1", "new": "0", "reason": "none"}


def test_state_file_garbage(host):
    for text in ("garbage\n", "", "{", "[]", '{"version": 2}', '{"version": 1}', EMPTY + "x",
                 json.dumps({"version": 1, "changes": [FOREIGN_KNOB], "attached": []}),
                 "\0" * 5000):
        with_state_file(host, lambda path, text=text: write(path, text), "damaged")


def test_state_file_of_another(host):
    def owned(path):
        write(path, EMPTY)
        os.chown(path, 65534, 65534)

    def linked(path):
        target = f"/tmp/{host.prefix}-target"
        write(target, EMPTY)
        os.symlink(target, path)

    plain = "not a plain file that root alone can write"
    with_state_file(host, owned, plain)
    with_state_file(host, linked, plain)
    os.unlink(f"/tmp/{host.prefix}-target")
    with_state_file(host, lambda path: write(path, EMPTY, 0o666), plain)
    with_state_file(host, lambda path: os.mkfifo(path, 0o600), plain)


def test_run_directory_of_another(host):
    before = state(host)
    link = apart("mount -t tmpfs none /run", "mkdir /run/other", "ln -s other /run/espalier")
    refused(host, ["run", "eb", "--cpus", ALL], 1, RUN, before=before, command=link)
    anybody = apart("mount -t tmpfs none /run", "mkdir -m 777 /run/espalier")
    refused(host, ["run", "eb", "--cpus", ALL], 1, RUN, before=before, command=anybody)


def test_damaged_while_stopping(host):
    """stop with a damaged state file: detaches, says which settings it cannot know."""
    host.sysfs("eb/queues/rx-0/rps_cpus", "1")
    killed(host)
    path = f"{RUN}/{host.cookie}.json"
    good = open(path).read()
    write(path, "garbage")
    said = refused(host, ["stop"], 1, path, "damaged", "delete it", same=False)
    check("put back by hand" in said, "does not say what to do:", said)
    write(path, good)
    host.espalier("stop")
    check(int(host.sysfs("eb/queues/rx-0/rps_cpus"), 16) == 1, "not put back")


MAPS = ("host", "sa_table", "sa_overflows", "sa_warm", "sa_rare", "sa_cold", "rings", "ring_states", "cpu_states", "labels",
        "ports", "toeplitz", "addresses", "stray_seen", "move_records", "move_lines", "counts",
        "fragments", "asks", "cpus_sa", "cpus_stray", "cpus_ike", "ring_any")


def damaged(host, name, show=True):
    """show and run name the pin and say what to do; steering goes on; stop takes all down."""
    on = programs(host)
    before = state(host)
    if show:
        refused(host, ["show"], 1, name, "espalier stop", before=before)
    refused(host, ["run", "eb", "--cpus", ALL], 1, name, "espalier stop", before=before)
    check(programs(host) == on, "the program was taken off")
    done = host.espalier("stop")
    check("no longer steered" in done.stdout, "stop:", done.stdout, done.stderr)
    check(tree(host.pins) == [] and programs(host) == {} and files(host) == {}, "left:",
          tree(host.pins), programs(host), files(host))


def test_missing_pins(host):
    others = ring_programs()
    for name in MAPS:
        killed(host)
        os.unlink(f"{host.layout}/{name}")
        damaged(host, name)
        wait_for(lambda: ring_programs() <= others, f"the end of the rings without {name}")


def test_pins_of_other_maps(host):
    """A map of another type or size in the place of one of ours."""
    others = ring_programs()
    for name, make in (("sa_table", "type hash key 4 value 64 entries 16"),
                       ("sa_overflows", "type array key 4 value 8 entries 64 flags 0x400"),
                       ("sa_cold", "type array key 4 value 8 entries 16"),
                       ("host", "type array key 4 value 64 entries 1"),
                       ("counts", "type array key 4 value 8 entries 1"),
                       ("asks", "type array key 4 value 8 entries 1"),
                       ("fragments", "type hash key 4 value 4 entries 1"),
                       ("cpus_sa", "type array key 4 value 8 entries 1"),
                       ("ring_states", "type array key 4 value 128 entries 1 flags 0x400")):
        killed(host)
        os.unlink(f"{host.layout}/{name}")
        subprocess.run(["bpftool", "map", "create", f"{host.layout}/{name}", "name", "other",
                        *make.split()], check=True)
        damaged(host, name)
        wait_for(lambda: ring_programs() <= others, f"the end of the rings behind {name}")


def test_damaged_contents(host):
    """Maps of the right form with wrong contents."""
    for offset, value in ((0, 0), (4, 4711), (8, 200), (28, 100000)):  # of struct host
        killed(host)
        memory = host.map("host", 4096)
        memory[offset:offset + 4] = value.to_bytes(4, "little")
        memory.close()
        damaged(host, "host")
    killed(host)
    memory = host.map("rings", 4096)
    memory[8:12] = (7).to_bytes(4, "little")  # ring 1 is of no kind that there is
    memory.close()
    damaged(host, "rings")


def test_missing_link(host):
    """The interface's pin is gone, and with it the program: the next daemon attaches anew."""
    killed(host)
    directory, = [p for p in tree(host.pins) if re.search(r"/if-\d+$", p)]
    os.unlink(f"{directory}/link")
    check(programs(host) == {}, "the link's pin was not all that held it")
    host.daemon("--cpus", ALL)
    check(steers(host) and "eb" in programs(host), "not attached anew", host.log)
    check("eb: the last run left it without its program" in host.log, "not said", host.log)


def test_pins_of_another_layout(host):
    """show says so; run says so, takes them down and starts fresh; stop works."""
    host.sysfs("eb/queues/rx-0/rps_cpus", "1")
    killed(host)
    os.rename(host.layout, f"{host.pins}/layout-999")
    refused(host, ["show"], 1, "another version of espalier", "espalier stop")
    refused(host, ["move", "0x1000", "0"], 1, "no daemon runs")
    old = programs(host)
    daemon = host.daemon("--cpus", ALL)
    check(steers(host) and programs(host) != old, "not fresh", programs(host), old)
    check(not os.path.exists(f"{host.pins}/layout-999"), "the old pins are still there")
    daemon.kill()
    daemon.wait()
    os.rename(host.layout, f"{host.pins}/layout-999")
    host.espalier("stop")
    check(tree(host.pins) == [] and programs(host) == {}, "stop left:", tree(host.pins))
    check(int(host.sysfs("eb/queues/rx-0/rps_cpus"), 16) == 1, "not put back")


# --sas, move, --dry-run

def test_sas_file(host):
    path = f"/tmp/{host.prefix}.sas"
    before = state(host)
    try:
        for line, words in (("gateway 0x1", ["not an address"]), (f"{GATEWAY}", ["no SPI"]),
                            (f"{GATEWAY} 0", ["not an SPI"]),
                            (f"{GATEWAY} 0x1 tcp", ["not a protocol"]),
                            (f"{GATEWAY} 0x1 esp 9999", ["not a replay window"]),
                            (f"{GATEWAY} 0x1 esp 32 one", ["not a CPU"]),
                            (f"{GATEWAY} 0x1 esp 32 1 more", ["too much"]),
                            (f"{GATEWAY} 7\n{GATEWAY} 0x7", ["is there already"]),
                            ("\x1b[2J \x07", ["not an address; write"]), ("x" * 5000, ["longer"])):
            write(path, f"# the first line\n{line}\n")
            number = 2 + line.count("\n")
            refused(host, ["run", "eb", "--cpus", ALL, "--sas", path], 1, f"{path}:{number}: ",
                    *words, before=before)
        refused(host, ["run", "eb", "--cpus", ALL, "--sas", path, "--dry-run"], 1, f"{path}:2: ",
                before=before)
    finally:
        os.unlink(path)
    refused(host, ["run", "eb", "--cpus", ALL, "--sas", path], 1, path,
            "No such file or directory", before=before)
    refused(host, ["run", "eb", "--cpus", ALL, "--sas", "/tmp"], 1, "/tmp", before=before)


def test_move(host):
    refused(host, ["move", "0x1000", "0"], 1, "no daemon runs", "espalier run")
    host.add_sas([FIRST], wait=False)
    host.add_sas([FIRST + 1], wait=False)
    host.add_sas([FIRST + 1], protocol="ah", wait=False)
    host.daemon("--cpus", ALL)
    sa = host.shown()[FIRST]
    before = state(host)
    refused(host, ["move", "0x9999", str(CPUS[0])], 1, "move 0x00009999 to CPU", "no such SA",
            before=before)
    kept = host.espalier("move", "0x1000", str(sa["cpu"])).stdout
    check("now stays there" in kept, "moved to where it is:", kept)
    check(host.espalier("move", "0x1000", str(sa["cpu"]), "--dst", GATEWAY).stdout == kept, "by --dst")
    refused(host, ["move", "0x1000", NO_CPU], 1, "takes no SAs", before=before)
    refused(host, ["move", "0x1001", str(CPUS[0])], 1, "several SAs", "--protocol", before=before)
    refused(host, ["move", "0x1000", str(CPUS[0]), "--dst", "192.0.2.99"], 1, "no such SA",
            before=before)
    if len(CPUS) > 2:
        stray, = host.show()["settings"]["stray_cpus"]
        refused(host, ["move", "0x1000", str(stray)], 1, "takes no SAs", before=before)
    check(host.shown()[FIRST] == {**sa, "fixed": "hand"}, "the SA changed")
    target = [c["cpu"] for c in host.show()["cpus"]
              if all(s["cpu"] != c["cpu"] for s in host.show()["sas"] if s["protocol"] == "ah")][0]
    host.espalier("move", "0x1001", str(target), "--protocol", "ah")


def test_dry_run(host):
    """Says what would be done, does nothing; also while a daemon runs."""
    host.sysfs("eb/queues/rx-0/rps_cpus", "1")
    before = state(host)
    done = host.espalier("run", "eb", "--cpus", ALL, "--dry-run")
    check("rx-0/rps_cpus 1 -> 0" in done.stdout, "the change is not named:", done.stdout)
    check("eb: would steer by xdp" in done.stdout, done.stdout)
    data = json.loads(host.espalier("run", "eb", "--dry-run", "--json").stdout)
    check(data["version"] == 1, "JSON:", data)
    same_state(before, state(host))
    host.daemon("--cpus", ALL)
    before = state(host)
    done = host.espalier("run", "eb", "--dry-run", check=False)
    same_state(before, state(host))
    check(done.returncode == 1 and steers(host), "a dry run beside the daemon:", done.stderr)
    check("runs in this network namespace already" in done.stderr, "not said:", done.stderr)


if __name__ == "__main__":
    lab.main()
