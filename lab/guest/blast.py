#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""blast.py [SRC DST]...: UDP from each SRC to its DST in turn, as fast as it goes, until killed.
Without addresses it holds the sockets that take them, so that nobody answers with ICMP."""
import signal
import socket
import sys

PORT, SIZE = 9, 64


def sink():
    holders = [socket.socket(family, socket.SOCK_DGRAM)
               for family in (socket.AF_INET, socket.AF_INET6)]
    holders[1].setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    for holder in holders:
        holder.bind(("", PORT))
    while holders:
        signal.pause()


def blast(addresses):
    sockets = []
    for source, destination in zip(addresses[::2], addresses[1::2]):
        sock = socket.socket(socket.AF_INET6 if ":" in source else socket.AF_INET,
                             socket.SOCK_DGRAM)
        sock.bind((source, 0))
        sock.connect((destination, PORT))
        sockets.append(sock)
    data = bytes(SIZE)
    while True:
        for sock in sockets:
            try:
                sock.send(data)
            except OSError:
                pass  # no buffer for a moment


if len(sys.argv) > 1:
    blast(sys.argv[1:])
else:
    sink()
