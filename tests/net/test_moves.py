#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Moves under load keep the order: lateness per receiving CPU within the promise of docs/moves.md."""
import itertools
import json
import os
import random
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, check, wait_for

FIRST, RATE = 0x1000, 20000
MOVES = int(os.environ.get("ESPALIER_MOVES", "500"))  # completed in each cell
OVERLOAD_NS = 150000  # a third of RATE is more than one CPU then
# One batch of the cpumap's thread, less one; GRO may hold 64 more.
PROMISE = 71 if lab.cpumap_merges() else 7


def completed(host):
    return sum(sa["moves"] for sa in host.shown().values())


def move_about(host, spis, wanted, seconds=240):
    """Moves SAs at random until so many moves are completed."""
    dice = random.Random(7)
    cpus = [c["cpu"] for c in host.show()["cpus"]]
    end = time.monotonic() + seconds
    while completed(host) < wanted and time.monotonic() < end:
        for _ in range(20):
            host.espalier("move", hex(dice.choice(spis)), str(dice.choice(cpus)), check=False)
    return completed(host)


def cell(host, sas, overload, receiving, switches="x", moves=MOVES, generator=()):
    """Traffic of so many SAs, moves under way; what the receiver saw."""
    spis = range(FIRST, FIRST + sas)
    host.add_sas(spis, wait=False)
    host.daemon("--cpus", ",".join(map(str, CPUS)), switches=switches)
    host.await_sas(spis)
    busy = host.show()["cpus"][-1]["cpu"]
    work = ["--work-cpu", f"{busy}:{OVERLOAD_NS}"] if overload else []
    with host.receiver("--spi", FIRST, "--sas", sas, *work) as receiver:
        sender = host.start("a", [f"{BUILD}/lab/espgen", "--dev", "ea", "--sas", str(sas), "--spi",
                                  str(FIRST), "--encap", "mix", "--pps", str(RATE), "--seconds",
                                  "300", "--cpus", ",".join(map(str, CPUS[:receiving])), "--json",
                                  *generator],
                            stdout=subprocess.PIPE)
        time.sleep(0.5)
        done = move_about(host, spis, moves) if moves else time.sleep(3) or 0
        sender.terminate()
        sender.wait()
        receiver.finish(settle=1.0 if overload else 0.3)
    check(done >= moves, "too few moves were completed:", done, moves)
    return receiver.result


def in_order(result, bound):
    check(result["packets"] > 5000, "too little traffic to tell", result["packets"])
    check(result["worst"] <= bound, "later than promised:", result["worst"], bound,
          {k: v for k, v in result.items() if k not in ("sas", "cpus")})
    check(result["with_metadata"] == 0, "tickets were left in packets")
    return (f"{result['late']} of {result['packets']} late, worst {result['worst']} behind "
            f"(promise {bound})")


def make_cell(sas, overload, receiving, switches):
    def test(host):
        return in_order(cell(host, sas, overload, receiving, switches), PROMISE)
    name = "_".join(["test", str(sas), "sas", "overloaded" if overload else "calm", str(receiving),
                     "receiving", "displaced" if "no-headroom" in switches else "in_front"])
    globals()[name] = test


# With $ESPALIER_DAY a quarter of the cells, in which each number of SAs, load and so on comes twice.
_DAY = os.environ.get("ESPALIER_DAY")
for _i, _cell in enumerate(itertools.product((8, 64), (False, True), (1, 2), ("x", "no-headroom"))):
    if _DAY is None or (_i + _i // 4 + int(_DAY)) % 4 == 0:
        make_cell(*_cell)


def test_no_moves_nothing_late(host):
    result = cell(host, 64, False, 2, moves=0)
    in_order(result, 0)
    check(result["late"] == 0, "late without a move:", result["late"])
    host.none_lost(result)


def test_without_handover_the_test_fails(host):
    """The switch that skips the hand-over: this test must be able to see the damage."""
    result = cell(host, 2, True, 1, "no-handover")
    check(result["worst"] > PROMISE, "the unprotected switch kept the promise:", result["worst"])
    return f"worst {result['worst']} behind without the hand-over"


def test_fragments(host):
    """Every packet in fragments: each frame has a ticket."""
    done = min(MOVES, 50)
    result = cell(host, 8, False, 1, moves=done, generator=("--fragment", "64"))
    return in_order(result, PROMISE)


def test_moves_in_udp_and_v6(host):
    spis = range(FIRST, FIRST + 8)
    host.add_sas(spis, src=lab.PEER6, dst=lab.GATEWAY6, wait=False)
    host.daemon("--cpus", ",".join(map(str, CPUS)))
    host.await_sas(spis)
    with host.receiver("--spi", FIRST, "--sas", 8) as receiver:
        sender = host.start("a", [f"{BUILD}/lab/espgen", "--dev", "ea", "--src", lab.PEER6, "--dst",
                                  lab.GATEWAY6, "--sas", "8", "--spi", str(FIRST), "--encap", "udp",
                                  "--pps", str(RATE), "--seconds", "300"],
                            stdout=subprocess.PIPE)
        check(move_about(host, spis, 50) >= 50, "too few moves were completed")
        sender.terminate()
        sender.wait()
    in_order(receiver.result, PROMISE)


if __name__ == "__main__":
    lab.main()
