/* SPDX-License-Identifier: GPL-2.0-only */
/* A flow: what the parser makes of a packet. */
#ifndef CORE_FLOW_H
#define CORE_FLOW_H

#include "core/env.h"

enum flow_kind {
	FLOW_OTHER,
	FLOW_ESP,
	FLOW_AH,
	FLOW_ESP_UDP,
	FLOW_IKE,
	FLOW_KEEPALIVE,
	FLOW_FRAGMENT, /* no SPI in it: a later fragment, or a first one too short for its headers
			*/
};

/* Which part of a fragmented datagram the packet is. */
enum flow_part {
	PART_WHOLE,
	PART_FIRST,
	PART_LATER,
};

/*
 * Every field is always set; what a packet does not have is 0. Addresses and ports stay when a
 * packet is found to be no IPsec after all.
 *
 * protocol: the payload of the IP packet, after any IPv6 extension headers. Of a fragment it is
 * what the IPv4 or the fragment header names, so that it is the same in all fragments of a datagram
 * (in IPv6 that may be one more extension header). Where the parser gave up in the extension
 * headers it is the header that it could not pass.
 */
struct flow {
	__u8 kind;     /* enum flow_kind */
	__u8 family;   /* 4, 6, or 0: no valid IP header, and nothing below is set */
	__u8 protocol; /* IPPROTO_... */
	__u8 part;     /* enum flow_part */
	__u32 bytes;   /* length of the IP packet with its header, as that says; not the frame's */
	__u32 spi;     /* host byte order; set for esp, ah, esp-udp */
	__u32 seq;     /* host byte order; set with spi */
	__u32 id;      /* of a fragment: its datagram's identification, as it is in the packet */
	__u16 sport;   /* UDP with its header in this packet; host byte order */
	__u16 dport;
	__be32 src[4]; /* network byte order; IPv4 in [0], the others 0 */
	__be32 dst[4];
};

/* The IP protocol of the SA that a flow of kind esp, ah or esp-udp belongs to. */
static __always_inline __u8 flow_sa_protocol(const struct flow *f)
{
	return f->kind == FLOW_AH ? IPPROTO_AH : IPPROTO_ESP;
}

/* The other way: the kind of an SA's packets; @udp: ESP in UDP. */
static __always_inline enum flow_kind flow_kind_of_sa(__u8 protocol, bool udp)
{
	if (protocol == IPPROTO_AH)
		return FLOW_AH;
	return udp ? FLOW_ESP_UDP : FLOW_ESP;
}

#ifndef __bpf__
/* The name of a kind, as it is printed. */
static inline const char *flow_kind_name(enum flow_kind kind)
{
	switch (kind) {
	case FLOW_ESP:
		return "esp";
	case FLOW_AH:
		return "ah";
	case FLOW_ESP_UDP:
		return "esp-udp";
	case FLOW_IKE:
		return "ike";
	case FLOW_KEEPALIVE:
		return "keepalive";
	case FLOW_FRAGMENT:
		return "fragment";
	case FLOW_OTHER:
		break;
	}
	return "other";
}
#endif

#endif
