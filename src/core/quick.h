/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The short cut through the parser, for the frames that nearly all are: ESP in IPv4 or IPv6, or in
 * UDP to port 4500 in IPv4, with one VLAN tag or none, without options, extension headers or
 * fragments. What it takes it takes as core/parse.h does (tests/unit/test_quick.c holds them against
 * each other); what it does not take is for the parser.
 *
 * Why: docs/data-path.md, "The short cut".
 */
#ifndef CORE_QUICK_H
#define CORE_QUICK_H

#include "core/parse.h"
#include "core/sa_table.h"

struct quick {
	__u64 key;   /* sa_key() */
	__u32 bytes; /* of the IP packet */
};

/* ESP's SPI at @esp, behind an IP header with destination @dst. SPI 0 marks IKE, or is nothing. */
static __always_inline bool quick_esp(struct quick *q, const struct sa_table_shape *shape,
				      const __u8 *esp, const __be32 dst[4])
{
	__be32 spi = load_be32(esp);

	q->key = sa_key(shape, dst, be32_host(spi), IPPROTO_ESP);
	return likely(spi);
}

static __always_inline bool quick_ipv4(struct quick *q, const struct sa_table_shape *shape,
				       const __u8 *ip, const __u8 *end)
{
	const __be32 dst[4] = {load_be32(ip + 16)};
	__u32 size;

	if (unlikely(ip[0] != 0x45 || load_be16(ip + 6) & be16_host(0x3fff)))
		return false;
	q->bytes = be16_host(load_be16(ip + 2));
	if (likely(ip[9] == IPPROTO_ESP))
		return likely(q->bytes >= 20 + 8) && quick_esp(q, shape, ip + 20, dst);
	if (ip[9] != IPPROTO_UDP || ip + 20 + 8 + 8 > end ||
	    load_be16(ip + 22) != be16_host(PARSE_PORT_NAT_T))
		return false;
	size = be16_host(load_be16(ip + 24));
	return likely(size > 8 + 8 && q->bytes >= 20 + size) && quick_esp(q, shape, ip + 28, dst);
}

static __always_inline bool quick_ipv6(struct quick *q, const struct sa_table_shape *shape,
				       const __u8 *ip, const __u8 *end)
{
	if (ip + 40 + 8 > end || ip[0] >> 4 != 6 || ip[6] != IPPROTO_ESP)
		return false;
	q->bytes = 40 + be16_host(load_be16(ip + 4));
	if (unlikely(q->bytes < 40 + 8))
		return false;

	const __be32 dst[4] = {load_be32(ip + 24), load_be32(ip + 28), load_be32(ip + 32),
			       load_be32(ip + 36)};

	return quick_esp(q, shape, ip + 40, dst);
}

/* What the EtherType @type, as in the packet, names. */
static __always_inline bool quick_ip(struct quick *q, const struct sa_table_shape *shape,
				     const __u8 *ip, const __u8 *end, __be16 type)
{
	if (unlikely(ip + 20 + 8 > end))
		return false;
	if (likely(type == be16_host(ETH_P_IP)))
		return quick_ipv4(q, shape, ip, end);
	return type == be16_host(ETH_P_IPV6) && quick_ipv6(q, shape, ip, end);
}

/* An Ethernet frame, data..end. False: ask the parser, and *q is undefined. */
static __always_inline bool quick_parse(struct quick *q, const struct sa_table_shape *shape,
					const void *data, const void *end)
{
	const __u8 *link = data;
	__be16 type;

	if (unlikely(link + ETH_HLEN + 4 > (const __u8 *)end))
		return false;
	type = load_be16(link + 12);
	if (type == be16_host(ETH_P_8021Q))
		return quick_ip(q, shape, link + ETH_HLEN + 4, end, load_be16(link + 16));
	return quick_ip(q, shape, link + ETH_HLEN, end, type);
}

#endif
