#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""migrate.py SPI DST NEW_SRC NEW_DST REQID [PORT]: changes the addresses of an ESP SA of this namespace, IPv4, by
XFRM_MSG_MIGRATE_STATE, which iproute2 cannot send; with a port to ESP-in-UDP between such ports. Linux 7.3."""
import os
import socket
import struct
import sys

MIGRATE_STATE, ENCAP, ESPINUDP = 41, 4, 2  # XFRM_MSG_MIGRATE_STATE, XFRMA_ENCAP
REQUEST_ACK = 5


def address(text):
    return struct.pack("4s12x", socket.inet_aton(text))


def payload(spi, dst, new_src, new_dst, reqid, port=None):
    family = socket.AF_INET
    selector = struct.pack("=40xH14x", family)  # struct xfrm_selector: whatever goes through it
    body = struct.pack("=16sIHBx", address(dst), socket.htonl(int(spi, 0)), family, socket.IPPROTO_ESP)
    body += address(new_dst) + address(new_src) + bytes(8) + selector
    body += struct.pack("=IIHH", int(reqid), 0, family, 0)
    if port:
        body += struct.pack("=HHHHHxx16x", 28, ENCAP, ESPINUDP, socket.htons(int(port)), socket.htons(int(port)))
    return body


def main():
    body = payload(*sys.argv[1:])
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 6)  # NETLINK_XFRM
    sock.send(struct.pack("=IHHII", 16 + len(body), MIGRATE_STATE, REQUEST_ACK, 1, 0) + body)
    error, = struct.unpack_from("=16xi", sock.recv(65536))
    if error:
        sys.exit(f"migrate.py: {os.strerror(-error)}")


main()
