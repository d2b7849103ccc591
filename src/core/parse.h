/* SPDX-License-Identifier: GPL-2.0-only */
/* Frame in, flow out: the one parser, of the BPF programs and of user space. */
#ifndef CORE_PARSE_H
#define CORE_PARSE_H

#include <linux/if_ether.h>
#include "core/flow.h"

/*
 * How lengths are judged. A header is there if the frame holds all of it (data..end) and the IP
 * packet, by its own length, holds all of it too; so Ethernet padding is never payload. Nothing
 * else of the frame is needed: a frame shorter than its IP packet is parsed like a whole one,
 * because of a frame in several buffers (XDP frags) only the head lies between data and end, and
 * because captures cut packets off. A packet whose headers are not there, or whose lengths
 * contradict each other, is other; the first fragment of a datagram whose headers are not there
 * is a fragment.
 */

/* UDP destination ports that carry ESP, by port number in host order; 4500 does without its bit. */
struct encap_ports {
	__u64 bit[1024];
};

enum {
	PARSE_VLAN_TAGS = 2,
	PARSE_EXTENSIONS = 8,
	PARSE_PPP_IP = 0x0021,	 /* RFC 1332 */
	PARSE_PPP_IPV6 = 0x0057, /* RFC 5072 */
	PARSE_PORT_IKE = 500,
	PARSE_PORT_NAT_T = 4500, /* RFC 3947 */
};

static __always_inline bool encap_ports_has(const struct encap_ports *ports, __u16 port)
{
	__u32 word = port >> 6;

	if (port == PARSE_PORT_NAT_T)
		return true;
	if (!ports)
		return false;
	barrier_var(word);
	word &= 1023;
	return ports->bit[word] & 1ULL << (port & 63);
}

/* A needed header is not there. */
static __always_inline void flow_set_short(struct flow *f)
{
	f->kind = f->part == PART_FIRST ? FLOW_FRAGMENT : FLOW_OTHER;
}

/* ESP (RFC 4303): SPI, sequence number. SPI 0 is never on the wire. */
static __always_inline void flow_esp(struct flow *f, const __u8 *esp, __u32 kind)
{
	__be32 spi = load_be32(esp);

	if (unlikely(!spi))
		return;
	f->kind = kind;
	f->spi = be32_host(spi);
	f->seq = be32_host(load_be32(esp + 4));
}

/* AH (RFC 4302): next header, length, reserved, SPI, sequence number. */
static __always_inline void flow_ah(struct flow *f, const __u8 *ah, const __u8 *end, __u32 left)
{
	if (ah + 12 > end || left < 12)
		flow_set_short(f);
	else
		flow_esp(f, ah + 4, FLOW_AH);
}

/*
 * The payload of UDP to a port that carries ESP, `size` bytes long (RFC 3948). The rules are those
 * of the kernel (net/ipv4/xfrm4_input.c, xfrm4_udp_encap_rcv), which hands to its ESP what is
 * longer than an ESP header and does not begin with the marker of four zero bytes.
 */
static __always_inline void flow_encap(struct flow *f, const __u8 *udp, const __u8 *end, __u32 left,
				       __u32 size)
{
	const __u8 *payload = udp + 8;

	if (unlikely(size <= 8)) {
		if (size == 1) {
			if (payload + 1 <= end && left >= 9 && payload[0] == 0xff)
				f->kind = FLOW_KEEPALIVE;
		} else if (size >= 4 && payload + 4 <= end && left >= 12 && !load_be32(payload)) {
			f->kind = FLOW_IKE;
		}
		return;
	}
	if (payload + 8 > end || left < 16)
		flow_set_short(f);
	else if (!load_be32(payload))
		f->kind = FLOW_IKE;
	else
		flow_esp(f, payload, FLOW_ESP_UDP);
}

static __always_inline void flow_udp(struct flow *f, const __u8 *udp, const __u8 *end, __u32 left,
				     const struct encap_ports *ports)
{
	__u32 size;

	if (udp + 8 > end || left < 8) {
		flow_set_short(f);
		return;
	}
	f->sport = be16_host(load_be16(udp));
	f->dport = be16_host(load_be16(udp + 2));
	size = be16_host(load_be16(udp + 4));
	/* The first fragment of a datagram holds less than the datagram's length. */
	if (size < 8 || (size > left && f->part == PART_WHOLE))
		return;
	if (encap_ports_has(ports, f->dport))
		flow_encap(f, udp, end, left, size - 8);
	else if (f->dport == PARSE_PORT_IKE)
		f->kind = FLOW_IKE;
}

/* What an IP packet carries: `left` bytes by its length, from `p`. */
static __always_inline void flow_payload(struct flow *f, const __u8 *p, const __u8 *end, __u32 left,
					 const struct encap_ports *ports, __u32 protocol)
{
	/* Or the compiler computes p anew from its parts, where the verifier no longer knows it. */
	barrier_var(p);
	if (likely(protocol == IPPROTO_ESP)) {
		if (p + 8 > end || left < 8)
			flow_set_short(f);
		else
			flow_esp(f, p, FLOW_ESP);
	} else if (protocol == IPPROTO_UDP) {
		flow_udp(f, p, end, left, ports);
	} else if (protocol == IPPROTO_AH) {
		flow_ah(f, p, end, left);
	}
}

/* Sets part and id from a fragment offset; true if the packet has a payload. */
static __always_inline bool flow_fragment(struct flow *f, __u32 offset, bool more, __u32 id)
{
	if (!offset && !more)
		return true;
	f->id = id;
	f->part = offset ? PART_LATER : PART_FIRST;
	if (offset)
		f->kind = FLOW_FRAGMENT;
	return !offset;
}

static __always_inline void flow_ipv4(struct flow *f, const __u8 *ip, const __u8 *end,
				      const struct encap_ports *ports)
{
	__u32 header = 20, bytes, fragment;

	if (ip + 20 > end)
		return;
	if (unlikely(ip[0] != 0x45)) {
		header = (ip[0] & 15) * 4;
		if (ip[0] >> 4 != 4 || header < 20)
			return;
	}
	bytes = be16_host(load_be16(ip + 2));
	if (bytes < header)
		return;
	f->family = 4;
	f->protocol = ip[9];
	f->bytes = bytes;
	f->src[0] = load_be32(ip + 12);
	f->dst[0] = load_be32(ip + 16);
	fragment = be16_host(load_be16(ip + 6));
	if (unlikely(fragment & 0x3fff) &&
	    !flow_fragment(f, fragment & 0x1fff, fragment & 0x2000, load_be16(ip + 4)))
		return;
	flow_payload(f, ip + header, end, bytes - header, ports, f->protocol);
}

/* Is it an IPv6 extension header that the parser passes? AH is not: it is the payload. */
static __always_inline bool is_extension(__u32 next)
{
	return next == IPPROTO_HOPOPTS || next == IPPROTO_ROUTING || next == IPPROTO_FRAGMENT ||
	       next == IPPROTO_DSTOPTS;
}

/* A fragment header (RFC 8200, 4.5) at p. With no other fragments (RFC 6946) it says nothing. */
static __always_inline bool flow_fragment_header(struct flow *f, const __u8 *p)
{
	__u32 field = be16_host(load_be16(p + 2));

	f->protocol = p[0];
	return flow_fragment(f, field >> 3, field & 1, load_be32(p + 4));
}

/*
 * Passes the extension headers at ip + 40, the first of which is f->protocol (RFC 8200, 4).
 * Returns the offset of the payload from ip and sets *next to its protocol, or returns 0 if there
 * is none to look at.
 */
static __always_inline __u32 flow_extensions(struct flow *f, const __u8 *ip, const __u8 *end,
					     __u32 bytes, __u32 *next)
{
	__u32 at = 40;

#ifdef __bpf__
#pragma clang loop unroll(disable)
#endif
	for (int i = 0; i < PARSE_EXTENSIONS && is_extension(*next); i++) {
		const __u8 *p = ip + at;
		__u32 length = 8;

		if (p + 8 > end || bytes < at + 8) {
			flow_set_short(f);
			return 0;
		}
		if (*next != IPPROTO_FRAGMENT)
			length += p[1] * 8;
		else if (f->part != PART_WHOLE || !flow_fragment_header(f, p))
			return 0;
		*next = p[0];
		if (f->part == PART_WHOLE)
			f->protocol = *next;
		at = forget(at + length, load_be32(p)) & 0x7fff; /* 40 + 8 * 2048 at most */
	}
	return at;
}

static __always_inline void flow_ipv6(struct flow *f, const __u8 *ip, const __u8 *end,
				      const struct encap_ports *ports)
{
	__u32 at = 40, next;

	if (ip + 40 > end || ip[0] >> 4 != 6)
		return;
	next = ip[6];
	f->family = 6;
	f->protocol = next;
	f->bytes = 40 + be16_host(load_be16(ip + 4));
	for (int i = 0; i < 4; i++) {
		f->src[i] = load_be32(ip + 8 + 4 * i);
		f->dst[i] = load_be32(ip + 24 + 4 * i);
	}
	if (unlikely(is_extension(next))) {
		at = flow_extensions(f, ip, end, f->bytes, &next);
		if (!at)
			return;
	}
	if (f->bytes < at)
		flow_set_short(f);
	else
		flow_payload(f, ip + at, end, f->bytes - at, ports, next);
}

/*
 * Passes VLAN tags (802.1Q, 802.1ad) and a PPPoE session header (RFC 2516) from data + at on.
 * Returns the IP header and sets *type to its EtherType, or returns NULL.
 */
static __always_inline const __u8 *parse_link(const __u8 *data, const __u8 *end, __u32 at,
					      __be16 *type)
{
	for (int i = 0; i < PARSE_VLAN_TAGS; i++) {
		if (*type != be16_host(ETH_P_8021Q) && *type != be16_host(ETH_P_8021AD))
			break;
		if (data + at + 4 > end)
			return NULL;
		*type = load_be16(data + at + 2);
		at += 4;
	}
	if (*type == be16_host(ETH_P_PPP_SES)) {
		/* version 1, type 1, code 0 (session data), session, length, PPP protocol */
		if (data + at + 8 > end || load_be16(data + at) != be16_host(0x1100))
			return NULL;
		*type = load_be16(data + at + 6);
		if (*type == be16_host(PARSE_PPP_IP))
			*type = be16_host(ETH_P_IP);
		else if (*type == be16_host(PARSE_PPP_IPV6))
			*type = be16_host(ETH_P_IPV6);
		else
			return NULL;
		at += 8;
	}
	return data + (forget(at, load_be32(data)) & 0x3f);
}

/* A raw IP packet, data..end, to a flow. `ports` may be NULL. */
static __always_inline void flow_parse_ip(struct flow *f, const void *data, const void *end,
					  const struct encap_ports *ports)
{
	const __u8 *ip = data;

	*f = (struct flow){0};
	if (ip + 1 > (const __u8 *)end)
		return;
	if (ip[0] >> 4 == 4)
		flow_ipv4(f, ip, end, ports);
	else
		flow_ipv6(f, ip, end, ports);
}

/*
 * What the EtherType `type` (as in the packet) names, from data + at on, to a flow; `at` is the
 * length of a link-layer header, at most 32. `ports` may be NULL.
 */
static __always_inline void flow_parse_type(struct flow *f, const void *data, const void *end,
					    __u32 at, __be16 type, const struct encap_ports *ports)
{
	const __u8 *p = (const __u8 *)data + at;

	*f = (struct flow){0};
	if (unlikely(type != be16_host(ETH_P_IP) && type != be16_host(ETH_P_IPV6)))
		p = parse_link(data, end, at, &type);
	if (!p)
		return;
	if (likely(type == be16_host(ETH_P_IP)))
		flow_ipv4(f, p, end, ports);
	else if (type == be16_host(ETH_P_IPV6))
		flow_ipv6(f, p, end, ports);
}

/* An Ethernet frame, data..end, to a flow. `ports` may be NULL. */
static __always_inline void flow_parse(struct flow *f, const void *data, const void *end,
				       const struct encap_ports *ports)
{
	const __u8 *p = data;

	if (p + ETH_HLEN > (const __u8 *)end)
		*f = (struct flow){0};
	else
		flow_parse_type(f, data, end, ETH_HLEN, load_be16(p + 12), ports);
}

#endif
