#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""UDP to ports, each datagram answered.

echo.py answer ADDRESS PORT...      answers until killed; prints "ready"
echo.py ask ADDRESS COUNT PORT...   COUNT datagrams to each port, and waits for the answers until none came for
                                    two seconds; prints "sent N answered N"
"""
import select
import socket
import sys

PAUSE, IDLE = 0.02, 2


def answer(address, ports):
    sockets = []
    for port in ports:
        sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sockets[-1].bind((address, port))
    print("ready", flush=True)
    while True:
        for ready in select.select(sockets, [], [])[0]:
            data, peer = ready.recvfrom(2048)
            ready.sendto(data, peer)


def take(sockets, seconds):
    """How many answers came until none did for so long."""
    taken = 0
    while ready := select.select(sockets, [], [], seconds)[0]:
        taken += sum(len(sock.recv(2048)) > 0 for sock in ready)
    return taken


def ask(address, count, ports):
    sockets, answered = [], 0
    for port in ports:
        sockets.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        sockets[-1].connect((address, port))
    for number in range(count):
        for sock in sockets:
            sock.send(b"number %d" % number)
        answered += take(sockets, PAUSE)
    print("sent", count * len(ports), "answered", answered + take(sockets, IDLE))


if sys.argv[1] == "answer":
    answer(sys.argv[2], list(map(int, sys.argv[3:])))
else:
    ask(sys.argv[2], int(sys.argv[3]), list(map(int, sys.argv[4:])))
