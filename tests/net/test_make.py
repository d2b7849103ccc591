#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""What make, lab/deps, lab/build and tests/run say and ask for, before anything is built."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, ROOT, check

HEAVY = {"chromium", "prometheus", "qemu-system-x86", "strongswan-charon", "strongswan-swanctl", "spin", "lintian"}


def run(*command, **environment):
    """As a user types it, though `make test` runs us: below another make, make says more."""
    ours = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    done = subprocess.run(command, text=True, capture_output=True, cwd=ROOT, env={**ours, **environment})
    return done.returncode, done.stdout, done.stderr


def packages(target):
    status, said, errors = run("lab/deps", "list", target)
    check(status == 0, errors)
    return set(said.split())


def script(folder, name, text):
    with open(f"{folder}/{name}", "w") as file:
        file.write(f"#!/bin/sh\n{text}\n")
    os.chmod(f"{folder}/{name}", 0o755)


def test_lists(_):
    """Each target needs what it says: a demo no browser, the package's build nothing that a build has not."""
    build, demo, bench, test = map(packages, ("build", "demo", "bench", "test"))
    check(build < demo <= bench < test, "each has what those before it need")
    check(not HEAVY & bench and HEAVY < test, "heavy ones", HEAVY & bench, HEAVY - test)
    check({"iproute2", "ethtool"} <= demo, demo)
    with open(f"{ROOT}/debian/control") as file:
        depends = re.search(r"Build-Depends:\n(.*?)\n\S", file.read(), re.S)[1]
    needed = set(re.findall(r"^ ([a-z0-9-]+)", depends, re.M)) - {"debhelper-compat"}
    check(needed <= build, "the Debian package builds with more", needed - build)
    check(run("lab/deps", "everything")[0] == 2, "an unknown target is taken")


def test_installs_what_is_missing(_):
    """On a machine that has nothing: it names what is on the list, and no more."""
    with tempfile.TemporaryDirectory() as folder:
        script(folder, "dpkg-query", "exit 1")
        script(folder, "apt-get", "exit 1")
        script(folder, "id", "echo 1000")
        status, _, errors = run("lab/deps", "demo", PATH=f"{folder}:{os.environ['PATH']}")
        check(status == 1 and set(errors.split("apt-get install ")[1].split()) == packages("demo"), errors)
        script(folder, "dpkg-query", 'case $* in *libmnl-dev*) exit 1 ;; esac; echo "install ok installed"')
        status, _, errors = run("lab/deps", "demo", PATH=f"{folder}:{os.environ['PATH']}")
        check(status == 1 and errors.split("apt-get install ")[1].split() == ["libmnl-dev"], errors)


def test_missing_library(_):
    """Plain make where a library, a header or a tool is missing: one sentence that names the package."""
    with tempfile.TemporaryDirectory() as folder:
        status, said, errors = run("make", f"BUILD={folder}/build", PKG_CONFIG_LIBDIR="/nonexistent")
        lines = [line for line in errors.splitlines() if not line.startswith("make: ***")]
        check(status == 2 and len(lines) == 1 and "libbpf-dev" in lines[0] and "make deps" in lines[0], said, errors)
        os.mkdir(f"{folder}/bin")
        for tool in "sh", "dirname", "sed", "mktemp", "rm", "date", "tail", "cut", "make":
            os.symlink(shutil.which(tool), f"{folder}/bin/{tool}")
        status, said, errors = run("make", f"BUILD={folder}/other", PATH=f"{folder}/bin")
        check(status == 2 and "meson is missing" in errors and "package meson;" in errors, said, errors)
    names = {"gcc": "Unknown compiler", "uthash-dev": "uthash.h", "libevent-dev": "libevent_core", "scdoc": "scdoc"}
    for package, name in names.items():
        check(run("lab/deps", "package", name)[1].strip() == package, name)


def test_build_says_how_far(_):
    """A build that takes long says so, also where there is no terminal; one with nothing to do is silent."""
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f"{folder}/build")
        open(f"{folder}/build/build.ninja", "w").close()
        script(folder, "ninja", "echo '[1/300] Compiling a'; echo '[120/300] Compiling b'; sleep 12")
        status, said, errors = run("lab/build", f"{folder}/build", PATH=f"{folder}:{os.environ['PATH']}")
        check(status == 0 and re.search(r"^building \S+: 120 of 300, \d+ s$", said, re.M), said, errors)
        script(folder, "ninja", "echo 'ninja: no work to do.'")
        check(run("lab/build", f"{folder}/build", PATH=f"{folder}:{os.environ['PATH']}") == (0, "", ""), "not silent")
        script(folder, "ninja", "echo '[1/2] Compiling a'; echo 'FAILED: a.o'; echo 'a.c:1: error'; exit 1")
        status, said, errors = run("lab/build", f"{folder}/build", PATH=f"{folder}:{os.environ['PATH']}")
        check(status == 1 and errors == "FAILED: a.o\na.c:1: error\n", said, errors)


def count(lines):
    """tests/run over one file of tests that prints these lines."""
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/tests/net")
        shutil.copy(f"{ROOT}/tests/run", f"{folder}/tests/run")
        with open(f"{folder}/tests/net/test_some.py", "w") as file:
            file.write(f"print({lines!r})\n")
        done = subprocess.run([f"{folder}/tests/run", "net"], text=True, capture_output=True,
                              env={**os.environ, "ESPALIER_BUILD": f"{folder}/build"})
        with open(f"{folder}/log", "w") as file:
            file.write(done.stdout)
        return done.returncode, done.stdout.splitlines(), run(".ci/noise", f"{folder}/log")[0]


def test_noise_is_counted(_):
    """Apart, as skipped in the last line; and more than 1 in 50 is too much."""
    ok = "".join(f"ok t{n}\n" for n in range(98))
    status, lines, too_much = count(ok + "noise a: why\nskip b: why\nnoise c: why\n")
    check(lines[-1] == "98 passed, 0 failed, 3 skipped" and status == 0, lines)
    check(lines[-2] == "2 of 100 could not be measured for noise" and not too_much, lines)
    status, lines, too_much = count(ok + "noise a: why\nnoise b: why\nnoise c: why\n")
    check(lines[-2].startswith("3 of 101 ") and status == 0 and too_much == 1, lines)
    status, lines, too_much = count("FAIL a: why\n")
    check(lines[-2:] == ["0 of 1 could not be measured for noise", "0 passed, 1 failed, 0 skipped"], lines)
    check(status == 1 and not too_much, lines)
    check(run(".ci/noise", "/dev/null")[0] == 1, "a run that did not come to its end")


def test_beside_others(_):
    """Two that wait for each other end, are shown in one piece and counted; each has a /run of its own."""
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(f"{folder}/tests/net")
        for tool in "tests/run", "lab/apart":
            os.makedirs(os.path.dirname(f"{folder}/{tool}"), exist_ok=True)
            shutil.copy(f"{ROOT}/{tool}", f"{folder}/{tool}")
        for own, other in ("a", "b"), ("b", "a"):
            with open(f"{folder}/tests/net/test_{own}.py", "w") as file:
                file.write("# Beside others\nimport os, time\nprint('ok first', flush=True)\n"
                           f"open('{folder}/{own}', 'w'), os.mkdir('/run/mine')\n"
                           f"while not os.path.exists('{folder}/{other}'): time.sleep(0.01)\n"
                           f"print('FAIL second' if '{own}' == 'a' else 'ok second')\n")
        done = subprocess.run([f"{folder}/tests/run", "net"], text=True, capture_output=True,
                              env={**os.environ, "ESPALIER_BUILD": f"{folder}/build"})
        lines = done.stdout.splitlines()
        check(lines[-1] == "3 passed, 1 failed, 0 skipped" and done.returncode == 1, lines)
        check("== test_a.py\nok first\nFAIL second\n" in done.stdout, lines)
        check("== test_b.py\nok first\nok second\n" in done.stdout, lines)


def test_help(_):
    """make help names every target."""
    with open(f"{ROOT}/Makefile") as file:
        targets = re.search(r"^\.PHONY: (.*)$", file.read(), re.M)[1].split()
    said = run("make", "help")[1]
    for target in set(targets) - {"all", "help"}:
        check(f"make {target}" in said, target, said)


def completed(*words):
    """What Tab offers after these words, in bash."""
    done = subprocess.run(["bash", "-c", f'source {BUILD}/completion/espalier; COMP_WORDS=("$@"); '
                           'COMP_CWORD=$(($# - 1)); _espalier; printf "%s\\n" "${COMPREPLY[@]}"', "bash", *words],
                          text=True, capture_output=True, cwd=f"{ROOT}/tests/captures")
    check(done.returncode == 0 and not done.stderr, words, done.stderr)
    return done.stdout.split()


def test_bash_completion(_):
    for words, offered in ((("espalier", "simulate", "02"), ["02-sunrise-sunset-esp.pcap"]),
                           (("espalier", "plan", ""), ["spi", "table", "key"]),
                           (("espalier", "models", "vmx"), ["vmxnet3-v3", "vmxnet3-v4", "vmxnet3-v6"]),
                           (("espalier", "simulate", "--nic", "mlx5,i4"), ["mlx5,i40e"]),
                           (("espalier", "inspect", "--model", "ml"), ["mlx5", "mlx4"]),
                           (("espalier", "help", "mo"), ["move", "models"]),
                           (("espalier", "run", "--method", "x"), ["xdp"]),
                           (("espalier", "run", "--method", "=", "x"), ["xdp"]),
                           (("espalier", "run", "--method=x"), ["--method=xdp"]),
                           (("espalier", "plan", "table", "--sas", "02"), ["02-sunrise-sunset-esp.pcap"]),
                           (("espalier", "run", "l"), ["lo"]), (("espalier", "sim"), ["simulate"])):
        check(completed(*words) == offered, words, completed(*words))


def test_zsh_completion(_):
    """zsh itself, on a pseudo-terminal: what it lists after Tab."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(f"{BUILD}/completion/_espalier", folder)
        os.symlink(f"{BUILD}/espalier", f"{folder}/espalier")
        for typed, offered in (("plan ", ("spi", "table", "key")), ("models vmx", ("vmxnet3-v3", "vmxnet3-v6")),
                               ("help mo", ("move", "models")), ("run --method=", ("auto", "ntuple"))):
            asked = f"""
                fpath=({folder} $fpath); path=({folder} $path)
                autoload -Uz compinit; compinit -u -d {folder}/dump; zmodload zsh/zpty
                zpty z zsh -f -i
                zpty -w z 'PS1=; fpath=({folder} $fpath); path=({folder} $path)'
                zpty -w z 'autoload -Uz compinit; compinit -u -d {folder}/dump; setopt nobeep; cd {folder}; print READY'
                zpty -r z line '*READY*READY*'
                zpty -w -n z $'espalier {typed}\\t\\t'
                line=; repeat 600; do
                    zpty -r -t z part && line+=$part || sleep 0.1
                    {" && ".join(f"[[ $line == *{word}* ]]" for word in offered)} && break
                done
                print -r -- $line"""
            done = subprocess.run(["zsh", "-f", "-c", asked], text=True, capture_output=True, timeout=300)
            check(all(word in done.stdout for word in offered), typed, offered, done.stdout, done.stderr)


if __name__ == "__main__":
    lab.main()
