#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
# Beside others: it waits more than it works.
"""SIGHUP: settings are read again, under traffic, without a packet lost or late."""
import os
import signal
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, check, wait_for

FIRST, SAS = 0x1000, 16
SPIS = range(FIRST, FIRST + SAS)


class Settings:
    """A daemon with a file of settings in the gateway."""

    def __init__(self, host, **keys):
        self.host = host
        self.directory = tempfile.TemporaryDirectory()
        self.path = f"{self.directory.name}/espalier.conf"
        self.log_path = f"{self.directory.name}/log"
        self.write(**keys)
        with open(self.log_path, "w") as log:
            self.process = host.start("b", [f"{BUILD}/espalier", "run", "--config", self.path],
                                      stderr=log, stdout=log)
        wait_for(lambda: "ready:" in self.log() or self.process.poll() is not None, "the daemon")
        check(self.process.poll() is None, "it ended:", self.log())

    def write(self, **keys):
        with open(self.path, "w") as file:
            file.writelines(f"{key.replace('_', '-')} = {value}\n" for key, value in keys.items())

    def log(self):
        with open(self.log_path) as file:
            return file.read()

    def reload(self, word, **keys):
        """Other settings; waits for what is said of them."""
        if keys:
            self.write(**keys)
        before = self.log().count(word)
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.log().count(word) > before, f"the word '{word}'")
        check(self.process.poll() is None, "it ended:", self.log())


def cpus_of(host):
    return {sa["cpu"] for sa in host.shown().values()}


def move_to(host, cpu):
    return host.espalier("move", hex(FIRST), str(cpu), check=False)


def cpus_change(host, interval, come_back):
    """SAs leave a CPU that is no longer named, and come back to it, in order."""
    both, last = ",".join(map(str, CPUS[:2])), str(CPUS[1])
    host.add_sas(SPIS, wait=False)
    settings = Settings(host, interfaces="eb", cpus=both, interval=interval)
    wait_for(lambda: cpus_of(host) == set(CPUS[:2]), "SAs on both CPUs")
    with host.receiver("--spi", FIRST, "--sas", SAS) as receiver:
        sender = host.start("a", [f"{BUILD}/lab/espgen", "--dev", "ea", "--sas", str(SAS), "--spi",
                                  str(FIRST), "--pps", "8000", "--count", "80000", "--json"],
                            stdout=-1)
        settings.reload("espalier.conf again", interfaces="eb", cpus=last, interval=interval)
        wait_for(lambda: cpus_of(host) == {CPUS[1]}, "all on the other CPU")
        check(move_to(host, CPUS[0]).returncode, "moved to a CPU that is not ours")
        settings.reload("espalier.conf again", interfaces="eb", cpus=both, interval=interval)
        come_back(host)
        wait_for(lambda: CPUS[0] in cpus_of(host), "SAs on the first CPU again")
        sender.wait()
    check(receiver.result["packets"] == 80000, "lost:", receiver.result["packets"])
    check(receiver.result["late"] <= 7 * SAS, "late:", receiver.result["late"])
    check(sum(sa["moves"] for sa in host.shown().values()) >= SAS / 2, "moves")


def test_cpus(host):
    """By hand: whether a round moves SAs there is for the other work on the CPUs to say. The SA may
    still be on its way: rounds are quick."""
    cpus_change(host, 100, lambda host: wait_for(
        lambda: not move_to(host, CPUS[0]).returncode, "a move by hand"))


def test_cpus_without_rounds(host):
    """New SAs: they go where the fewest are."""
    new = range(FIRST + 0x100, FIRST + 0x104)
    cpus_change(host, 0, lambda host: host.add_sas(new, wait=False))


def test_mistakes_change_nothing(host):
    """A file with a mistake, a CPU that is not there, no interface: said, and all goes on."""
    both = ",".join(map(str, CPUS[:2]))
    settings = Settings(host, interfaces="eb", cpus=both, stray_limit=1000)
    before = host.show()["settings"]
    for word, keys in (("line 2", {"interfaces": "eb", "colour": "blue"}),
                       ("no CPU 1000 online", {"interfaces": "eb", "cpus": "1000"}),
                       ("names no interface", {"cpus": both}),
                       ("interval 3: neither", {"interfaces": "eb", "interval": 3}),
                       ("inner 1000: this machine has no CPU", {"interfaces": "eb", "inner": "1000"}),
                       ("inner auto: not with interval 0",
                        {"interfaces": "eb", "inner": "auto", "interval": 0})):
        settings.reload(word, **keys)
        check(host.show()["settings"] == before, "changed:", word, host.show()["settings"])
        check(len(host.show()["interfaces"]) == 1, "interfaces:", word)
    os.unlink(settings.path)
    settings.reload("nothing is changed")
    settings.reload("espalier.conf again", interfaces="eb", cpus=both, stray_limit=2000)
    check(host.show()["settings"]["stray_limit"] == 2000, "settings:", host.show()["settings"])


def write_sas(path, spis):
    with open(path, "w") as file:
        file.writelines(f"{lab.GATEWAY} {spi:#x}\n" for spi in spis)


def test_sas_replaced_at_once(host):
    """All SAs of a full table give way to others: these need not wait for the next resync."""
    most = 256
    first, second = range(0x1000, 0x1000 + most), range(0x8000, 0x8000 + most)
    with tempfile.TemporaryDirectory() as directory:
        path = f"{directory}/sas"
        write_sas(path, first)
        settings = Settings(host, interfaces="eb", sas=path, max_sas=most, resync=3600)
        wait_for(lambda: set(host.shown()) == set(first), "the SAs of the file")
        write_sas(path, second)
        settings.process.send_signal(signal.SIGHUP)
        wait_for(lambda: set(host.shown()) == set(second), "the SAs of the file that took its place")
        check(host.show()["table"]["no_place"] == 0, "SAs without a place:", host.show()["table"])


def test_what_is_fixed(host):
    """What would need new maps stays, and that is said."""
    both = ",".join(map(str, CPUS[:2]))
    settings = Settings(host, interfaces="eb", cpus=both)
    settings.reload("ring stays as it was", interfaces="eb", cpus=both, ring=64, method="rps")
    check("method stays as it was" in settings.log(), "said:", settings.log())
    check(host.show()["settings"]["ring"] == 512, "ring:", host.show()["settings"])
    check(host.show()["interfaces"][0]["method"] == "xdp", "method")


def test_interfaces(host):
    """One more, one less."""
    both = ",".join(map(str, CPUS[:2]))
    host.add_side("c", "198.51.100.1/24", "198.51.100.2/24")
    settings = Settings(host, interfaces="eb", cpus=both)
    settings.reload("bc: steering", interfaces="eb bc", cpus=both)
    check([i["interface"] for i in host.show()["interfaces"]] == ["eb", "bc"], "both")
    settings.reload("eb is no longer named", interfaces="bc", cpus=both)
    wait_for(lambda: [i["interface"] for i in host.show()["interfaces"]] == ["bc"], "one")
    check("xdp" not in host.sh("b", "ip link show eb"), "a program is left on eb")


def test_nothing_to_read(host):
    """SIGHUP without a file, and with a bad one: the log says what came of it."""
    process = host.daemon("--cpus", ",".join(map(str, CPUS)))
    process.send_signal(signal.SIGHUP)
    wait_for(lambda: "neither --config nor --sas" in host.log, "a line")
    host.espalier("stop")
    process.wait(20)
    with tempfile.NamedTemporaryFile("w") as file:
        process = host.daemon("--cpus", ",".join(map(str, CPUS)), "--sas", file.name)
        file.write("nonsense\n")
        file.flush()
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: "the SAs of it stay as they are" in host.log, "a line")


lab.main()
