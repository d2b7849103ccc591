#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A flood of random SPIs beside known SAs that keep their CPU four fifths busy: it is confined, and no
known packet is lost. Strays through the SAs' own ring would cost some; RPS is printed beside.
Floods of IKE beside a peer's exchange: that is answered, with the same flood without Espalier beside."""
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../lab"))
import lab
from lab import BUILD, CPUS, GATEWAY, GATEWAY6, PEER, PEER6, Failed, Noise, Skipped, check, wait_for

FIRST, SAS, WORK_NS, SECONDS = 0x1000, 8, 50000, 4
SPIS = range(FIRST, FIRST + SAS)
ALL = ",".join(map(str, CPUS[:2]))
FLOOD_SPIS = range(0x90000000, 0x90000000 + 2048)
TRIES = 3  # of what other work on the machine can spoil: a CPU that was taken away for a while


def generator(host, *arguments):
    return host.start("a", [f"{BUILD}/lab/espgen", "--dev", "ea", "--cpus", str(CPUS[0]), "--json",
                            *map(str, arguments)], stdout=subprocess.PIPE)


def receiver(host):
    """Each packet of a known SA takes its time where it is decrypted."""
    return host.receiver("--spi", FIRST, "--sas", SAS, "--work", WORK_NS)


def known(host, *arguments):
    return generator(host, "--sas", SAS, "--spi", FIRST, "--mode", "packet", *arguments)


def sent_by(process):
    return json.loads(process.communicate()[0])["sent"]


def capacity(host):
    """Packets a second that the SAs' CPU takes with this work, by giving it too many."""
    with receiver(host) as seen:
        began = time.monotonic()
        known(host, "--seconds", 3, "--pps", int(3e9 / WORK_NS)).wait()
        seconds = time.monotonic() - began
    return seen.result["packets"] / seconds


def lost_beside(host, rate, *flood):
    """Of the known packets at this rate beside a flood: how many were lost; and the flood's rate."""
    with receiver(host) as seen:
        flooding = generator(host, "--seconds", SECONDS + 2, "--nice", "5", *flood)
        time.sleep(1)
        sender = known(host, "--count", int(rate * SECONDS), "--pps", int(rate))
        sent = sent_by(sender)
        strays = sent_by(flooding) / (SECONDS + 2)
    return sent - sum(seen.packets_of(spi) for spi in SPIS), sent, strays


def test_flood(host):
    if len(CPUS) < 2:
        raise Skipped("one CPU: nowhere to confine strays to")
    host.add_sas(SPIS, wait=False)
    options = ("--cpus", ALL, "--stray-cpus", str(CPUS[0]), "--ring", "8192")
    daemon = host.daemon(*options)
    host.await_sas(SPIS)
    check({sa["cpu"] for sa in host.shown().values()} == {CPUS[1]}, "SAs and strays share a CPU")
    most = capacity(host)
    rate = 0.8 * most
    for _ in range(TRIES):
        strays_before = host.show()["strays"]["packets"]
        lost, sent, flood = lost_beside(host, rate, "--flood")
        if not lost:
            break
    check(host.show()["strays"]["packets"] - strays_before > sent, "not much of a flood")
    check(lost == 0, "known packets lost beside a flood:", lost, "of", sent)
    daemon.terminate()
    daemon.wait()
    # The same flood through the ring of the SAs: its SPIs are SAs on their CPU.
    with tempfile.TemporaryDirectory() as directory:
        spis, sas = f"{directory}/spis", f"{directory}/sas"
        with open(spis, "w") as file:
            file.writelines(f"{spi:#x}\n" for spi in FLOOD_SPIS)
        with open(sas, "w") as file:
            file.writelines(f"{GATEWAY} {spi:#x} esp 32 {CPUS[1]}\n" for spi in FLOOD_SPIS)
        daemon = host.daemon(*options, "--sas", sas)
        through, _, _ = lost_beside(host, rate, "--sas", len(FLOOD_SPIS), "--spi-list", spis)
        daemon.terminate()
        daemon.wait()
    check(through > 0, "a flood through the SAs' ring cost nothing: the test shows nothing")
    host.daemon("--method", "rps", "--cpus", ALL)
    rps, _, _ = lost_beside(host, rate, "--flood")
    return (f"{flood / rate:.1f} strays for each known packet: lost of {sent}: {lost}; through the "
            f"SAs' ring {through}; with RPS {rps}")


# The exchange of a peer: a request each 5 ms, to a server that hears the peer only, so that what is lost
# is lost before its socket.
SERVER = """
import ctypes, socket, struct, sys
local, peer, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
family = socket.AF_INET6 if ":" in local else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
at, word = (20, 12) if family == socket.AF_INET6 else (12, 0)  # the source's last word
want, = struct.unpack(">I", socket.inet_pton(family, peer)[word:word + 4])
code = b"".join(struct.pack("HBBI", *i) for i in (
    (0x20, 0, 0, 0xfff00000 + at), (0x15, 0, 1, want), (0x06, 0, 0, 65535), (0x06, 0, 0, 0)))
room = ctypes.create_string_buffer(code)
s.setsockopt(socket.SOL_SOCKET, 26, struct.pack("HL", 4, ctypes.addressof(room)))  # SO_ATTACH_FILTER
s.bind((local, port))
print("ready", flush=True)
while True:
    data, where = s.recvfrom(2048)
    s.sendto(data, where)
"""
CLIENT = """
import socket, struct, sys, time
local, peer, port, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
s = socket.socket(socket.AF_INET6 if ":" in local else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((local, port))
s.setblocking(False)
marker = bytes(4) if port == 4500 else b""
answered, end = set(), None
for number in range(count + 100):
    if number < count:
        s.sendto(marker + struct.pack(">QQIII", 1, 2, 0x21202508, number, 28), (peer, port))
    time.sleep(0.005)
    try:
        while True:
            answered.add(struct.unpack_from(">I", s.recv(2048), len(marker) + 20)[0])
    except BlockingIOError:
        pass
print(len(answered))
"""
EXCHANGES = 600


def exchange(host, peer, gateway, port):
    """How many of a peer's requests were answered."""
    python = ["/usr/bin/python3", "-c"]
    server = host.start("b", [*python, SERVER, gateway, peer, str(port)], stdout=subprocess.PIPE)
    check(server.stdout.readline().strip() == "ready", "the server is not ready")
    answered = int(host.run("a", [*python, CLIENT, peer, gateway, str(port), str(EXCHANGES)]).stdout)
    server.kill()
    server.wait()
    return answered


def beside_flood(host, peer, gateway, port, source, sources):
    """The same beside a flood from so many sources, and the flood's size."""
    flooding = generator(host, "--kind", "ike-natt" if port == 4500 else "ike", "--src", source,
                         "--dst", gateway, "--pairs", sources, "--seconds", 7, "--nice", "5")
    time.sleep(1)
    return exchange(host, peer, gateway, port), sent_by(flooding)


def flood_of_ike(host, *flood, known=True, limit=0):
    """Once with Espalier, once without; nothing of the exchange may be lost on a ring."""
    if len(CPUS) < 2:
        raise Skipped("one CPU: nowhere to confine anything to")
    peer = flood[0]
    if known:
        host.add_sas([FIRST], src=peer, dst=flood[1], wait=False)
    daemon = host.daemon("--cpus", ALL, "--stray-cpus", str(CPUS[0]), "--ike-cpu", str(CPUS[1]),
                         "--stray-limit", str(limit))
    if known:
        host.await_sas([FIRST])
        time.sleep(0.5)  # until its peer is known too
    answered, sent = beside_flood(host, *flood)
    now = host.show()
    daemon.terminate()
    daemon.wait()
    without, _ = beside_flood(host, *flood)
    through, limited = now["ike_over"]["packets"], now["drops"]["stray_limit"]
    over, within = through + limited, now["ike"]["packets"]
    seen = (f"of {EXCHANGES} requests beside {sent / 1e6:.1f} M packets of IKE answered: {answered}; "
            f"without Espalier {without}; {over} were over their share")
    check(over > 10 * within, "the flood was not kept from the IKE ring:", within, over)
    check(limited > through if limit else not limited, "limited:", limited, "of", over)
    if answered < 0.9 * EXCHANGES and without >= 0.9 * EXCHANGES:
        raise Failed(f"requests were lost: {seen}")
    if now["drops"]["ike_rings"] or answered < 0.9 * EXCHANGES:
        raise Noise(f"the IKE ring lost {now['drops']['ike_rings']} packets; {seen}")
    return seen


def test_ike_flood_of_one_source(host):
    """Who floods has its share; a stranger's exchange is not lost."""
    return flood_of_ike(host, PEER, GATEWAY, 500, "192.0.2.77", 1, known=False)


def test_ike_flood_of_many_sources(host):
    """Of addresses that are made up: strangers are lost among them, a peer is not."""
    return flood_of_ike(host, PEER, GATEWAY, 500, "198.18.0.1", 30000)


def test_ike_flood_in_udp_4500(host):
    return flood_of_ike(host, PEER, GATEWAY, 4500, "198.18.0.1", 30000)


def test_ike_flood_with_a_limit(host):
    """--stray-limit is for IKE over its share too: for the sake of the server's socket."""
    return flood_of_ike(host, PEER, GATEWAY, 500, "198.18.0.1", 30000, limit=1000)


def test_ike_flood_v6(host):
    return flood_of_ike(host, PEER6, GATEWAY6, 500, "2001:db8:1::1000", 30000)


lab.main()
