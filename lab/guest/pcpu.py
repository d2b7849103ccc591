#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""pcpu.py SPI CPU [PORT]: makes a per-CPU SA (RFC 9611) of one in this namespace: the same, with
XFRMA_SA_PCPU, which iproute2 6.1 cannot set. Linux 6.13, and Debian's 6.12 by a backport. CPU "-":
without. PORT: its encapsulation has this source port, 0 for any.

pcpu.py SPI - --larval NEW, then pcpu.py SPI CPU --fill NEW: allocspi of NEW, and this filled in as such
a one, as IKE does. (A direction, without which there is no number, must be there from the beginning.)"""
import os
import socket
import struct
import sys

NEWSA, DELSA, GETSA, ALLOCSPI, UPDSA, ERROR, DONE = 0x10, 0x11, 0x12, 0x16, 0x1a, 2, 3
REQUEST, ACK, DUMP, EXCL, CREATE = 1, 4, 0x300, 0x200, 0x400
SA_INFO, SPI_AT, FAMILY_AT, PROTO_AT = 224, 56 + 16, 212, 56 + 20  # struct xfrm_usersa_info
NOT_OURS = {26}  # XFRMA_LASTUSED: the kernel's to say
DIR, PCPU, DIR_IN = 33, 35, 1  # XFRMA_SA_DIR, without which the kernel takes no PCPU
ENCAP = 4  # XFRMA_ENCAP, struct xfrm_encap_tmpl: type, source port, destination port, address


def request(sock, kind, flags, payload):
    sock.send(struct.pack("=IHHII", 16 + len(payload), kind, flags | REQUEST, 1, 0) + payload)


def acknowledged(sock):
    _, kind, _, _, _, error = struct.unpack_from("=IHHIIi", sock.recv(65536))
    if kind != ERROR or error:
        sys.exit(f"pcpu.py: {os.strerror(-error)}")


def messages(sock):
    while True:
        data, at = sock.recv(65536), 0
        while at < len(data):
            size, kind = struct.unpack_from("=IH", data, at)
            if kind in (DONE, ERROR):
                return
            yield data[at + 16:at + size]
            at += (size + 3) & ~3


def changed(attributes, unwanted, port):
    kept, at = b"", 0
    while at < len(attributes):
        size, kind = struct.unpack_from("=HH", attributes, at)
        one = attributes[at:at + ((size + 3) & ~3)]
        if kind == ENCAP and port is not None:
            one = one[:6] + struct.pack("!H", port) + one[8:]
        if kind not in unwanted:
            kept += one
        at += (size + 3) & ~3
    return kept


def bring(sock, how, spi, info, attributes):
    """An SA of the same addresses comes: larval first, then filled in."""
    if how == "--larval":
        direction = struct.pack("=HHB3x", 5, DIR, DIR_IN)
        request(sock, ALLOCSPI, 0, info + struct.pack("=II", spi, spi) + direction)
        kind, error = struct.unpack_from("=4xH10xi", sock.recv(65536))
        if kind == ERROR:
            sys.exit(f"pcpu.py: allocspi: {os.strerror(-error)}")
        return
    request(sock, UPDSA, ACK, info[:SPI_AT] + struct.pack("!I", spi) + info[SPI_AT + 4:] + attributes)
    acknowledged(sock)


def main():
    spi, cpu = struct.pack("!I", int(sys.argv[1], 0)), sys.argv[2]
    port = int(sys.argv[3]) if len(sys.argv) == 4 else None
    number = b"" if cpu == "-" else struct.pack("=HHB3xHHI", 5, DIR, DIR_IN, 8, PCPU, int(cpu))
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 6)  # NETLINK_XFRM
    request(sock, GETSA, DUMP, b"")
    found = [m for m in messages(sock) if m[SPI_AT:SPI_AT + 4] == spi]
    if len(found) != 1:
        sys.exit(f"pcpu.py: {len(found)} SAs have the SPI {sys.argv[1]}")
    info, attributes = found[0][:SA_INFO], changed(found[0][SA_INFO:], NOT_OURS | {DIR, PCPU}, port)
    if len(sys.argv) == 5:
        bring(sock, sys.argv[3], int(sys.argv[4], 0), info, attributes + number)
        return
    family = info[FAMILY_AT:FAMILY_AT + 2]
    request(sock, DELSA, ACK, info[56:72] + spi + family + info[PROTO_AT:PROTO_AT + 1] + b"\0")
    acknowledged(sock)
    request(sock, NEWSA, ACK | EXCL | CREATE, info + attributes + number)
    acknowledged(sock)


main()
