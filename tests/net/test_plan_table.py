#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""espalier plan table and plan key: verified by a Toeplitz hash of a few lines, by trying all
tables, and by what the real ethtool(8) makes of the commands they print."""
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import defaultdict

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, ROOT, check
from test_plan import KEY, V4, V6, packet, plan, plan_json, random_key, refused, toeplitz
from test_simulate import Packet, write

FIRST = 0xc0000000


class Sa:
    def __init__(self, pair, spi, rate):
        self.pair, self.spi, self.rate = pair, spi, rate

    def slot(self, key, size):
        return toeplitz(bytes.fromhex(key), packet(*self.pair, self.spi)) % size

    def line(self):
        return f"{self.pair[1]} {self.spi:#x} from={self.pair[0]} rate={self.rate}\n"


def some_sas(draw, n):
    """Heavy ones and light ones, IPv4 and IPv6, one of them silent."""
    return [Sa(V4 if i % 2 else V6, spi, 0 if i == 3 else draw.randint(1, 100) ** 2)
            for i, spi in enumerate(draw.sample(range(FIRST, FIRST + (1 << 28)), n))]


def file_of(sas, lines=""):
    file = tempfile.NamedTemporaryFile("w", suffix=".sas")
    file.write("".join(sa.line() for sa in sas) + lines)
    file.flush()
    return file


def worst(sas, slots, table):
    """The part of the load on the heaviest queue."""
    load = defaultdict(int)
    for sa, slot in zip(sas, slots):
        load[table[slot]] += sa.rate
    return max(load.values()) / sum(sa.rate for sa in sas)


def best_worst(sas, slots, queues):
    """Of all tables."""
    used = sorted(set(slots))
    return min(worst(sas, slots, dict(zip(used, table)))
               for table in itertools.product(range(queues), repeat=len(used)))


def near(a, b):
    return abs(a - b) < 1e-4


def runs(command, size):
    """The table of "ethtool -X IF weight A B ..."."""
    words = command.split()
    check(words[:4] == ["ethtool", "-X", "IF", "weight"], command)
    table = [queue for queue, length in enumerate(words[4:]) for _ in range(int(length))]
    check(len(table) == size, "the weights are not the table's size", command)
    return table


def check_shared(found, sas, slots):
    groups = defaultdict(set)
    for sa, slot in zip(sas, slots):
        groups[slot].add(f"{sa.spi:#010x}")
    wanted = {slot: spis for slot, spis in groups.items() if len(spis) > 1}
    named = defaultdict(set)
    for shared in found["shared"]:
        named[shared["entry"]].add(shared["spi"])
    check(named == wanted, "SAs that share an entry", dict(named), wanted)


def check_choice(found, now, queues):
    """The table to have: a new one only if it gains, and no queue is left without entries."""
    check(found["recommended"] == (found["after"] < 0.99 * found["before"]), found)
    check((found["apply"] is not None) == found["recommended"], found)
    others = [w for w in found.get("warnings", ()) if "all other traffic" in w]
    check(len(others) == found["recommended"], "what other traffic pays", found)
    if not found["recommended"]:
        return now
    table = runs(found["apply"], len(now))
    least = max(1, len(now) // queues // 4)
    check(min(table.count(queue) for queue in range(queues)) >= least, "a queue starves", found)
    return table


def test_no_gain(_):
    """Where a table or a key gains nothing there is no command, and the reader is told so."""
    heavy = [Sa(V4, FIRST + 7 * i, rate) for i, rate in enumerate((50, 30, 20, 10), 1)]
    draw = random.Random(1)
    many = [Sa(V4, spi, 1000) for spi in draw.sample(range(FIRST, FIRST + (1 << 28)), 10000)]
    for form, sas, nic, queues in (("table", heavy[:1], "mlx5", 4), ("table", heavy, "bnxt", 4),
                                   ("table", heavy, "i40e", 4), ("key", heavy[:1], "mlx5", 4),
                                   ("key", heavy, "bnxt", 4)):
        with file_of(sas) as file:
            ask = f"{form} --sas {file.name} --nic {nic} --queues {queues} --key microsoft"
            found = plan_json(ask)
            said = plan(ask)[1]
        check(not found["recommended"] and found["apply"] is None, ask, found)
        check(found["after"] >= 0.99 * found["before"], ask, found)
        check(f"Leave the {form} as it is" in said and "ethtool -X" not in said, said)
        check("moves" not in said, "a warning of what is not done", said)
        check([q["entries"] for q in found["queues"]] == [found["entries"] // 4] * 4, "not the table as it is", found)
    with file_of(many) as file:
        found = plan_json(f"table --sas {file.name} --nic mlx5 --queues 16 --key microsoft")
        check_choice(found, [slot % 16 for slot in range(256)], 16)
        check(found["recommended"] or found["after"] >= 0.99 * found["before"], found)


def test_nothing_starves(_):
    """All load on a few neighbouring entries: the others keep a quarter of their share each."""
    draw = random.Random(9)
    sas = []
    while len(sas) < 4:
        sa = Sa(V4, draw.randrange(FIRST, FIRST + (1 << 28)), 10)
        if sa.slot(KEY, 128) == 4 * len(sas):
            sas.append(sa)
    with file_of(sas) as file:
        ask = f"table --sas {file.name} --table 128 --queues 4 --key {KEY}"
        found, said = plan_json(ask), plan(ask)[1]
    check(found["recommended"] and found["before"] == 1, found)
    check_choice(found, [slot % 4 for slot in range(128)], 4)
    check("ethtool -X IF weight" in said and "all other traffic of the NIC follows" in said, said)
    changed = sum(queue != slot % 4 for slot, queue in enumerate(found["table"]))
    check(changed <= len(sas), "entries without SAs were moved", found)


def test_table(_):
    draw = random.Random(2)
    for size, queues, n in (16, 2, 12), (8, 3, 9), (128, 3, 8), (32, 2, 14), (12, 3, 9):
        sas, key = some_sas(draw, n), random_key(draw)
        slots = [sa.slot(key, size) for sa in sas]
        with file_of(sas) as file:
            found = plan_json(f"table --sas {file.name} --table {size} --queues {queues} "
                              f"--key {key}")
        check((found["sa_count"], found["entries"], found["command"]) == (n, size, None), found)
        check(near(found["before"], worst(sas, slots, [s % queues for s in range(size)])), found)
        check(near(found["at_will"], worst(sas, slots, found["table"])), found)
        check(found["at_will"] <= 1.01 * best_worst(sas, slots, queues) + 1e-4, "not the best", found)
        now = [slot % queues for slot in range(size)]
        table = check_choice(found, now, queues)
        check(near(found["after"] if found["recommended"] else found["before"], worst(sas, slots, table)), found)
        check(found["floor"] <= found["at_will"] + 1e-4 and found["at_will"] <= found["after"] + 1e-4, found)
        check([q["entries"] for q in found["queues"]] == [table.count(q) for q in range(queues)], found)
        check(sum(q["sa_count"] for q in found["queues"]) == n, found)
        check_shared(found, sas, slots)


def ethtool(state, *arguments):
    return subprocess.run(
        ["ethtool", *arguments], text=True, stdout=subprocess.PIPE, check=True,
        env={**os.environ, "LC_ALL": "C", "ESPALIER_MODEL": "nic0:bnxt:6",
             "ESPALIER_MODEL_STATE": state,
             "LD_PRELOAD": f"{BUILD}/tests/preload/libethtool-model.so"}).stdout


def test_commands_work(_):
    """ethtool(8) takes what is printed, and the table and key then are those of the plan."""
    sas = some_sas(random.Random(3), 20)
    with tempfile.NamedTemporaryFile() as state, file_of(sas) as file, \
            tempfile.NamedTemporaryFile("w") as rss:
        rss.write(ethtool(state.name, "-x", "nic0"))
        rss.flush()
        nic = f"--sas {file.name} --nic bnxt --table {rss.name}"
        found = plan_json(f"table {nic}")
        six = "ethtool -N IF rx-flow-hash esp6 sdfn; ethtool -N IF rx-flow-hash sctp6 sd"
        four = "ethtool -N IF rx-flow-hash esp4 sdfn"
        check(found["command"] in (f"{six}; {four}", f"{four}; {six}"), found)
        for command in [*found["command"].split("; "), found["apply"]]:
            ethtool(state.name, *command.replace(" IF ", " nic0 ").split()[1:])
        shown = ethtool(state.name, "-x", "nic0")
        lines = [line.split(":") for line in shown.splitlines()]
        table = [int(queue) for line in lines if len(line) == 2 and line[0].strip().isdigit()
                 for queue in line[1].split()]
        check(table == runs(found["apply"], len(table)), "ethtool made another table", shown)
        key = plan_json(f"key {nic}")
        ethtool(state.name, *key["apply"].replace(" IF ", " nic0 ").split()[1:])
        check(key["apply"].split()[-1] in ethtool(state.name, "-x", "nic0"), "another key", key)


def test_key(_):
    draw = random.Random(4)
    for size, queues, n in (128, 4, 8), (64, 8, 16), (256, 3, 12), (1024, 16, 24):
        sas = some_sas(draw, n)
        key = random_key(draw)
        with file_of(sas) as file:
            arguments = f"key --sas {file.name} --table {size} --queues {queues}"
            found = plan_json(f"{arguments} --key {key}")
            check("before" in found and plan_json(arguments)["before"] is None, found)
        round_robin = [slot % queues for slot in range(size)]
        check(near(found["before"], worst(sas, [sa.slot(key, size) for sa in sas], round_robin)), found)
        check(found["recommended"] == (found["after"] < 0.99 * found["before"]), found)
        if not found["recommended"]:  # one heavy SA is the bound already
            check(found["apply"] is None and found["after"] <= 1.01 * found["floor"], found)
            continue
        new = found["apply"].split()[-1].replace(":", "")
        check(len(new) == len(key) and found["apply"].startswith("ethtool -X IF hkey "), found)
        slots = [sa.slot(new, size) for sa in sas]
        check(near(found["after"], worst(sas, slots, round_robin)), found)
        check(len(set(slots)) == n and not found["shared"], "they share", sorted(slots))
        check(found["after"] <= 1.15 * found["floor"], "far from the floor", found)
        check_shared(found, sas, slots)


def test_more_sas_than_entries(_):
    sas = some_sas(random.Random(5), 300)
    with file_of(sas) as file:
        found = plan_json(f"key --sas {file.name} --table 16 --queues 4 --key {KEY}")
        new = found["apply"].split()[-1].replace(":", "")
        check_shared(found, sas, [sa.slot(new, 16) for sa in sas])
        status, said, errors = plan(f"table --sas {file.name} --table 16 --queues 4 --key {KEY}")
        check(status == 0 and "300 of the 300 SAs share an entry" in said, said, errors)
        check("--json shows" in said and len(said.splitlines()) < 60, said)


def test_capture(_):
    """Packets and bytes decide; where ESP in UDP goes, its ports do."""
    packets = []
    for spi, times in (0x1001, 40), (0x1002, 20), (0x1003, 10), (0x1004, 10):
        packets += [Packet(*V4, spi)] * times
    packets += [Packet(*V6, 0x2001, sport=port) for port in (4500, 50000) for _ in range(15)]
    path = write(packets)
    found = plan_json(f"table --capture {path} --table 64 --queues 2 --key {KEY}")
    check(found["sa_count"] == 6, "a flow of each port", found)
    check(found["command"] is None and abs(found["floor"] - 0.5) < 0.01, found)
    check(found["at_will"] < 0.55, found)
    damaged = plan_json(f"table --capture {write(packets, cut=30)} --table 64 --queues 2 --key {KEY}")
    check(any("damaged" in warning for warning in damaged["warnings"]), damaged)
    for real in "02-sunrise-sunset-esp.pcap", "espudp1.pcap", "OSPFv3_with_AH.pcap":
        real = f"{ROOT}/tests/captures/{real}"
        check(plan_json(f"table --capture {real} --table 64 --queues 2 --key {KEY}")["sa_count"], real)
        check(plan_json(f"key --capture {real} --table 64 --queues 2")["sa_count"], real)


def test_nic_that_cannot(_):
    """What shares an entry whatever is done is said, with what helps."""
    sas = some_sas(random.Random(6), 10)
    with file_of(sas) as file:
        found = plan_json(f"table --sas {file.name} --nic i40e --queues 4 --key {KEY}{KEY[:24]}")
        check(any("does not hash the SPI of esp4" in w and "xdp" in w for w in found["warnings"]), found)
        check(len(found["shared"]) == 10 and len({s["entry"] for s in found["shared"]}) == 2, found)
        ask = f"--sas {file.name} --queues 4"
        refused(f"key {ask} --nic vmxnet3-v6", 1, "does not let the key be set", "xdp")
        refused(f"table {ask} --nic vmxnet3-v6", 1, "does not show the hash key")
        refused(f"table {ask} --nic octeontx2 --key {KEY}00000000", 1, "sequence number")
        refused(f"key {ask} --nic octeontx2", 1, "sequence number")


def test_bad_input(_):
    sas = some_sas(random.Random(7), 4)
    nic = f"--table 128 --queues 4 --key {KEY}"
    with file_of(sas) as file, file_of([], "192.0.2.2 7\n") as bare, file_of([]) as empty, \
            file_of([], "192.0.2.2 7 rate=many\n") as bad:
        for form in "table", "key":
            refused(f"{form} --sas {file.name} {nic} --count 3", 2, "--count")
            refused(f"{form} --sas {file.name} --capture {file.name} {nic}", 2, "not both")
            refused(f"{form} --sas {file.name}", 2, "--nic or --table")
            refused(f"{form} --sas {file.name} --table 4 --queues 8 --key {KEY}", 2, "4 entries")
            refused(f"{form} --sas {file.name} --table 128 --queues 0 --key {KEY}", 2, "--queues 0")
            refused(f"{form} --sas {empty.name} {nic}", 1, "no SA")
            refused(f"{form} --sas {bare.name} {nic}", 1, "from=", "--src")
            refused(f"{form} --sas {bare.name} --src {V6[0]} {nic}", 1, "from=")
            refused(f"{form} --sas {bad.name} {nic}", 1, ":1: ", "not a rate")
            refused(f"{form} --sas /nonexistent {nic}", 1, "/nonexistent")
            refused(f"{form} --capture /nonexistent {nic}", 1, "/nonexistent")
            refused(f"{form} --capture {BUILD}/espalier {nic}", 1, "espalier")
            refused(f"{form} --capture {ROOT}/tests/captures/802.1ad_QinQ.pcap {nic}", 1, "no ESP")
        refused(f"table --sas {file.name} --table 128 --queues 4", 2, "--key")
        refused(f"table --sas {file.name}", 2, "needs --nic or --table, and --queues, and --key")
        refused(f"key --sas {file.name} --table 100 --queues 4", 1, "powers of two")
        found = plan_json(f"table --sas {bare.name} --src {V4[0]} {nic}")
        check(found["sa_count"] == 1 and near(found["floor"], 1), found)
        silent = Sa(V4, 9, 0)
        with file_of([silent]) as file_silent:
            found = plan_json(f"table --sas {file_silent.name} {nic}")
            check(any("count alike" in w for w in found["warnings"]), found)


if __name__ == "__main__":
    lab.main()
