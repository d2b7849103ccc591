#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Holds the UDP sockets that take ESP-in-UDP: encap.py [PORT]. Goes to the background when they
are open and prints its process id."""
import os
import signal
import socket
import sys

UDP_ENCAP = 100  # linux/udp.h
UDP_ENCAP_ESPINUDP = 2


def encap_socket(family, port):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
    sock.bind(("", port))
    return sock


def main():
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 4500
    sockets = [encap_socket(family, port) for family in (socket.AF_INET, socket.AF_INET6)]
    child = os.fork()
    if child:
        print(child)
        return
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    while sockets:
        signal.pause()


main()
