#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Headers out of a program's reach: said once in the log, by `show`, and by `inspect` with what helps."""
import json
import os
import struct
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import CPUS, Skipped, check, wait_for

ALL = ",".join(map(str, CPUS[:2]))
LOOKED = 10  # LATELY_NS: seconds from one look of the daemon to the next
SAYS = "packets of IPsec were not steered since the start: their headers are beyond the first buffer"


def esp(size=600):
    """A frame of ESP to nobody."""
    ip = struct.pack("!BBHHHBBHII", 0x45, 0, size - 14, 0, 0, 64, 50, 0, 0xc0000201, 0xc0000202)
    return (bytes(12) + b"\x08\x00" + ip + struct.pack("!II", 0x1000, 1)).ljust(size, b"\0")


def receive(host, first, times):
    """Frames of which the program on eb finds FIRST bytes in the first buffer; its last verdict."""
    link, = json.loads(host.sh("b", "ip -j link show eb"))
    with tempfile.NamedTemporaryFile() as data, tempfile.NamedTemporaryFile() as context:
        data.write(esp())
        data.flush()
        context.write(struct.pack("=6I", 0, first, 0, 0, 0, 0))
        context.flush()
        done = host.run("b", ["bpftool", "-j", "prog", "run", "id", str(link["xdp"]["prog"]["id"]),
                              "data_in", data.name, "ctx_in", context.name, "repeat", str(times)],
                        check=False)
    if done.returncode:
        raise Skipped("test runs of this kernel (before 6.18) know no first buffer")
    return json.loads(done.stdout)["retval"]


def said(host):
    return host.log.count(SAYS)


def test_said_once(host):
    host.daemon("--cpus", ALL, switches="no-pull-data")
    host.sh("b", "ip link set eb mtu 9000")
    receive(host, 600, 5)
    check(not host.show()["beyond"]["packets"], "it sees these headers:", host.show()["beyond"])
    check("were not steered" not in host.espalier("inspect", "eb", "--measure", "0").stdout, "nothing to say yet")
    check(receive(host, 13, 5) == 2, "it must pass")
    wait_for(lambda: said(host), "the log to say it", 40)
    line, = [line for line in host.log.splitlines() if SAYS in line]
    check("warning: eb: 5 packets" in line and "'espalier inspect eb' says what to do" in line, line)
    shown = host.show()
    check(shown["beyond"]["packets"] == 5, "show counts", shown["beyond"])
    check(sum(SAYS in warning for warning in shown["warnings"]) == 1, "show warns:", shown["warnings"])
    warnings = json.loads(host.espalier("inspect", "eb", "--measure", "0", "--json").stdout)["warnings"]
    cure = [w for w in warnings if "5 packets of IPsec were not steered" in w]
    check(len(cure) == 1 and "`ip link set dev eb mtu 1500`, or another --method" in cure[0], warnings)
    every = host.espalier("inspect", "--measure", "0", check=False).stdout
    check(SAYS in " ".join(every.split()), "the check-up:", every)
    receive(host, 0, 3)
    wait_for(lambda: host.show()["beyond"]["packets"] == 8, "the others")
    time.sleep(LOOKED + 2)
    check(said(host) == 1, "said again:", host.log)


def test_said_anew(host):
    """On an interface that is steered anew all begins again."""
    host.daemon("--cpus", ALL, switches="no-pull-data")
    receive(host, 13, 5)
    wait_for(lambda: said(host), "the log to say it", 40)
    host.espalier("stop")
    host.daemon("--cpus", ALL, switches="no-pull-data")
    check(not host.show()["beyond"]["packets"], host.show()["beyond"])
    receive(host, 13, 1)
    wait_for(lambda: "eb: 1 packets" in host.log, "the log to say it", 40)


if __name__ == "__main__":
    lab.main()
