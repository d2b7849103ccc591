#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""simulate and plan for the NIC of this machine: key, table, queues and hash fields as its driver tells."""
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
from test_ethtool_models import Nic
from test_plan import V4, packet, toeplitz
from test_simulate import Packet, packets_of, write

DRAW = random.Random(15)
SPIS = DRAW.sample(range(0xc0000000, 0xd0000000), 40)


def espalier(*arguments, nic=None):
    """On a machine whose nic0 is @nic."""
    more = {} if nic is None else {
        "ESPALIER_MODEL": nic.model, "ESPALIER_MODEL_STATE": nic.state.name,
        "LD_PRELOAD": f"{BUILD}/tests/preload/libethtool-model.so"}
    done = subprocess.run([f"{BUILD}/espalier", *map(str, arguments)], text=True, capture_output=True,
                          env={**os.environ, **more})
    return done.returncode, done.stdout, done.stderr


def asked(*arguments, nic=None):
    status, said, errors = espalier(*arguments, "--json", nic=nic)
    check(status == 0, arguments, errors)
    return json.loads(said)


def set_up(nic):
    """A key and a table that are no driver's, set by the real ethtool(8). The key, and the table."""
    key = DRAW.randbytes(40)
    nic.done("-X", "hkey", key.hex(":"))
    nic.done("-X", "weight", 40, 4, 16, 4)
    nic.done("-N", "rx-flow-hash", "esp4", "sdfn")
    return key, [0] * 320 + [1] * 32 + [2] * 128 + [3] * 32


def capture():
    return write([Packet(*V4, spi) for spi in SPIS for _ in range(spi % 5 + 1)])


def expected(key, table, queues=4):
    """Packets by queue, by the definition of the hash."""
    counted = Counter()
    for spi in SPIS:
        counted[table[toeplitz(key, packet(*V4, spi)) % len(table)]] += spi % 5 + 1
    return [counted[queue] for queue in range(queues)]


def test_simulate_interface(_):
    with Nic("bnxt") as nic:
        key, table = set_up(nic)
        found = asked("simulate", capture(), "--nic", "nic0,bnxt+sdfn", nic=nic)
        nic0, model = found["results"][:2]
        check((nic0["model"], nic0["nic"], nic0["queue_count"]) == ("bnxt", "nic0", 4), nic0)
        check(packets_of(nic0) == expected(key, table), "not where this NIC puts them", packets_of(nic0))
        check((model["model"], model["nic"]) == ("bnxt+sdfn", None), model)
        check(packets_of(model) != packets_of(nic0), "the model has the NIC's key", model)
        check(not [w for w in found["warnings"] if "nic0" in w], found["warnings"])
        # With other queues the driver fills the table anew; key and fields stay.
        found = asked("simulate", capture(), "--nic", "nic0", "--queues", "2,4", nic=nic)
        check(packets_of(found["results"][0]) == expected(key, [0, 1] * 256, 2), "two queues", found)
        check(packets_of(found["results"][1]) == expected(key, table), "four queues", found)
        said = espalier("simulate", capture(), "--nic", "nic0", nic=nic)[1]
        check('nic0: model bnxt with what its driver "bnxt_en" tells: 4 queues, a table of 512 entries, its key' in said,
              said)
        # Not told to hash the SPI, all are on one queue; "+sdfn" tells it.
        nic.done("-N", "rx-flow-hash", "esp4", "sd")
        found = asked("simulate", capture(), "--nic", "nic0,nic0+sdfn", nic=nic)["results"]
        check(sorted(packets_of(found[0]))[:3] == [0, 0, 0], "by addresses", found[0])
        check(packets_of(found[1]) == expected(key, table) and found[1]["model"] == "bnxt+sdfn", found[1])


def test_what_is_not_told(_):
    """Of a driver that hides its key or table, or answers otherwise, that is said."""
    for model, words in (("vmxnet3-v4", "does not show its key"), ("enic", "does not show its table")):
        with Nic(model) as nic:
            found = asked("simulate", capture(), "--nic", "nic0", nic=nic)
            check(any(words in w for w in found["warnings"]), model, found["warnings"])
    with Nic("iavf") as nic:
        nic.done("-N", *"flow-type esp4 src-ip 192.0.2.1 dst-ip 192.0.2.2 spi 0x1000 action 2".split())
        found = asked("simulate", capture(), "--nic", "nic0", nic=nic)
        check(any("1 rule of the NIC is left out" in w for w in found["warnings"]), found["warnings"])


def test_report(_):
    """The same from a file; one that names queues it has not is refused."""
    with tempfile.TemporaryDirectory() as directory:
        path, other = f"{directory}/nic", f"{directory}/other"
        status, _, errors = espalier("inspect", "--model", "bnxt", "--report", path)
        check(status == 0, errors)
        with open(path) as file:
            said = json.load(file)

        def write_other():
            with open(other, "w") as file:
                json.dump(said, file)

        key = DRAW.randbytes(40)
        queues = said["claim"]["queues"]
        table = [DRAW.randrange(queues) for _ in said["report"]["table"]]
        said["report"].update(key=key.hex(":"), table=table)
        said["claim"]["fields"].update(ah_esp4="sdfn")
        write_other()
        found = asked("simulate", capture(), "--nic", other)["results"][0]
        check((found["model"], found["nic"], found["queue_count"]) == ("bnxt", other[-47:], queues), found)
        check(packets_of(found) == expected(key, table, queues), "not as the report says", found)
        said["claim"]["fields"].update(udp4="EINVAL")
        write_other()
        found = asked("simulate", capture(), "--nic", other)
        check(any("unlike model bnxt (udp4)" in w for w in found["warnings"]), found["warnings"])
        said["report"]["table"][7] = queues
        write_other()
        status, said_text, errors = espalier("simulate", capture(), "--nic", other)
        check(status == 1 and not said_text and f"names queue {queues}, and it has {queues} queues" in errors, errors)
        said.update(driver="unheard_of")
        write_other()
        status, _, errors = espalier("simulate", capture(), "--nic", other)
        check(status == 1 and 'no model of its driver "unheard_of"; name one that is like it' in errors, errors)


def test_plan(_):
    """Table, key and queues of the NIC, and its name in the commands."""
    with Nic("bnxt") as nic, tempfile.NamedTemporaryFile("w", suffix=".sas") as sas:
        key, table = set_up(nic)
        sas.write("".join(f"{V4[1]} {spi:#x} from={V4[0]} rate={spi % 5 + 1}\n" for spi in SPIS))
        sas.flush()
        found = asked("plan", "table", "--sas", sas.name, "--nic", "nic0", nic=nic)
        load = expected(key, table)
        check(found["command"] is None and found["entries"] == 512, found)
        check(abs(found["before"] - max(load) / sum(load)) < 1e-4, "not the table as it is", found, load)
        check(found["apply"].startswith("ethtool -X nic0 weight "), found["apply"])
        nic.done(*found["apply"].replace("ethtool ", "").replace("nic0 ", "").split())  # it is taken
        again = asked("simulate", capture(), "--nic", "nic0", nic=nic)["results"][0]
        check(abs(max(packets_of(again)) / sum(load) - found["after"]) < 0.03, "not what was planned", again, found)
        nic.done("-N", "rx-flow-hash", "esp4", "sd")
        nic.done("-X", "equal", 4)
        nic.done("-X", "hkey", ":".join(["00"] * 40))  # under which all SAs share an entry
        found = asked("plan", "key", "--sas", sas.name, "--nic", "nic0", nic=nic)
        check(found["command"] == "ethtool -N nic0 rx-flow-hash esp4 sdfn", found["command"])
        check(found["apply"].startswith("ethtool -X nic0 hkey "), found["apply"])
        found = asked("plan", "table", "--sas", sas.name, "--nic", "nic0", "--key", "microsoft", "--queues", 2,
                      "--table", 128, nic=nic)
        check(found["entries"] == 128 and len(found["queues"]) == 2, "an option does not go before", found)
    with Nic("veth") as nic:
        status, _, errors = espalier("plan", "spi", "--src", V4[0], "--dst", V4[1], "--count", 2, "--nic", "nic0", nic=nic)
        check(status == 1 and "no indirection table" in errors, errors)


def test_no_nic(host):
    """What is no NIC, or of a driver without a model: what to do."""
    host.sh("b", "ip link add br7 type bridge; ip link set eb master br7; ip link add ifb7 type ifb")
    for name, words in (("br7", "name the device below it: eb"), ("ifb7", 'no model of its driver "ifb"; \'espalier inspect ifb7'),
                        ("lo", "lo is the loopback"), ("eth77", "no interface here, no file, and no such model"),
                        ("/etc/passwd", "give what 'espalier inspect IF --report FILE' wrote")):
        for verb in (["simulate", "--made", "sas=4,packets=100"], ["plan", "spi", "--src", *V4[:1], "--dst", V4[1], "--count", "2"]):
            done = host.espalier(*verb, "--nic", name, check=False)
            check(done.returncode == 1 and words in done.stderr and done.stderr.count("\n") == 1, name, done.stderr)
    # A real one, without a preload: the NIC of a veth has a model.
    found = json.loads(host.espalier("simulate", "--made", "sas=4,packets=100", "--nic", "eb", "--json").stdout)
    check((found["results"][0]["model"], found["results"][0]["nic"]) == ("veth", "eb"), found["results"][0])


if __name__ == "__main__":
    lab.main()
