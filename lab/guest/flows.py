#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Many inner flows, and whether each keeps its order.

flows.py send SRC DST FLOWS SECONDS   UDP from SRC to DST in FLOWS flows, each packet numbered, in bursts of
                                      one packet a flow; prints "sent N"
flows.py receive DST FLOWS            takes them until stdin ends, and what comes for a second more; prints
                                      "received N late N": late ones came after a later one of their flow
"""
import select
import socket
import struct
import sys
import time

PORT, FIRST_SOURCE, PAUSE, SIZE = 9, 20000, 0.02, 256
SO_RCVBUFFORCE = 33


def send(source, destination, flows, seconds):
    sockets = []
    for flow in range(flows):
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind((source, FIRST_SOURCE + flow))
        sock.connect((destination, PORT))
        sockets.append(sock)
    end, number = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        number += 1
        packet = struct.pack("!Q", number).ljust(SIZE, b"\0")
        for sock in sockets:
            sock.send(packet)
        time.sleep(PAUSE)
    print("sent", number * flows, flush=True)


def receive(address, flows):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    sock.bind((address, PORT))
    last, received, late, end = [0] * flows, 0, 0, None
    print("ready", flush=True)
    while end is None or time.monotonic() < end:
        for ready in select.select([sock] + ([sys.stdin] if end is None else []), [], [], 0.2)[0]:
            if ready is sys.stdin:
                end = time.monotonic() + 1
                continue
            data, peer = sock.recvfrom(2048)
            flow, number = peer[1] - FIRST_SOURCE, struct.unpack("!Q", data[:8])[0]
            received += 1
            late += number < last[flow]
            last[flow] = max(last[flow], number)
    print("received", received, "late", late, flush=True)


if sys.argv[1] == "send":
    send(sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
else:
    receive(sys.argv[2], int(sys.argv[3]))
