#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Somebody else's flow dissector. dissector.py NETNS: is attached there, says its program's name, and goes when
stdin ends."""
import contextlib
import ctypes
import os
import struct
import sys

from lab import bpf

NAME = "strangers_own"
OK, CONTINUE = 0, 129  # of the latter the kernel's own answers


@contextlib.contextmanager
def attached(path, answers=CONTINUE):
    """To the network namespace at path by a link, in a with block: its program's name."""
    code = ctypes.create_string_buffer(struct.pack("=BBHI", 0xb7, 0, 0, answers) + bytes.fromhex("9500000000000000"))
    licence = ctypes.create_string_buffer(b"GPL")
    program = bpf(5, struct.pack("=IIQQIIQII16s", 22, 2, ctypes.addressof(code),
                                 ctypes.addressof(licence), 0, 0, 0, 0, 0, NAME.encode()))
    netns = os.open(path, os.O_RDONLY)
    link = bpf(28, struct.pack("=IIII", program, netns, 17, 0))
    os.close(netns)
    os.close(program)
    try:
        yield NAME
    finally:
        os.close(link)


def foreign(host, side="b", answers=CONTINUE):
    """The same for a side of a lab."""
    return attached(f"/run/netns/{host.prefix}-{side}", answers)


if __name__ == "__main__":
    with attached(sys.argv[1]) as name:
        print(name, flush=True)
        sys.stdin.read()
