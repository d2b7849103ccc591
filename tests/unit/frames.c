// SPDX-License-Identifier: GPL-2.0-only
/* The hand-made frames, and how to mutate one. */
#include <stdio.h>
#include <string.h>
#include <arpa/inet.h>
#include "frames.h"
#include "core/random.h"

/* clang-format off */

/* Bytes of the headers; every length is that of what follows the header. */
#define U16(x) (x) >> 8 & 255, (x) & 255
#define U32(x) (x) >> 24 & 255, (x) >> 16 & 255, (x) >> 8 & 255, (x) & 255
#define ETH(type) 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, U16(type)
#define TAG(id, type) U16(id), U16(type)
#define PPPOE(length, protocol) 0x11, 0, U16(7), U16((length) + 2), U16(protocol)
#define IP4_HEAD(ihl, total, fragment, protocol)                                                   \
	0x40 | (ihl), 0, U16(total), U16(0xbeef), U16(fragment), 64, protocol, 0, 0,               \
	192, 0, 2, 1, 198, 51, 100, 2
#define IP4(length, protocol) IP4_HEAD(5, 20 + (length), 0, protocol)
#define IP4_PART(length, protocol, fragment) IP4_HEAD(5, 20 + (length), fragment, protocol)
#define IP6(length, next)                                                                          \
	0x60, 0, 0, 0, U16(length), next, 64,                                                      \
	0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1,                                    \
	0x20, 1, 0xd, 0xb8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2
#define EXT(next) next, 0, 1, 4, 0, 0, 0, 0
#define EXT16(next) next, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define FRAG(next, field) next, 0, U16(field), U32(0xdecafbad)
#define ESP(spi, seq) U32(spi), U32(seq)
#define AH(spi, seq) 4, 4, 0, 0, U32(spi), U32(seq)
#define UDP(from, to, length) U16(from), U16(to), U16(8 + (length)), 0, 0
#define DATA4 0xa1, 0xa2, 0xa3, 0xa4
#define DATA8 DATA4, 0xa5, 0xa6, 0xa7, 0xa8
#define ZERO4 0, 0, 0, 0
#define PAD17 ZERO4, ZERO4, ZERO4, ZERO4, 0

#define MF 0x2000
#define DF 0x4000

/* What is expected. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define NET16(x) (((x) & 255) << 8 | (x) >> 8)
#define NET32(a, b, c, d) ((__u32)(d) << 24 | (c) << 16 | (b) << 8 | (a))
#else
#define NET16(x) (x)
#define NET32(a, b, c, d) ((__u32)(a) << 24 | (b) << 16 | (c) << 8 | (d))
#endif
#define V4(...) { .family = 4, .src = { NET32(192, 0, 2, 1) }, .dst = { NET32(198, 51, 100, 2) },  \
		  __VA_ARGS__ }
#define V6(...) { .family = 6,                                                                     \
		  .src = { NET32(0x20, 1, 0xd, 0xb8), NET32(0, 0, 0, 1), 0, NET32(0, 0, 0, 1) },   \
		  .dst = { NET32(0x20, 1, 0xd, 0xb8), NET32(0, 0, 0, 2), 0, NET32(0, 0, 0, 2) },   \
		  __VA_ARGS__ }
#define NOT_IP { .family = 0 }
#define KIND(k, p, b) .kind = k, .protocol = p, .bytes = b
#define SPI .spi = 0xc0ffee01, .seq = 0x01020304
#define PORTS(from, to) .sport = from, .dport = to
#define PART4(p) .part = p, .id = NET16(0xbeef)
#define PART6(p) .part = p, .id = NET32(0xde, 0xca, 0xfb, 0xad)
#define LATER4 PART4(PART_LATER)
#define LATER6 PART6(PART_LATER)

#define FRAME(title, expect, ...)                                                                  \
	{ .name = title, .bytes = (const __u8[]){ __VA_ARGS__ },                                   \
	  .len = sizeof((const __u8[]){ __VA_ARGS__ }), .flow = expect },

#define GOOD_ESP ESP(0xc0ffee01, 0x01020304)
#define GOOD_AH AH(0xc0ffee01, 0x01020304)
#define NAT_T UDP(4500, 4500, 16)

const struct frame frames[] = {
	/* Ethernet, and what comes before IP */
	FRAME("arp", NOT_IP, ETH(0x0806), 0, 1, 8, 0, 6, 4, 0, 1, DATA8)
	FRAME("802.3 length", NOT_IP, ETH(0x0026), 0x42, 0x42, 3, DATA8)
	FRAME("ticket esp4", NOT_IP,
	      ETH(0x88b5), 0, 0, ETH(0x0800), IP4(16, 50), GOOD_ESP, DATA8)
	FRAME("vlan esp4", V4(KIND(FLOW_ESP, 50, 36), SPI),
	      ETH(0x8100), TAG(5, 0x0800), IP4(16, 50), GOOD_ESP, DATA8)
	FRAME("802.1ad esp4", V4(KIND(FLOW_ESP, 50, 36), SPI),
	      ETH(0x88a8), TAG(200, 0x0800), IP4(16, 50), GOOD_ESP, DATA8)
	FRAME("qinq esp4", V4(KIND(FLOW_ESP, 50, 36), SPI),
	      ETH(0x88a8), TAG(200, 0x8100), TAG(0x6fff, 0x0800), IP4(16, 50), GOOD_ESP, DATA8)
	FRAME("two 802.1q esp6", V6(KIND(FLOW_ESP, 50, 56), SPI),
	      ETH(0x8100), TAG(1, 0x8100), TAG(2, 0x86dd), IP6(16, 50), GOOD_ESP, DATA8)
	FRAME("three tags", NOT_IP,
	      ETH(0x88a8), TAG(1, 0x8100), TAG(2, 0x8100), TAG(3, 0x0800), IP4(16, 50), GOOD_ESP,
	      DATA8)
	FRAME("vlan arp", NOT_IP, ETH(0x8100), TAG(5, 0x0806), 0, 1, 8, 0, 6, 4, 0, 1, DATA8)
	FRAME("vlan keepalive", V4(KIND(FLOW_KEEPALIVE, 17, 29), PORTS(4500, 4500)),
	      ETH(0x8100), TAG(5, 0x0800), IP4(9, 17), UDP(4500, 4500, 1), 0xff)
	FRAME("pppoe esp4", V4(KIND(FLOW_ESP, 50, 36), SPI),
	      ETH(0x8864), PPPOE(36, 0x21), IP4(16, 50), GOOD_ESP, DATA8)
	FRAME("pppoe esp6", V6(KIND(FLOW_ESP, 50, 56), SPI),
	      ETH(0x8864), PPPOE(56, 0x57), IP6(16, 50), GOOD_ESP, DATA8)
	FRAME("vlan pppoe esp-udp", V4(KIND(FLOW_ESP_UDP, 17, 44), SPI, PORTS(4500, 4500)),
	      ETH(0x8100), TAG(7, 0x8864), PPPOE(44, 0x21), IP4(24, 17), NAT_T, GOOD_ESP, DATA8)
	FRAME("qinq pppoe esp6", V6(KIND(FLOW_ESP, 50, 56), SPI),
	      ETH(0x88a8), TAG(200, 0x8100), TAG(7, 0x8864), PPPOE(56, 0x57), IP6(16, 50), GOOD_ESP,
	      DATA8)
	FRAME("pppoe lcp", NOT_IP, ETH(0x8864), PPPOE(8, 0xc021), DATA8)
	FRAME("pppoe ethertype for ppp", NOT_IP,
	      ETH(0x8864), PPPOE(36, 0x0800), IP4(16, 50), GOOD_ESP, DATA8)
	FRAME("pppoe discovery", NOT_IP, ETH(0x8863), 0x11, 9, 0, 0, 0, 4, 1, 1, 0, 0)
	FRAME("pppoe version 2", NOT_IP,
	      ETH(0x8864), 0x21, 0, 0, 7, 0, 38, 0, 0x21, IP4(16, 50), GOOD_ESP, DATA8)
	FRAME("pppoe code", NOT_IP,
	      ETH(0x8864), 0x11, 1, 0, 7, 0, 38, 0, 0x21, IP4(16, 50), GOOD_ESP, DATA8)

	/* IPv4 */
	FRAME("esp4", V4(KIND(FLOW_ESP, 50, 36), SPI), ETH(0x0800), IP4(16, 50), GOOD_ESP, DATA8)
	FRAME("esp4 padded", V4(KIND(FLOW_ESP, 50, 36), SPI),
	      ETH(0x0800), IP4(16, 50), GOOD_ESP, DATA8, ZERO4, ZERO4, 0, 0)
	FRAME("esp4 header only", V4(KIND(FLOW_ESP, 50, 28), SPI),
	      ETH(0x0800), IP4(8, 50), GOOD_ESP)
	FRAME("esp4 header in padding", V4(KIND(FLOW_OTHER, 50, 27)),
	      ETH(0x0800), IP4(7, 50), GOOD_ESP, DATA8)
	FRAME("esp4 head of a large packet", V4(KIND(FLOW_ESP, 50, 9000), SPI),
	      ETH(0x0800), IP4(8980, 50), GOOD_ESP)
	FRAME("esp4 spi 0", V4(KIND(FLOW_OTHER, 50, 36)),
	      ETH(0x0800), IP4(16, 50), ESP(0, 5), DATA8)
	FRAME("esp4 spi and seq all ones",
	      V4(KIND(FLOW_ESP, 50, 36), .spi = 0xffffffff, .seq = 0xffffffff),
	      ETH(0x0800), IP4(16, 50), ESP(0xffffffff, 0xffffffff), DATA8)
	FRAME("esp4 spi in the low byte only", V4(KIND(FLOW_ESP, 50, 36), .spi = 1),
	      ETH(0x0800), IP4(16, 50), ESP(1, 0), DATA8)
	FRAME("esp4 tos and ttl", V4(KIND(FLOW_ESP, 50, 28), SPI),
	      ETH(0x0800), 0x45, 0xb8, U16(28), 0, 0, 0, 0, 1, 50, 0x12, 0x34, 192, 0, 2, 1,
	      198, 51, 100, 2, GOOD_ESP)
	FRAME("esp4 one option", V4(KIND(FLOW_ESP, 50, 40), SPI),
	      ETH(0x0800), IP4_HEAD(6, 40, 0, 50), 1, 1, 1, 0, GOOD_ESP, DATA8)
	FRAME("esp4 40 bytes of options", V4(KIND(FLOW_ESP, 50, 68), SPI),
	      ETH(0x0800), IP4_HEAD(15, 68, 0, 50), DATA8, DATA8, DATA8, DATA8, DATA8, GOOD_ESP)
	FRAME("esp-udp4 options", V4(KIND(FLOW_ESP_UDP, 17, 48), SPI, PORTS(4500, 4500)),
	      ETH(0x0800), IP4_HEAD(6, 48, 0, 17), 1, 1, 1, 0, NAT_T, GOOD_ESP, DATA8)
	FRAME("ipv4 header of 16 bytes", NOT_IP,
	      ETH(0x0800), IP4_HEAD(4, 36, 0, 50), GOOD_ESP, DATA8)
	FRAME("ipv4 shorter than its options", NOT_IP,
	      ETH(0x0800), IP4_HEAD(6, 23, 0, 50), 1, 1, 1, 0, GOOD_ESP)
	FRAME("ipv4 shorter than its header", NOT_IP,
	      ETH(0x0800), IP4_HEAD(5, 19, 0, 50), GOOD_ESP)
	FRAME("ipv4 version 5", NOT_IP,
	      ETH(0x0800), 0x55, 0, 0, 36, 0, 0, 0, 0, 64, 50, 0, 0, 192, 0, 2, 1, 198, 51, 100, 2,
	      GOOD_ESP, DATA8)
	FRAME("ipv6 as ipv4", NOT_IP, ETH(0x0800), IP6(16, 50), GOOD_ESP, DATA8)
	FRAME("tcp4", V4(KIND(FLOW_OTHER, 6, 40)),
	      ETH(0x0800), IP4(20, 6), U16(4500), U16(500), DATA8, 0x50, 0x10, 0, 0, DATA4)
	FRAME("icmp4", V4(KIND(FLOW_OTHER, 1, 28)), ETH(0x0800), IP4(8, 1), 8, 0, DATA4, 0, 1)
	FRAME("ipv6 in ipv4", V4(KIND(FLOW_OTHER, 41, 76)),
	      ETH(0x0800), IP4(56, 41), IP6(16, 50), GOOD_ESP, DATA8)
	FRAME("ah4", V4(KIND(FLOW_AH, 51, 44), SPI),
	      ETH(0x0800), IP4(24, 51), GOOD_AH, DATA4, DATA8)
	FRAME("ah4 12 bytes", V4(KIND(FLOW_AH, 51, 32), SPI), ETH(0x0800), IP4(12, 51), GOOD_AH)
	FRAME("ah4 11 bytes", V4(KIND(FLOW_OTHER, 51, 31)), ETH(0x0800), IP4(11, 51), GOOD_AH)
	FRAME("ah4 spi 0", V4(KIND(FLOW_OTHER, 51, 32)), ETH(0x0800), IP4(12, 51), AH(0, 1))

	/* UDP */
	FRAME("esp-udp4", V4(KIND(FLOW_ESP_UDP, 17, 44), SPI, PORTS(4500, 4500)),
	      ETH(0x0800), IP4(24, 17), NAT_T, GOOD_ESP, DATA8)
	FRAME("esp-udp4 from a translated port",
	      V4(KIND(FLOW_ESP_UDP, 17, 44), SPI, PORTS(61234, 4500)),
	      ETH(0x0800), IP4(24, 17), UDP(61234, 4500, 16), GOOD_ESP, DATA8)
	FRAME("esp-udp4 to a translated port", V4(KIND(FLOW_OTHER, 17, 44), PORTS(4500, 61234)),
	      ETH(0x0800), IP4(24, 17), UDP(4500, 61234, 16), GOOD_ESP, DATA8)
	FRAME("esp-udp4 9 bytes", V4(KIND(FLOW_ESP_UDP, 17, 37), SPI, PORTS(4500, 4500)),
	      ETH(0x0800), IP4(17, 17), UDP(4500, 4500, 9), GOOD_ESP, 0)
	FRAME("esp-udp4 8 bytes", V4(KIND(FLOW_OTHER, 17, 36), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(16, 17), UDP(4500, 4500, 8), GOOD_ESP)
	FRAME("esp-udp4 8 bytes and padding", V4(KIND(FLOW_OTHER, 17, 36), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(16, 17), UDP(4500, 4500, 8), GOOD_ESP, DATA8)
	FRAME("esp-udp4 8 bytes in a longer packet",
	      V4(KIND(FLOW_OTHER, 17, 44), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(24, 17), UDP(4500, 4500, 8), GOOD_ESP, DATA8)
	FRAME("esp-udp4 head of a large packet",
	      V4(KIND(FLOW_ESP_UDP, 17, 8028), SPI, PORTS(4500, 4500)),
	      ETH(0x0800), IP4(8008, 17), UDP(4500, 4500, 8000), GOOD_ESP)
	FRAME("marker", V4(KIND(FLOW_IKE, 17, 44), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(24, 17), NAT_T, ZERO4, DATA4, DATA8)
	FRAME("marker and nothing else", V4(KIND(FLOW_IKE, 17, 32), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(12, 17), UDP(4500, 4500, 4), ZERO4)
	FRAME("marker and 4 bytes", V4(KIND(FLOW_IKE, 17, 36), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(16, 17), UDP(4500, 4500, 8), ZERO4, DATA4)
	FRAME("marker of 3 bytes and padding", V4(KIND(FLOW_OTHER, 17, 31), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(11, 17), UDP(4500, 4500, 3), ZERO4, ZERO4)
	FRAME("4 bytes that are no marker", V4(KIND(FLOW_OTHER, 17, 32), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(12, 17), UDP(4500, 4500, 4), 0, 0, 0, 1)
	FRAME("no payload to 4500", V4(KIND(FLOW_OTHER, 17, 28), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(8, 17), UDP(4500, 4500, 0), 0xff)
	FRAME("keepalive", V4(KIND(FLOW_KEEPALIVE, 17, 29), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(9, 17), UDP(4500, 4500, 1), 0xff)
	FRAME("keepalive padded", V4(KIND(FLOW_KEEPALIVE, 17, 29), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(9, 17), UDP(4500, 4500, 1), 0xff, PAD17)
	FRAME("keepalive padded with ones", V4(KIND(FLOW_KEEPALIVE, 17, 29), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(9, 17), UDP(4500, 4500, 1), 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)
	FRAME("keepalive in a longer packet", V4(KIND(FLOW_KEEPALIVE, 17, 44), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(24, 17), UDP(4500, 4500, 1), 0xff, DATA4, DATA8, 0, 0, 0)
	FRAME("keepalive of two bytes", V4(KIND(FLOW_OTHER, 17, 30), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(10, 17), UDP(4500, 4500, 2), 0xff, 0xff)
	FRAME("one byte but no keepalive", V4(KIND(FLOW_OTHER, 17, 29), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(9, 17), UDP(4500, 4500, 1), 0xfe, PAD17)
	FRAME("keepalive to another port", V4(KIND(FLOW_OTHER, 17, 29), PORTS(4500, 4499)),
	      ETH(0x0800), IP4(9, 17), UDP(4500, 4499, 1), 0xff)
	FRAME("ike", V4(KIND(FLOW_IKE, 17, 44), PORTS(500, 500)),
	      ETH(0x0800), IP4(24, 17), UDP(500, 500, 16), DATA8, DATA8)
	FRAME("ike from a translated port", V4(KIND(FLOW_IKE, 17, 44), PORTS(1024, 500)),
	      ETH(0x0800), IP4(24, 17), UDP(1024, 500, 16), DATA8, DATA8)
	FRAME("ike without a payload", V4(KIND(FLOW_IKE, 17, 28), PORTS(500, 500)),
	      ETH(0x0800), IP4(8, 17), UDP(500, 500, 0))
	FRAME("ike to a translated port", V4(KIND(FLOW_OTHER, 17, 44), PORTS(500, 1024)),
	      ETH(0x0800), IP4(24, 17), UDP(500, 1024, 16), ZERO4, DATA4, DATA8)
	FRAME("ike of udp length 0", V4(KIND(FLOW_OTHER, 17, 44), PORTS(500, 500)),
	      ETH(0x0800), IP4(24, 17), U16(500), U16(500), 0, 0, 0, 0, DATA8, DATA8)
	FRAME("udp length 0", V4(KIND(FLOW_OTHER, 17, 44), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(24, 17), U16(4500), U16(4500), 0, 0, 0, 0, GOOD_ESP, DATA8)
	FRAME("udp length 7", V4(KIND(FLOW_OTHER, 17, 44), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(24, 17), U16(4500), U16(4500), 0, 7, 0, 0, GOOD_ESP, DATA8)
	FRAME("udp longer than the packet", V4(KIND(FLOW_OTHER, 17, 44), PORTS(4500, 4500)),
	      ETH(0x0800), IP4(24, 17), UDP(4500, 4500, 17), GOOD_ESP, DATA8, DATA8)
	FRAME("udp header in padding", V4(KIND(FLOW_OTHER, 17, 27)),
	      ETH(0x0800), IP4(7, 17), NAT_T, GOOD_ESP, DATA8)
	FRAME("dns", V4(KIND(FLOW_OTHER, 17, 44), PORTS(53, 33333)),
	      ETH(0x0800), IP4(24, 17), UDP(53, 33333, 16), DATA8, DATA8)
	FRAME("esp-udp4 port 12345", V4(KIND(FLOW_ESP_UDP, 17, 44), SPI, PORTS(4500, 12345)),
	      ETH(0x0800), IP4(24, 17), UDP(4500, 12345, 16), GOOD_ESP, DATA8)
	FRAME("esp-udp4 port 4501", V4(KIND(FLOW_ESP_UDP, 17, 44), SPI, PORTS(1, 4501)),
	      ETH(0x0800), IP4(24, 17), UDP(1, 4501, 16), GOOD_ESP, DATA8)
	FRAME("marker port 64", V4(KIND(FLOW_IKE, 17, 44), PORTS(1, 64)),
	      ETH(0x0800), IP4(24, 17), UDP(1, 64, 16), ZERO4, DATA4, DATA8)
	FRAME("keepalive port 65535", V4(KIND(FLOW_KEEPALIVE, 17, 29), PORTS(1, 65535)),
	      ETH(0x0800), IP4(9, 17), UDP(1, 65535, 1), 0xff)
	FRAME("port 12346", V4(KIND(FLOW_OTHER, 17, 44), PORTS(4500, 12346)),
	      ETH(0x0800), IP4(24, 17), UDP(4500, 12346, 16), GOOD_ESP, DATA8)
	FRAME("port 12345 swapped", V4(KIND(FLOW_OTHER, 17, 44), PORTS(1, 14640)),
	      ETH(0x0800), IP4(24, 17), UDP(1, 14640, 16), GOOD_ESP, DATA8)
	FRAME("port 0", V4(KIND(FLOW_OTHER, 17, 44), PORTS(4500, 0)),
	      ETH(0x0800), IP4(24, 17), UDP(4500, 0, 16), GOOD_ESP, DATA8)

	/* Fragments of IPv4 */
	FRAME("esp4 df", V4(KIND(FLOW_ESP, 50, 36), SPI),
	      ETH(0x0800), IP4_PART(16, 50, DF), GOOD_ESP, DATA8)
	FRAME("esp4 reserved bit", V4(KIND(FLOW_ESP, 50, 36), SPI),
	      ETH(0x0800), IP4_PART(16, 50, 0x8000), GOOD_ESP, DATA8)
	FRAME("esp4 first", V4(KIND(FLOW_ESP, 50, 36), SPI, PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(16, 50, MF), GOOD_ESP, DATA8)
	FRAME("esp4 first df", V4(KIND(FLOW_ESP, 50, 36), SPI, PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(16, 50, DF | MF), GOOD_ESP, DATA8)
	FRAME("esp4 second", V4(KIND(FLOW_FRAGMENT, 50, 36), LATER4),
	      ETH(0x0800), IP4_PART(16, 50, MF | 2), GOOD_ESP, DATA8)
	FRAME("esp4 last", V4(KIND(FLOW_FRAGMENT, 50, 28), LATER4),
	      ETH(0x0800), IP4_PART(8, 50, 4), GOOD_ESP)
	FRAME("esp4 last far", V4(KIND(FLOW_FRAGMENT, 50, 28), LATER4),
	      ETH(0x0800), IP4_PART(8, 50, 0x1fff), GOOD_ESP)
	FRAME("esp4 last of no bytes", V4(KIND(FLOW_FRAGMENT, 50, 20), LATER4),
	      ETH(0x0800), IP4_PART(0, 50, 1))
	FRAME("esp4 first too short", V4(KIND(FLOW_FRAGMENT, 50, 24), PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(4, 50, MF), GOOD_ESP, DATA8)
	FRAME("esp4 first spi 0", V4(KIND(FLOW_OTHER, 50, 36), PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(16, 50, MF), ESP(0, 1), DATA8)
	FRAME("ah4 first", V4(KIND(FLOW_AH, 51, 36), SPI, PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(16, 51, MF), GOOD_AH, DATA4)
	FRAME("ah4 first too short", V4(KIND(FLOW_FRAGMENT, 51, 28), PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(8, 51, MF), GOOD_AH)
	FRAME("ah4 second", V4(KIND(FLOW_FRAGMENT, 51, 36), LATER4),
	      ETH(0x0800), IP4_PART(16, 51, 2), DATA8, DATA8)
	FRAME("esp-udp4 first",
	      V4(KIND(FLOW_ESP_UDP, 17, 44), SPI, PORTS(4500, 4500), PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(24, 17, MF), UDP(4500, 4500, 1400), GOOD_ESP, DATA8)
	FRAME("esp-udp4 first 16 bytes",
	      V4(KIND(FLOW_ESP_UDP, 17, 36), SPI, PORTS(4500, 4500), PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(16, 17, MF), UDP(4500, 4500, 1400), GOOD_ESP)
	FRAME("esp-udp4 first 8 bytes",
	      V4(KIND(FLOW_FRAGMENT, 17, 28), PORTS(4500, 4500), PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(8, 17, MF), UDP(4500, 4500, 1400), GOOD_ESP)
	FRAME("udp4 first 4 bytes", V4(KIND(FLOW_FRAGMENT, 17, 24), PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(4, 17, MF), UDP(4500, 4500, 1400), GOOD_ESP)
	FRAME("esp-udp4 second", V4(KIND(FLOW_FRAGMENT, 17, 44), LATER4),
	      ETH(0x0800), IP4_PART(24, 17, 3), NAT_T, GOOD_ESP, DATA8)
	FRAME("marker first", V4(KIND(FLOW_IKE, 17, 44), PORTS(4500, 4500), PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(24, 17, MF), UDP(4500, 4500, 2000), ZERO4, DATA4, DATA8)
	FRAME("ike first", V4(KIND(FLOW_IKE, 17, 44), PORTS(500, 500), PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(24, 17, MF), UDP(500, 500, 2000), DATA8, DATA8)
	FRAME("ike first 8 bytes", V4(KIND(FLOW_IKE, 17, 28), PORTS(500, 500), PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(8, 17, MF), UDP(500, 500, 2000))
	FRAME("keepalive first", V4(KIND(FLOW_OTHER, 17, 28), PORTS(4500, 4500), PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(8, 17, MF), UDP(4500, 4500, 1), 0xff)
	FRAME("dns first", V4(KIND(FLOW_OTHER, 17, 44), PORTS(53, 33333), PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(24, 17, MF), UDP(53, 33333, 1400), DATA8, DATA8)
	FRAME("udp length 0 first", V4(KIND(FLOW_OTHER, 17, 44), PORTS(4500, 4500), PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(24, 17, MF), U16(4500), U16(4500), 0, 0, 0, 0, GOOD_ESP, DATA8)
	FRAME("tcp4 first", V4(KIND(FLOW_OTHER, 6, 28), PART4(PART_FIRST)),
	      ETH(0x0800), IP4_PART(8, 6, MF), DATA8)
	FRAME("tcp4 second", V4(KIND(FLOW_FRAGMENT, 6, 28), LATER4),
	      ETH(0x0800), IP4_PART(8, 6, 1), DATA8)
	FRAME("esp4 first with options", V4(KIND(FLOW_ESP, 50, 40), SPI, PART4(PART_FIRST)),
	      ETH(0x0800), IP4_HEAD(6, 40, MF, 50), 1, 1, 1, 0, GOOD_ESP, DATA8)
	FRAME("vlan esp4 second", V4(KIND(FLOW_FRAGMENT, 50, 36), LATER4),
	      ETH(0x8100), TAG(5, 0x0800), IP4_PART(16, 50, 2), DATA8, DATA8)

	/* IPv6 */
	FRAME("esp6", V6(KIND(FLOW_ESP, 50, 56), SPI), ETH(0x86dd), IP6(16, 50), GOOD_ESP, DATA8)
	FRAME("esp6 class and label", V6(KIND(FLOW_ESP, 50, 48), SPI),
	      ETH(0x86dd), 0x6b, 0x8c, 0xaf, 0xfe, 0, 8, 50, 64,
	      0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1,
	      0x20, 1, 0xd, 0xb8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 2, GOOD_ESP)
	FRAME("esp6 header in padding", V6(KIND(FLOW_OTHER, 50, 47)),
	      ETH(0x86dd), IP6(7, 50), GOOD_ESP, DATA8)
	FRAME("esp6 head of the largest packet", V6(KIND(FLOW_ESP, 50, 65575), SPI),
	      ETH(0x86dd), IP6(65535, 50), GOOD_ESP)
	FRAME("esp6 length 0", V6(KIND(FLOW_OTHER, 50, 40)), ETH(0x86dd), IP6(0, 50), GOOD_ESP)
	FRAME("esp6 spi 0", V6(KIND(FLOW_OTHER, 50, 56)), ETH(0x86dd), IP6(16, 50), ESP(0, 9), DATA8)
	FRAME("ipv4 as ipv6", NOT_IP,
	      ETH(0x86dd), IP4(36, 50), GOOD_ESP, DATA8, DATA8, DATA8, DATA4)
	FRAME("ah6", V6(KIND(FLOW_AH, 51, 64), SPI),
	      ETH(0x86dd), IP6(24, 51), GOOD_AH, DATA4, DATA8)
	FRAME("ah6 around esp", V6(KIND(FLOW_AH, 51, 72), .spi = 0x77, .seq = 8),
	      ETH(0x86dd), IP6(32, 51), 50, 4, 0, 0, ESP(0x77, 8), DATA8, DATA4, GOOD_ESP)
	FRAME("esp-udp6", V6(KIND(FLOW_ESP_UDP, 17, 64), SPI, PORTS(4500, 4500)),
	      ETH(0x86dd), IP6(24, 17), NAT_T, GOOD_ESP, DATA8)
	FRAME("esp-udp6 port 12345", V6(KIND(FLOW_ESP_UDP, 17, 64), SPI, PORTS(7, 12345)),
	      ETH(0x86dd), IP6(24, 17), UDP(7, 12345, 16), GOOD_ESP, DATA8)
	FRAME("keepalive6 padded", V6(KIND(FLOW_KEEPALIVE, 17, 49), PORTS(4500, 4500)),
	      ETH(0x86dd), IP6(9, 17), UDP(4500, 4500, 1), 0xff, ZERO4)
	FRAME("ike6", V6(KIND(FLOW_IKE, 17, 64), PORTS(500, 500)),
	      ETH(0x86dd), IP6(24, 17), UDP(500, 500, 16), DATA8, DATA8)
	FRAME("marker6", V6(KIND(FLOW_IKE, 17, 64), PORTS(4500, 4500)),
	      ETH(0x86dd), IP6(24, 17), NAT_T, ZERO4, DATA4, DATA8)
	FRAME("udp6 length 0", V6(KIND(FLOW_OTHER, 17, 64), PORTS(4500, 4500)),
	      ETH(0x86dd), IP6(24, 17), U16(4500), U16(4500), 0, 0, 0, 0, GOOD_ESP, DATA8)
	FRAME("tcp6", V6(KIND(FLOW_OTHER, 6, 60)),
	      ETH(0x86dd), IP6(20, 6), U16(4500), U16(500), DATA8, 0x50, 0x10, 0, 0, DATA4)
	FRAME("no next header", V6(KIND(FLOW_OTHER, 59, 40)), ETH(0x86dd), IP6(0, 59))
	FRAME("mobility header", V6(KIND(FLOW_OTHER, 135, 56)),
	      ETH(0x86dd), IP6(16, 135), EXT(50), GOOD_ESP)

	/* Extension headers */
	FRAME("hop-by-hop esp6", V6(KIND(FLOW_ESP, 50, 56), SPI),
	      ETH(0x86dd), IP6(16, 0), EXT(50), GOOD_ESP)
	FRAME("routing esp6", V6(KIND(FLOW_ESP, 50, 56), SPI),
	      ETH(0x86dd), IP6(16, 43), 50, 0, 2, 0, 0, 0, 0, 0, GOOD_ESP)
	FRAME("destination options esp6", V6(KIND(FLOW_ESP, 50, 56), SPI),
	      ETH(0x86dd), IP6(16, 60), EXT(50), GOOD_ESP)
	FRAME("long hop-by-hop esp6", V6(KIND(FLOW_ESP, 50, 64), SPI),
	      ETH(0x86dd), IP6(24, 0), EXT16(50), GOOD_ESP)
	FRAME("hop-by-hop ah6", V6(KIND(FLOW_AH, 51, 60), SPI),
	      ETH(0x86dd), IP6(20, 0), EXT(51), GOOD_AH)
	FRAME("destination options esp-udp6", V6(KIND(FLOW_ESP_UDP, 17, 72), SPI, PORTS(4500, 4500)),
	      ETH(0x86dd), IP6(32, 60), EXT(17), NAT_T, GOOD_ESP, DATA8)
	FRAME("hop-by-hop tcp6", V6(KIND(FLOW_OTHER, 6, 56)),
	      ETH(0x86dd), IP6(16, 0), EXT(6), DATA8)
	FRAME("mixed extensions esp6", V6(KIND(FLOW_ESP, 50, 88), SPI),
	      ETH(0x86dd), IP6(48, 0), EXT16(60), EXT(43), EXT(60), EXT(50), GOOD_ESP)
	FRAME("eight extensions esp6", V6(KIND(FLOW_ESP, 50, 112), SPI),
	      ETH(0x86dd), IP6(72, 0), EXT(60), EXT(43), EXT(60), EXT(60), EXT(60), EXT(60), EXT(60),
	      EXT(50), GOOD_ESP)
	FRAME("nine extensions esp6", V6(KIND(FLOW_OTHER, 60, 120)),
	      ETH(0x86dd), IP6(80, 0), EXT(60), EXT(43), EXT(60), EXT(60), EXT(60), EXT(60), EXT(60),
	      EXT(60), EXT(50), GOOD_ESP)
	FRAME("extension of 2048 bytes", V6(KIND(FLOW_OTHER, 50, 2096)),
	      ETH(0x86dd), IP6(2056, 60), 50, 255, DATA4, DATA8, DATA8)
	FRAME("extension longer than the packet", V6(KIND(FLOW_OTHER, 50, 56)),
	      ETH(0x86dd), IP6(16, 60), 50, 2, DATA4, 0, 0, DATA8, DATA8, GOOD_ESP)
	FRAME("extension in padding", V6(KIND(FLOW_OTHER, 60, 47)),
	      ETH(0x86dd), IP6(7, 60), EXT(50), GOOD_ESP)
	FRAME("extension and nothing else", V6(KIND(FLOW_OTHER, 50, 48)),
	      ETH(0x86dd), IP6(8, 60), EXT(50), GOOD_ESP)
	FRAME("mobility header behind another", V6(KIND(FLOW_OTHER, 135, 64)),
	      ETH(0x86dd), IP6(24, 60), EXT(135), EXT(50), GOOD_ESP)

	/* Fragments of IPv6 */
	FRAME("esp6 first", V6(KIND(FLOW_ESP, 50, 64), SPI, PART6(PART_FIRST)),
	      ETH(0x86dd), IP6(24, 44), FRAG(50, 1), GOOD_ESP, DATA8)
	FRAME("esp6 second", V6(KIND(FLOW_FRAGMENT, 50, 64), LATER6),
	      ETH(0x86dd), IP6(24, 44), FRAG(50, 2 << 3 | 1), GOOD_ESP, DATA8)
	FRAME("esp6 last", V6(KIND(FLOW_FRAGMENT, 50, 56), LATER6),
	      ETH(0x86dd), IP6(16, 44), FRAG(50, 4 << 3), GOOD_ESP)
	FRAME("esp6 atomic fragment", V6(KIND(FLOW_ESP, 50, 64), SPI),
	      ETH(0x86dd), IP6(24, 44), FRAG(50, 0), GOOD_ESP, DATA8)
	FRAME("esp6 atomic fragment, reserved bits", V6(KIND(FLOW_ESP, 50, 64), SPI),
	      ETH(0x86dd), IP6(24, 44), 50, 0xff, 0, 6, DATA4, GOOD_ESP, DATA8)
	FRAME("two atomic fragments", V6(KIND(FLOW_ESP, 50, 64), SPI),
	      ETH(0x86dd), IP6(24, 44), FRAG(44, 0), FRAG(50, 0), GOOD_ESP)
	FRAME("esp6 first too short", V6(KIND(FLOW_FRAGMENT, 50, 52), PART6(PART_FIRST)),
	      ETH(0x86dd), IP6(12, 44), FRAG(50, 1), GOOD_ESP)
	FRAME("esp6 fragment header cut", V6(KIND(FLOW_OTHER, 44, 47)),
	      ETH(0x86dd), IP6(7, 44), FRAG(50, 1), GOOD_ESP)
	FRAME("ah6 first", V6(KIND(FLOW_AH, 51, 64), SPI, PART6(PART_FIRST)),
	      ETH(0x86dd), IP6(24, 44), FRAG(51, 1), GOOD_AH, DATA4)
	FRAME("esp-udp6 first",
	      V6(KIND(FLOW_ESP_UDP, 17, 72), SPI, PORTS(4500, 4500), PART6(PART_FIRST)),
	      ETH(0x86dd), IP6(32, 44), FRAG(17, 1), UDP(4500, 4500, 1400), GOOD_ESP, DATA8)
	FRAME("esp-udp6 first too short",
	      V6(KIND(FLOW_FRAGMENT, 17, 56), PORTS(4500, 4500), PART6(PART_FIRST)),
	      ETH(0x86dd), IP6(16, 44), FRAG(17, 1), UDP(4500, 4500, 1400), GOOD_ESP)
	FRAME("ike6 first", V6(KIND(FLOW_IKE, 17, 72), PORTS(500, 500), PART6(PART_FIRST)),
	      ETH(0x86dd), IP6(32, 44), FRAG(17, 1), UDP(500, 500, 2000), DATA8, DATA8)
	FRAME("udp6 second", V6(KIND(FLOW_FRAGMENT, 17, 64), LATER6),
	      ETH(0x86dd), IP6(24, 44), FRAG(17, 3 << 3), NAT_T, DATA8)
	FRAME("hop-by-hop esp6 first", V6(KIND(FLOW_ESP, 50, 64), SPI, PART6(PART_FIRST)),
	      ETH(0x86dd), IP6(24, 0), EXT(44), FRAG(50, 1), GOOD_ESP)
	FRAME("hop-by-hop esp6 second", V6(KIND(FLOW_FRAGMENT, 50, 64), LATER6),
	      ETH(0x86dd), IP6(24, 0), EXT(44), FRAG(50, 1 << 3), GOOD_ESP)
	FRAME("esp6 first behind options", V6(KIND(FLOW_ESP, 60, 64), SPI, PART6(PART_FIRST)),
	      ETH(0x86dd), IP6(24, 44), FRAG(60, 1), EXT(50), GOOD_ESP)
	FRAME("esp6 second behind options", V6(KIND(FLOW_FRAGMENT, 60, 64), LATER6),
	      ETH(0x86dd), IP6(24, 44), FRAG(60, 2 << 3), EXT(50), GOOD_ESP)
	FRAME("esp6 first, options but no more",
	      V6(KIND(FLOW_FRAGMENT, 60, 56), PART6(PART_FIRST)),
	      ETH(0x86dd), IP6(16, 44), FRAG(60, 1), EXT(50), GOOD_ESP)
	FRAME("esp6 first, options cut", V6(KIND(FLOW_FRAGMENT, 60, 52), PART6(PART_FIRST)),
	      ETH(0x86dd), IP6(12, 44), FRAG(60, 1), EXT(50), GOOD_ESP)
	FRAME("esp6 first, options longer than it",
	      V6(KIND(FLOW_FRAGMENT, 60, 64), PART6(PART_FIRST)),
	      ETH(0x86dd), IP6(24, 44), FRAG(60, 1), 50, 9, DATA4, 0, 0, GOOD_ESP, DATA8)
	FRAME("fragment of a fragment", V6(KIND(FLOW_OTHER, 44, 64), PART6(PART_FIRST)),
	      ETH(0x86dd), IP6(24, 44), FRAG(44, 1), FRAG(50, 1), GOOD_ESP)
	FRAME("tcp6 first", V6(KIND(FLOW_OTHER, 6, 56), PART6(PART_FIRST)),
	      ETH(0x86dd), IP6(16, 44), FRAG(6, 1), DATA8)
	FRAME("pppoe esp6 second", V6(KIND(FLOW_FRAGMENT, 50, 64), LATER6),
	      ETH(0x8864), PPPOE(64, 0x57), IP6(24, 44), FRAG(50, 2 << 3 | 1), DATA8, DATA8)
};

/* clang-format on */

const size_t frames_count = sizeof(frames) / sizeof(frames[0]);

void frames_ports(struct encap_ports *ports)
{
	static const __u16 set[] = {64, 4501, 12345, 65535};

	memset(ports, 0, sizeof(*ports));
	for (size_t i = 0; i < sizeof(set) / sizeof(set[0]); i++)
		ports->bit[set[i] / 64] |= 1ULL << (set[i] % 64);
}

/* One change, at or behind the Ethernet type; values that mean something in a header are likely. */
static size_t mutate_once(uint64_t *random, __u8 *buf, size_t len)
{
	static const __u8 byte[] = {0, 1, 4, 6, 17, 43, 44, 50, 51, 60, 0x45, 0x46, 0x60, 0xff};
	static const __u16 pair[] = {0x0800, 0x8100, 0x88a8, 0x86dd, 0x8864, 4500, 500, 12345,
				     0x0021, 0x0057, 0x1100, 0x2000, 1,	     9,	   16,	0};
	size_t at = len < 14 ? random_below(random, len)
			     : 12 + random_below(random, (len > 90 ? 90 : len) - 12);
	__u16 value;

	switch (random_below(random, 8)) {
	case 0:
	case 1:
		buf[at] ^= 1 << random_below(random, 8);
		break;
	case 2:
		buf[at] = (__u8)random_next(random);
		break;
	case 3:
	case 4:
		buf[at] = byte[random_below(random, sizeof(byte))];
		break;
	case 5:
		value = pair[random_below(random, sizeof(pair) / sizeof(pair[0]))];
		at &= ~1UL;
		buf[at] = value >> 8;
		if (at + 1 < len)
			buf[at + 1] = (__u8)value;
		break;
	case 6: /* the rest moves back: one more extension header or tag */
		if (at + 8 < len)
			memmove(buf + at + 4, buf + at, len - at - 4);
		break;
	default:
		return at > 14 ? at : len;
	}
	return len;
}

size_t frames_mutate(__u64 seed, __u8 *buf, size_t len)
{
	uint64_t random = seed;
	__u32 changes = 1 + random_below(&random, 4);

	while (len && changes--)
		len = mutate_once(&random, buf, len);
	return len;
}

const struct frame *frames_mutated(__u64 seed, __u8 buf[FRAME_MAX], size_t *len)
{
	const struct frame *frame = &frames[seed % frames_count];

	memcpy(buf, frame->bytes, frame->len);
	*len = frames_mutate(seed, buf, frame->len);
	return frame;
}

bool quick_is_right(const struct quick *q, const struct sa_table_shape *shape,
		    const struct flow *f)
{
	return (f->kind == FLOW_ESP || f->kind == FLOW_ESP_UDP) && f->part == PART_WHOLE &&
	       q->bytes == f->bytes && q->key == sa_key(shape, f->dst, f->spi, IPPROTO_ESP);
}

bool flows_equal(const struct flow *a, const struct flow *b)
{
	return !memcmp(a, b, sizeof(*a));
}

char *flow_print(const struct flow *f, char *buf, size_t size)
{
	static const char *const part[] = {"whole", "first", "later"};
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	int family = f->family == 4 ? AF_INET : AF_INET6;

	inet_ntop(family, f->src, src, sizeof(src));
	inet_ntop(family, f->dst, dst, sizeof(dst));
	snprintf(buf, size,
		 "%s %s family %u protocol %u bytes %u spi 0x%08x seq %u id 0x%08x %s.%u > "
		 "%s.%u",
		 flow_kind_name(f->kind), f->part > PART_LATER ? "?" : part[f->part], f->family,
		 f->protocol, f->bytes, f->spi, f->seq, f->id, src, f->sport, dst,
		 f->dport);
	return buf;
}
