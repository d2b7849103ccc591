#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""espalier plan as its users call it, verified by a Toeplitz hash of a few lines."""
import ipaddress
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, check

KEY = "6d5a56da255b0ec24167253d43a38fb0d0ca2bcbae7b30b477cb2da38030f20c6a42b73bbeac01fa"
V4, V6 = ("192.0.2.1", "192.0.2.2"), ("2001:db8::1", "2001:db8::2")
TABLE = "--table 128 --queues 4"


def toeplitz(key, data):
    """By the definition: for each bit of the input the 32 bits of the key from there on."""
    bits, size = int.from_bytes(key, "big"), 8 * len(key)
    number, count, total = int.from_bytes(data, "big"), 8 * len(data), 0
    for i in range(count):
        if number >> (count - 1 - i) & 1:
            total ^= bits >> (size - 32 - i) & 0xffffffff
    return total


def packet(src, dst, last):
    return ipaddress.ip_address(src).packed + ipaddress.ip_address(dst).packed + \
        last.to_bytes(4, "big")


def plan(arguments):
    result = subprocess.run([f"{BUILD}/espalier", "plan", *arguments.split()], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    return result.returncode, result.stdout, result.stderr


def plan_json(arguments):
    status, said, errors = plan(arguments + " --json")
    check(status == 0, arguments, errors)
    check(plan(arguments + " --json")[1] == said, "another plan at the second time", arguments)
    found = json.loads(said)
    check(found["version"] == 1, said)
    return found


def refused(arguments, status, *words):
    got, said, errors = plan(arguments)
    check(got == status and not said, f"plan {arguments}: status {got}, not {status}:", said, errors)
    check(errors.startswith("espalier: plan: "), errors)
    for word in words:
        check(word in errors, f"plan {arguments} should say {word}:", errors)


def random_key(draw, size=40):
    return draw.randbytes(size).hex()


def check_spis(found, key, table, src, dst, count):
    """Each on the queue that the plan says, no two alike, evenly."""
    queues, seen = Counter(), set()
    for spi in found["spis"]:
        number = int(spi["spi"], 16)
        slot = toeplitz(bytes.fromhex(key), packet(src, dst, number)) % len(table)
        check((spi["entry"], spi["queue"]) == (slot, table[slot]), "not there", spi, slot)
        check(0xc0000000 <= number <= 0xcfffffff, "out of range", spi)
        queues[spi["queue"]] += 1
        seen.add(number)
    check(len(seen) == len(found["spis"]) == count, "twice the same")
    counts = [queues[queue] for queue in set(table)]
    check(max(counts) - min(counts) <= 1, "uneven", queues)


def test_spi(_):
    draw = random.Random(1)
    for i in range(12):
        src, dst = V4 if i % 2 else V6
        key, queues, size = random_key(draw), draw.randint(1, 16), 32 << draw.randint(0, 4)
        found = plan_json(f"spi --src {src} --dst {dst} --table {size} --queues {queues} "
                          f"--key {key} --count 100")
        check_spis(found, key, [entry % queues for entry in range(size)], src, dst, 100)


def test_spi_of_a_file(_):
    """A table and a key as ethtool -x prints them, read from the model of a NIC by ethtool."""
    shown = subprocess.run(
        ["ethtool", "-x", "nic0"], text=True, stdout=subprocess.PIPE, check=True,
        env={**os.environ, "LC_ALL": "C", "ESPALIER_MODEL": "nic0:bnxt:6",
             "LD_PRELOAD": f"{BUILD}/tests/preload/libethtool-model.so"}).stdout
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(shown)
        file.flush()
        arguments = f"spi --src {V4[0]} --dst {V4[1]} --count 24 --table {file.name}"
        lines = [line.split(":") for line in shown.splitlines()]
        table = [int(queue) for line in lines if len(line) == 2 and line[0].strip().isdigit()
                 for queue in line[1].split()]
        check(len(set(table)) == 6, shown)
        check_spis(plan_json(arguments), KEY, table, *V4, 24)
        found = plan_json(arguments + " --nic bnxt")
        check(found["command"] == "ethtool -N IF rx-flow-hash esp4 sdfn", "command", found)
        check_spis(found, KEY, table, *V4, 24)
        refused(arguments + " --queues 4", 2, "names queue")


def test_ports(_):
    for src, dst in V4, V6:
        found = plan_json(f"spi --ports --src {src} --dst {dst} --nic mlx5 --table 128 --queues 4 "
                          f"--key {KEY} --count 64")
        # mlx5 hashes both directions alike: source or destination, then one xor the other; ports too.
        a, b = (int(ipaddress.ip_address(x)) for x in (src, dst))
        size = len(ipaddress.ip_address(src).packed)
        both = (a | b).to_bytes(size, "big") + (a ^ b).to_bytes(size, "big")
        for port in found["ports"]:
            number = port["port"]
            data = both + ((number | 4500) << 16 | number ^ 4500).to_bytes(4, "big")
            slot = toeplitz(bytes.fromhex(KEY), data) % 128
            check((port["entry"], port["queue"]) == (slot, slot % 4), "slot:", port, slot)
        check(Counter(port["queue"] for port in found["ports"]) == {q: 16 for q in range(4)}, "uneven", found)
        check(len({port["port"] for port in found["ports"]}) == 64, "twice", found)


def test_spi_bad_input(_):
    pair = f"spi --src {V4[0]} --dst {V4[1]}"
    ask = f"{pair} --key {KEY} --count 8"
    refused("", 2, "needs")
    refused("spy", 2, "spy")
    refused(f"{ask} --nic nosuch --queues 4", 1, "nosuch", "espalier models")
    refused(f"{ask} --nic mlx6 --queues 4", 1, "did you mean mlx5")
    refused(f"{ask} --table 128 --queues 0", 2, "--queues 0")
    refused(f"{ask} --table 128", 2, "--queues")
    refused(f"{ask} --table 4 --queues 8", 2, "more than the 4 entries")
    refused(f"{ask} --table 100 --queues 4", 1, "powers of two")
    refused(f"{ask} --queues 4", 2, "--nic or --table")
    refused(f"{ask} --nic mlx5 --queues 1000", 2, "at most")
    refused(f"{ask} --table /nonexistent --queues 4", 1, "/nonexistent")
    refused(f"{ask} --table /dev/null --queues 4", 1, "ethtool -x")
    refused(f"{ask} --table {BUILD}/espalier --queues 4", 1, "no indirection table")
    refused(f"{ask} {TABLE} --range 0x1000-0x1002", 1, "of 4 queues", "--range")
    refused(f"{ask} {TABLE} --range 0x1000-0x1002 --queue 1", 1, "--range")
    refused(f"{ask} {TABLE} --range 200-300", 2, "0x100")
    for bad in "300-200", "300", "-", "x-y", "300-", "0x100-0x100000000":
        refused(f"{ask} {TABLE} --range={bad}", 2, "--range")
    refused(f"{ask} {TABLE} --queue 7", 2, "--queue 7")
    refused(f"{pair} --key {KEY} --count 0 {TABLE}", 2, "--count 0")
    refused(f"{pair} --count 8 {TABLE}", 2, "--key")
    refused(f"{pair} --count 8 {TABLE} --key xyz", 2, "--key xyz")
    refused(f"{pair} --count 8 {TABLE} --key 6d5a", 2, "too short")
    refused(f"spi --src {V6[0]} --dst {V6[1]} --count 8 {TABLE} --key {KEY[:40]}", 1, "IPv6")
    refused(f"spi --src {V4[0]} --dst {V6[1]} --count 8 {TABLE} --key {KEY}", 2, "IPv6")
    refused(f"{ask} --nic ena --queues 4", 1, "does not hash the SPI", "xdp")
    refused(f"{pair} --count 8 --nic vmxnet3-v4 --queues 4", 1, "does not show the hash key")
    refused(f"{pair} --count 8 --key {KEY}00000000 --nic octeontx2 --queues 4", 1, "sequence number")
    refused(f"{pair} --count 70000 --ports --key {KEY} {TABLE}", 1, "ports")
    # A key that is 0 wherever the SPI meets it.
    refused(f"{pair} --count 8 {TABLE} --key {'01' * 8}{'00' * 32}", 1, "1 of 4 queues", "hkey")


if __name__ == "__main__":
    lab.main()
