/* SPDX-License-Identifier: GPL-2.0-only */
/* The frames of the test runs. */
#ifndef BENCH_PACKET_H
#define BENCH_PACKET_H

#include <linux/types.h>

enum packet_kind { PACKET_OTHER, PACKET_ESP, PACKET_ESP_VLAN, PACKET_ESP_UDP, PACKET_ESP_IPV6 };

#define PACKET_MAX 128

/*
 * Makes a frame to our address in the sandbox: a TCP segment, ESP with this SPI (host byte order)
 * over IPv4, the same in a VLAN or in UDP, or over IPv6. Returns its length.
 */
__u32 packet_make(__u8 frame[PACKET_MAX], enum packet_kind kind, __u32 spi);

#endif
