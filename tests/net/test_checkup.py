#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""inspect without an interface: one line each, ok or what to do."""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, check, wait_for

FIRST = 0xc0001000
ALL = ",".join(map(str, CPUS))
QUICK = ("--measure", "1")


def checkup(host, *arguments, command=(), side="b"):
    """The lines by check and subject; the text form must say the same."""
    line = [*command, f"{BUILD}/espalier", "inspect", *(arguments or ("--measure", "0"))]
    done = host.run(side, [*line, "--json"], check=False)
    data = json.loads(done.stdout)
    check(data["version"] == 1 and data["well"] == all(c["ok"] for c in data["checks"]), data)
    check(done.returncode == (0 if data["well"] else 1), "exit status", done.returncode, data)
    check(all((c["todo"] is None) == c["ok"] for c in data["checks"]), data)
    return {(c["check"], c["subject"]): c for c in data["checks"]}


def test_fresh(host):
    """No SA: bring up a tunnel. With SAs: steer the interface where they come in."""
    found = checkup(host)
    for name in "kernel", "CPUs", "bpffs", "capabilities", "pcrypt", "irqbalance", "steering":
        check(found[name, None]["ok"] and found[name, None]["says"], found)
    check("tunnel" in found["SAs", None]["todo"], found)
    host.add_sas(range(FIRST, FIRST + 4), wait=False)
    found = checkup(host)
    check(found["SAs", None]["ok"] and found["SAs", None]["says"].startswith("4 "), found)
    check("espalier run" in found["steering", None]["todo"], found)
    check(found["interface", "eb"]["todo"] == "espalier run eb", found)
    check("xdp" in found["interface", "eb"]["says"], found)
    text = host.espalier("inspect", "--measure", "0", check=False)
    check(text.returncode == 1 and "do  interface eb: 4 SAs" in text.stdout, text.stdout)
    check("ok  bpffs: mounted at /sys/fs/bpf" in text.stdout, text.stdout)


def test_steered(host):
    """All is well, and then the daemon dies."""
    host.add_sas(range(FIRST, FIRST + 4), wait=False)
    process = host.daemon("--cpus", ALL)
    host.await_sas(range(FIRST, FIRST + 4))
    found = checkup(host)
    check(all(c["ok"] for c in found.values()), [c for c in found.values() if not c["ok"]])
    check("is steered by xdp" in found["interface", "eb"]["says"], found)
    check("All is well." in host.espalier("inspect", "--measure", "0").stdout, "the last line")
    process.kill()
    process.wait()
    check("start 'espalier run' again" in checkup(host)["steering", None]["todo"], "dead")


def test_sas_elsewhere(host):
    """An IKE daemon in another network namespace has them: steer there, until somebody does."""
    with tempfile.TemporaryDirectory() as directory:
        shutil.copy(shutil.which("sleep"), f"{directory}/charon")
        charon = host.start("b", [f"{directory}/charon", "300"])
        wait_for(lambda: open(f"/proc/{charon.pid}/comm").read() == "charon\n", "the process")
        here = checkup(host)
        check(here["IKE daemon", f"charon (pid {charon.pid})"]["ok"], here)
        name = "SAs of", f"charon (pid {charon.pid})"
        found = checkup(host, side="a")
        check(found[name]["ok"] and found[name]["says"].startswith("0 in its own"), found)
        host.add_sas(range(FIRST, FIRST + 3), wait=False)
        found = checkup(host, side="a")
        check(found[name]["says"].startswith("3 in its own"), found)
        check(f"nsenter --net=/proc/{charon.pid}/ns/net espalier run" in found[name]["todo"], found)
        check(found["SAs", None]["ok"], "they are known there", found)
        daemon = host.daemon("--cpus", ALL)
        found = checkup(host, side="a")
        check(found[name]["ok"] and f"pid {daemon.pid}" in found[name]["says"], found)


def test_user_space_esp(host):
    """kernel-libipsec is mapped into the IKE daemon: the kernel knows none of its SAs."""
    with tempfile.TemporaryDirectory() as directory:
        program = f"{directory}/charon"
        shutil.copy(sys.executable, program)
        library = f"{directory}/libstrongswan-kernel-libipsec.so"
        with open(library, "wb") as file:
            file.write(bytes(4096))
        script = (f"import mmap,time; f=open({library!r}); "
                  "m=mmap.mmap(f.fileno(),4096,prot=mmap.PROT_READ); print(1,flush=True); "
                  "time.sleep(300)")
        charon = host.start("b", [program, "-c", script], stdout=subprocess.PIPE)
        charon.stdout.readline()
        found = checkup(host)["IKE daemon", f"charon (pid {charon.pid})"]
        check("--learn" in found["todo"] and "user space" in found["says"], found)


def test_pcrypt(host):
    """Something lies over /proc/crypto, in a mount namespace of its own."""
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("name         : rfc4106(gcm(aes))\n"
                   "driver       : pcrypt(rfc4106-gcm-aesni)\nmodule       : pcrypt\n")
        file.flush()
        script = f'mount --bind {file.name} /proc/crypto && exec "$@"'
        found = checkup(host, command=["unshare", "-m", "sh", "-c", script, "sh"])
        check("modprobe -r pcrypt" in found["pcrypt", None]["todo"], found)


def test_errors(host):
    """A counter that rises between two readings, with what it means; one that stands still is past."""
    with tempfile.TemporaryDirectory() as directory:
        def write(seq):
            with open(f"{directory}/new", "w") as file:
                file.write(f"XfrmInError\t3\nXfrmInStateSeqError\t{seq}\n")
            os.rename(f"{directory}/new", f"{directory}/xfrm_stat")
        write(100)
        # A directory of ours over the process's own /proc/net: exec keeps the number.
        script = f'mount --bind {directory} /proc/$$/net && exec "$@"'
        command = ["unshare", "-m", "sh", "-c", script, "sh"]
        found = checkup(host, *QUICK, command=command)
        check(found["errors", None]["ok"] and "none" in found["errors", None]["says"], found)
        process = host.start("b", [*command, f"{BUILD}/espalier", "inspect", "--measure", "2",
                                   "--json"], stdout=subprocess.PIPE)
        for seq in range(101, 10000):  # on a busy machine nobody knows when it reads first
            write(seq)
            if process.poll() is not None:
                break
            time.sleep(0.05)
        found = {(c["check"], c["subject"]): c
                 for c in json.loads(process.stdout.read())["checks"]}
        seq = found["errors", "XfrmInStateSeqError"]
        check("rose by " in seq["says"] and "window" in seq["todo"], found)
        check(("errors", "XfrmInError") not in found, "what stands still", found)


def test_capabilities(host):
    found = checkup(host, command=["setpriv", "--bounding-set", "-perfmon", "--inh-caps", "-all"])
    check("CAP_PERFMON" in found["capabilities", None]["says"] and
          found["capabilities", None]["todo"], found)


def test_no_btf(host):
    """An empty file lies over the kernel's BTF: said, and no reason to despair."""
    script = ': > /run/empty && mount --bind /run/empty /sys/kernel/btf/vmlinux && exec "$@"'
    found = checkup(host, command=["unshare", "-m", "sh", "-c", script, "sh"])["kernel", "btf"]
    check(found["ok"] and "BTF" in found["says"], found)


def test_usage(host):
    for arguments in (["--xdp"], ["--report", "x"], ["eb", "--model", "mlx5"]):
        done = host.espalier("inspect", *arguments, check=False)
        check(done.returncode == 2, arguments, done.stderr)


if __name__ == "__main__":
    lab.main()
