#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""run --dry-run says no wherever run would, in the same words, and changes nothing."""
import json
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, check

ALL = ",".join(map(str, CPUS))
PROGRAM = f"{BUILD}/espalier"


def both(host, *arguments, command=()):
    """run and its dry run refuse alike; what the dry run says, and its JSON."""
    line = [*command, PROGRAM, "run", "eb", "--cpus", ALL, *arguments]
    real = host.run("b", line, check=False, timeout=60)
    dry = host.run("b", [*line, "--dry-run"], check=False, timeout=60)
    data = json.loads(host.run("b", [*line, "--dry-run", "--json"], check=False).stdout)
    check(real.returncode == 1, "run did it:", arguments, real.stdout + real.stderr)
    check(dry.returncode == 1, "the dry run says yes:", arguments, dry.stdout + dry.stderr)
    check("would steer" not in dry.stdout and "would refuse" in dry.stdout, dry.stdout)
    check(len(data["refused"]) == 1 and data["refused"][0] in dry.stderr, data, dry.stderr)
    return real.stderr, dry.stderr


def test_metrics(host):
    with tempfile.TemporaryDirectory() as directory:
        real, dry = both(host, "--metrics", "/nonexist/x.prom")
        check("cannot write there: No such file" in real and "cannot write there: No such file" in dry,
              real, dry)
        done = host.espalier("run", "eb", "--dry-run", "--metrics", f"{directory}/x.prom")
        check("eb: would steer" in done.stdout and not os.listdir(directory), done.stdout)


def test_sas_file(host):
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("nonsense\n")
        file.flush()
        both(host, "--sas", file.name)
    both(host, "--sas", "/nonexist/sas")


def test_daemon(host):
    process = host.daemon("--cpus", ALL)
    real, dry = both(host)
    check(f"pid {process.pid}" in real and f"pid {process.pid}" in dry, real, dry)
    process.kill()
    process.wait()
    done = host.espalier("run", "eb", "--cpus", ALL, "--dry-run")
    check("is steered already" in done.stdout, done.stdout)
    both(host, "--ring", "64")


def test_no_bpffs(host):
    """Where run cannot mount it either."""
    script = 'umount -l /sys/fs/bpf; mount -t tmpfs -o ro none /sys/fs && exec "$@"'
    both(host, command=["unshare", "-m", "sh", "-c", script, "sh"])


def test_interface(host):
    """An interface that fails is in the JSON, with why."""
    done = host.espalier("run", "lo", "eb", "--dry-run", "--json", check=False)
    found = {i["interface"]: i for i in json.loads(done.stdout)["interfaces"]}
    check(done.returncode == 1 and found["lo"]["method"] is None, found)
    check("loopback" in found["lo"]["why"] and found["eb"]["method"] == "xdp", found)


def test_one_stream(host):
    """What a dry run finds out is on stdout, with the reasons, and in the JSON too."""
    done = host.espalier("run", "eb", "--dry-run")
    check(not done.stderr and "eb: method xdp, since" in " ".join(done.stdout.split()), done)
    check("CPUs " in done.stdout, done.stdout)
    data = json.loads(host.espalier("run", "eb", "--dry-run", "--json").stdout)
    check("redirects" in data["interfaces"][0]["why"] and data["settings"]["why"], data)
    check(set(data["settings"]) - {"cpus", "why"} <= {"stray_cpus", "ike_cpu"}, data)


def test_json_alone(host):
    # Where it is taken the daemon runs on: then it is ended.
    done = host.run("b", ["timeout", "60", f"{BUILD}/espalier", "run", "eb", "--json"], check=False)
    check(done.returncode == 2 and "--dry-run" in done.stderr, done.stderr)


if __name__ == "__main__":
    lab.main()
