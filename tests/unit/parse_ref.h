/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A second parser, for the tests: the rules of core/parse.h written as plainly as they can be, byte
 * by byte and with one check of every access, to be compared with it where no flow was worked out.
 */
#ifndef TESTS_UNIT_PARSE_REF_H
#define TESTS_UNIT_PARSE_REF_H

#include <string.h>
#include "core/parse.h"

/* What is left to read: of the frame, and of the IP packet by its own length. */
struct ref {
	const __u8 *at;
	size_t frame, packet;
};

static inline bool ref_has(const struct ref *r, size_t n)
{
	return r->frame >= n && r->packet >= n;
}

static inline void ref_skip(struct ref *r, size_t n)
{
	size_t in_frame = n < r->frame ? n : r->frame;

	r->at += in_frame;
	r->frame -= in_frame;
	r->packet -= n;
}

static inline __u32 ref_number(const struct ref *r, size_t at, size_t bytes)
{
	__u32 n = 0;

	while (bytes--)
		n = n << 8 | r->at[at++];
	return n;
}

static inline void ref_not_there(struct flow *f)
{
	if (f->part == PART_FIRST)
		f->kind = FLOW_FRAGMENT;
}

static inline void ref_spi(struct flow *f, const struct ref *r, size_t at, enum flow_kind kind)
{
	if (ref_number(r, at, 4) == 0)
		return;
	f->kind = kind;
	f->spi = ref_number(r, at, 4);
	f->seq = ref_number(r, at + 4, 4);
}

static inline bool ref_carries_esp(const struct encap_ports *ports, unsigned int port)
{
	return port == 4500 || (ports && (ports->bit[port / 64] >> port % 64) % 2 == 1);
}

static inline void ref_encap(struct flow *f, struct ref *r, size_t size)
{
	if (size == 1 && ref_has(r, 1) && r->at[0] == 0xff)
		f->kind = FLOW_KEEPALIVE;
	if (size >= 4 && size <= 8 && ref_has(r, 4) && ref_number(r, 0, 4) == 0)
		f->kind = FLOW_IKE;
	if (size <= 8)
		return;
	if (!ref_has(r, 8))
		ref_not_there(f);
	else if (ref_number(r, 0, 4) == 0)
		f->kind = FLOW_IKE;
	else
		ref_spi(f, r, 0, FLOW_ESP_UDP);
}

static inline void ref_udp(struct flow *f, struct ref *r, const struct encap_ports *ports)
{
	size_t length;

	if (!ref_has(r, 8)) {
		ref_not_there(f);
		return;
	}
	f->sport = ref_number(r, 0, 2);
	f->dport = ref_number(r, 2, 2);
	length = ref_number(r, 4, 2);
	if (length < 8)
		return;
	if (f->part == PART_WHOLE && length > r->packet)
		return;
	ref_skip(r, 8);
	if (ref_carries_esp(ports, f->dport))
		ref_encap(f, r, length - 8);
	else if (f->dport == 500)
		f->kind = FLOW_IKE;
}

static inline void ref_payload(struct flow *f, struct ref *r, int protocol,
			       const struct encap_ports *ports)
{
	switch (protocol) {
	case 50:
		if (ref_has(r, 8))
			ref_spi(f, r, 0, FLOW_ESP);
		else
			ref_not_there(f);
		break;
	case 51:
		if (ref_has(r, 12))
			ref_spi(f, r, 4, FLOW_AH);
		else
			ref_not_there(f);
		break;
	case 17:
		ref_udp(f, r, ports);
		break;
	}
}

static inline void ref_ipv4(struct flow *f, struct ref *r, const struct encap_ports *ports)
{
	size_t header, offset;
	bool more;

	if (r->frame < 20)
		return;
	header = r->at[0] % 16 * 4;
	r->packet = ref_number(r, 2, 2);
	if (r->at[0] / 16 != 4 || header < 20 || r->packet < header)
		return;
	f->family = 4;
	f->protocol = r->at[9];
	f->bytes = r->packet;
	memcpy(f->src, r->at + 12, 4);
	memcpy(f->dst, r->at + 16, 4);
	more = r->at[6] & 0x20;
	offset = ref_number(r, 6, 2) % 0x2000;
	if (more || offset) {
		__u16 id;

		memcpy(&id, r->at + 4, 2);
		f->id = id;
		f->part = offset ? PART_LATER : PART_FIRST;
	}
	if (f->part == PART_LATER) {
		f->kind = FLOW_FRAGMENT;
		return;
	}
	ref_skip(r, header);
	ref_payload(f, r, f->protocol, ports);
}

/* One extension header; false when there is nothing behind it to look at. */
static inline bool ref_extension(struct flow *f, struct ref *r, int *next)
{
	size_t length = 8;

	if (!ref_has(r, 8)) {
		ref_not_there(f);
		return false;
	}
	if (*next != 44) {
		length = (r->at[1] + 1) * 8;
	} else {
		if (f->part != PART_WHOLE)
			return false;
		f->protocol = r->at[0];
		if (r->at[2] || r->at[3] & 0xf9) {
			memcpy(&f->id, r->at + 4, 4);
			f->part = r->at[2] || r->at[3] & 0xf8 ? PART_LATER : PART_FIRST;
		}
		if (f->part == PART_LATER) {
			f->kind = FLOW_FRAGMENT;
			return false;
		}
	}
	*next = r->at[0];
	if (f->part == PART_WHOLE)
		f->protocol = *next;
	if (length > r->packet) {
		/* Then no header behind it is there, whichever it is. */
		r->packet = length;
		r->frame = 0;
	}
	ref_skip(r, length);
	return true;
}

static inline void ref_ipv6(struct flow *f, struct ref *r, const struct encap_ports *ports)
{
	bool longer = false;
	int next;

	if (r->frame < 40 || r->at[0] / 16 != 6)
		return;
	r->packet = 40 + ref_number(r, 4, 2);
	next = r->at[6];
	f->family = 6;
	f->protocol = next;
	f->bytes = r->packet;
	memcpy(f->src, r->at + 8, 16);
	memcpy(f->dst, r->at + 24, 16);
	ref_skip(r, 40);
	for (int i = 0; i < 8 && (next == 0 || next == 43 || next == 44 || next == 60); i++) {
		size_t length = next != 44 && ref_has(r, 8) ? (r->at[1] + 1) * 8 : 8;

		longer = length > r->packet;
		if (!ref_extension(f, r, &next))
			return;
	}
	if (longer)
		ref_not_there(f);
	else
		ref_payload(f, r, next, ports);
}

static inline void ref_parse_ip(struct flow *f, const __u8 *bytes, size_t len,
				const struct encap_ports *ports)
{
	struct ref r = {.at = bytes, .frame = len};

	memset(f, 0, sizeof(*f));
	if (len && bytes[0] / 16 == 4)
		ref_ipv4(f, &r, ports);
	else if (len)
		ref_ipv6(f, &r, ports);
}

static inline void ref_parse(struct flow *f, const __u8 *bytes, size_t len,
			     const struct encap_ports *ports)
{
	struct ref r = {.at = bytes, .frame = len, .packet = len};
	__u32 type;

	memset(f, 0, sizeof(*f));
	if (len < 14)
		return;
	type = ref_number(&r, 12, 2);
	ref_skip(&r, 14);
	for (int tags = 0; tags < 2 && (type == 0x8100 || type == 0x88a8); tags++) {
		if (r.frame < 4)
			return;
		type = ref_number(&r, 2, 2);
		ref_skip(&r, 4);
	}
	if (type == 0x8864) {
		if (r.frame < 8 || ref_number(&r, 0, 2) != 0x1100)
			return;
		type = ref_number(&r, 6, 2) == 0x21   ? 0x0800
		       : ref_number(&r, 6, 2) == 0x57 ? 0x86dd
						      : 0;
		ref_skip(&r, 8);
	}
	if (type == 0x0800)
		ref_ipv4(f, &r, ports);
	else if (type == 0x86dd)
		ref_ipv6(f, &r, ports);
}

#endif
