#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""What a kernel can is probed, and what it lacks is said."""
import json
import os
import re
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, WITHOUT_BTF, check, wait_for

FIRST, SAS = 0x1000, 8
ALL = ",".join(map(str, CPUS))


def dump(host, name):
    """A map's elements, as the programs have them: bpftool reads it by its own BTF."""
    text = subprocess.run(["bpftool", "-j", "map", "dump", "pinned", f"{host.layout}/{name}"],
                          capture_output=True, text=True, check=True).stdout
    return [element["formatted"]["value"] for element in json.loads(text)]


def batch(host):
    """Frames that a ring may hold."""
    return dump(host, "host")[0]["batch"]


def overload(host):
    """One CPU's SAs have more than it takes (400 us each), until a ring has dropped some."""
    busy = host.show()["sas"][0]["cpu"]
    with host.receiver("--spi", FIRST, "--sas", SAS, "--work-cpu", f"{busy}:400000") as receiver:
        load = host.start("a", [f"{BUILD}/lab/espgen", "--dev", "ea", "--sas", str(SAS), "--spi",
                                str(FIRST), "--pps", "12000", "--seconds", "30", "--cpus",
                                str(CPUS[0])], stdout=subprocess.DEVNULL)
        wait_for(lambda: host.show()["drops"]["sa_rings"] > 0, "the ring to be full")
        load.terminate()
        receiver.finish(settle=1.5)


def test_atomics(host):
    """Additions that also fetch are of Linux 5.12: the older ones' verifiers refuse them."""
    texts = [subprocess.run(["llvm-objdump", "-d", f"{BUILD}/src/bpf/{name}.bpf.o"],
                            capture_output=True, text=True, check=True).stdout
             for name in ("espalier", "measure")]
    for text in texts:
        check("lock *(u64 *)" in text, "no additions found")
        check(not re.search("atomic_fetch|xchg", text), re.findall(".*(?:atomic_fetch|xchg).*", text))


def test_batch_is_the_kernel_s(host):
    host.daemon("--cpus", ALL)
    check(batch(host) == (72 if lab.cpumap_merges() else 8), "the batch is", batch(host))
    return batch(host)


def test_without_btf(host):
    """It steers, counts what rings drop, and takes the longer batch: the safe side."""
    host.daemon("--cpus", ALL, under=WITHOUT_BTF)
    check(batch(host) == 72, "the batch is", batch(host))
    host.add_sas(range(FIRST, FIRST + SAS))
    with host.receiver("--spi", FIRST, "--sas", SAS) as receiver:
        host.send("--sas", SAS, "--spi", FIRST, "--count", 100 * SAS, "--pps", 5000, "--cpus", CPUS[0])
    check(receiver.result["packets"] == 100 * SAS, "the receiver saw", receiver.result)
    check({sa["packets"] for sa in host.shown().values()} == {100}, "show:", host.shown())
    overload(host)


def test_received_once(host):
    """What CPUs put on rings is what came off them and what full ones lost."""
    host.daemon("--cpus", ALL)
    host.add_sas(range(FIRST, FIRST + SAS))
    overload(host)
    now, received = host.show(), sum(cpu["received"] for cpu in dump(host, "cpu_states"))
    lost = now["drops"]["sa_rings"]
    check(received == sum(sa["packets"] for sa in now["sas"]) + lost, received, "were received:", now)
    return f"{lost} lost"


def test_inspect_without_btf(host):
    """What cannot be told is null."""
    done = host.run("b", [*WITHOUT_BTF, f"{BUILD}/espalier", "inspect", "eb", "--measure", "0",
                          "--json"])
    kernel = json.loads(done.stdout)["host"]["kernel"]
    check((kernel["btf"], kernel["cpumap_gro"], kernel["encap_gro"], kernel["pull_data"]) ==
          (False, None, None, None), kernel)
    said = json.loads(host.espalier("inspect", "eb", "--measure", "0", "--json").stdout)
    kernel = said["host"]["kernel"]
    check(kernel["btf"] and kernel["cpumap_gro"] == lab.cpumap_merges(), kernel)
    check(None not in kernel.values(), "root may ask anything:", kernel)


def test_drops_that_nobody_tells(host):
    """Without the tracepoint drops are null, never 0, and that is said."""
    host.daemon("--cpus", ALL, switches="uncounted")
    host.add_sas(range(FIRST, FIRST + SAS))
    host.send("--sas", SAS, "--spi", FIRST, "--count", 100 * SAS, "--pps", 5000, "--cpus", CPUS[0])
    shown = host.show()
    check(set(shown["drops"].values()) == {None, 0}, "drops:", shown["drops"])
    check({cpu["drops"] for cpu in shown["cpus"]} == {None}, "CPUs:", shown["cpus"])
    check(any("does not tell what full rings drop" in w for w in shown["warnings"]), shown["warnings"])
    check("drops unknown" in host.espalier("show").stdout, host.espalier("show").stdout)
    top = json.loads(host.espalier("top", "--frames", "1", "--json").stdout.splitlines()[0])
    check(top["drops_per_s"] is None, "top:", top)


lab.main()
