#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""The first command of a new user, on a machine where nothing is prepared: `make demo`, from a clone.

The steps are the clone's; what is built is taken from here, so that it need not be built again.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.realpath(os.environ.get("ESPALIER_BUILD", os.path.join(ROOT, "build")))
GROUND = """
    while umount -l /sys/fs/bpf 2>/dev/null; do :; done
    mount -t tmpfs run /run
    seen() { cat /proc/mounts; find /run /sys/fs/bpf; ls /tmp | grep '^demo'; ls "$1"; }
    seen . >"$0.before"
    make --no-print-directory demo BUILD="$ESPALIER_BUILD" || exit 3
    seen . >"$0.after"
    diff "$0.before" "$0.after" || exit 4"""


def clone(to):
    """What git would clone of this tree, with what is changed in it."""
    listed = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "-C", ROOT, "ls-files", "-z"],
                            capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if os.path.lexists(f"{ROOT}/{name}"):
            os.makedirs(os.path.dirname(f"{to}/{name}"), exist_ok=True)
            shutil.copy2(f"{ROOT}/{name}", f"{to}/{name}", follow_symlinks=False)


def threads():
    """Those of cpumaps, of the whole machine: with their numbers, which are not soon used again."""
    listed = subprocess.run(["ps", "-eo", "pid,comm"], capture_output=True, text=True, check=True)
    return {line for line in listed.stdout.splitlines() if "cpumap/" in line}


def demo(*enter):
    """Runs it on bare ground; it ends with its picture, and nothing is left."""
    before = threads()
    with tempfile.TemporaryDirectory(prefix="bare-") as directory:
        os.mkdir(f"{directory}/espalier")
        clone(f"{directory}/espalier")
        environment = {name: value for name, value in os.environ.items() if name != "ESPALIER_APART"}
        done = subprocess.run([*enter, "sh", "-c", GROUND, f"{directory}/seen"], text=True,
                              capture_output=True, cwd=f"{directory}/espalier",
                              env={**environment, "ESPALIER_BUILD": BUILD, "LC_ALL": "C.UTF-8"})
    said = done.stdout + done.stderr
    assert done.returncode == 0, f"exit {done.returncode}:\n{said}"
    assert "Before: the NIC hashes addresses" in said and "put everything back" in said, said
    left = threads() - before  # or of tests that run beside this one: those end too
    end = time.monotonic() + 120
    while left & threads() and time.monotonic() < end:
        time.sleep(0.5)
    assert not left & threads(), f"threads left: {left & threads()}"


APART = ("unshare", "--mount", "--propagation", "private")


def test_bare():
    demo(*APART)


def test_another_process_1():
    demo(*APART, "--pid", "--fork", "--mount-proc")


def test_process_1_refused():
    """As in a container: what process 1 sees cannot be looked at."""
    weak = ("setpriv", "--bounding-set", "-sys_ptrace", "--inh-caps", "-sys_ptrace")
    refused = subprocess.run([*weak, "ls", "/proc/1/root/"], capture_output=True)
    assert refused.returncode, "process 1 is not refused: nothing is tested"
    demo(*weak, *APART)


def main():
    failed = 0
    if os.geteuid():
        sys.exit("this needs root")
    for name, test in [(n, t) for n, t in globals().items() if n.startswith("test_")]:
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        try:
            test()
            print("ok", name, flush=True)
        except Exception as error:
            print(f"FAIL {name}: {error}", flush=True)
            if not isinstance(error, AssertionError):
                traceback.print_exc()
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
