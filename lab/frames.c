// SPDX-License-Identifier: GPL-2.0-only
/* Makes the generator's frame templates: every header, whole or in fragments. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include "plan.h"

#define EXTENSION 8 /* bytes of either IPv6 extension header: two of its own, one PadN of six */
#define AH_BYTES  24
#define OPTIONS	  8 /* bytes of IPv4 options */

/* One frame as it grows. */
struct draft {
	struct lab_frame *frame;
	unsigned int at;
};

/* What all frames of a variant have in common. */
struct layout {
	const struct plan_options *options;
	struct ether_addr source_mac, destination_mac;
	struct in_addr src4, dst4;
	struct in6_addr src6, dst6;
	bool v6, udp;
	int ip_bytes;	/* of the header that each fragment has, without fragment header */
	int body_bytes; /* what can be split */
	int share;	/* of it, in each fragment but the last */
	int sport, dport;
	int protocol; /* of what follows the IPv4 header, or all IPv6 extension headers */
};

static int refuse(const char *what, const char *why)
{
	fprintf(stderr, "espgen: %s: %s\n", what, why);
	return -EINVAL;
}

static void put(struct draft *d, const void *bytes, unsigned int n)
{
	memcpy(d->frame->bytes + d->at, bytes, n);
	d->at += n;
}

static void put8(struct draft *d, __u8 value)
{
	put(d, &value, 1);
}

static void put16(struct draft *d, __u16 value)
{
	value = htons(value);
	put(d, &value, 2);
}

static void put32(struct draft *d, __u32 value)
{
	value = htonl(value);
	put(d, &value, 4);
}

static __u32 sum_words(const void *bytes, int n)
{
	const __u8 *b = bytes;
	__u32 sum = 0;

	for (int i = 0; i + 1 < n; i += 2)
		sum += b[i] << 8 | b[i + 1];
	return n % 2 ? sum + (b[n - 1] << 8) : sum;
}

static void put_ethernet(struct draft *d, const struct layout *l, int ip_total)
{
	const struct plan_options *o = l->options;
	__u16 type = l->v6 ? 0x86dd : 0x0800;

	put(d, &l->destination_mac, 6);
	put(d, &l->source_mac, 6);
	if (o->qinq) {
		put16(d, 0x88a8);
		put16(d, o->qinq);
	}
	if (o->vlan) {
		put16(d, 0x8100);
		put16(d, o->vlan);
	}
	if (!o->pppoe) {
		put16(d, type);
		return;
	}
	/* RFC 2516: version and type 1, code 0; then the PPP protocol of RFC 1661. */
	put16(d, 0x8864);
	put16(d, 0x1100);
	put16(d, o->pppoe);
	put16(d, ip_total + 2);
	put16(d, l->v6 ? 0x0057 : 0x0021);
}

static void put_ip4(struct draft *d, const struct layout *l, int offset, int bytes, bool more)
{
	unsigned int start = d->at;

	put8(d, 0x40 | l->ip_bytes / 4);
	put8(d, 0);
	put16(d, l->ip_bytes + bytes);
	d->frame->at_id4 = d->at;
	put16(d, 0);
	put16(d, offset / 8 | (more ? 0x2000 : 0));
	put8(d, 64);
	put8(d, l->protocol);
	d->frame->at_header_sum = d->at;
	put16(d, 0);
	d->frame->at_source = d->at;
	put32(d, 0);
	put(d, &l->dst4, 4);
	if (l->options->ip_options) {
		/* Seven no-operations and the end of the list. */
		put32(d, 0x01010101);
		put32(d, 0x01010100);
	}
	d->frame->header_sum = sum_words(d->frame->bytes + start, l->ip_bytes);
}

static void put_extension(struct draft *d, int next)
{
	put8(d, next);
	put8(d, 0);
	put16(d, 0x0104);
	put32(d, 0);
}

static void put_ip6(struct draft *d, const struct layout *l, int offset, int bytes, bool more)
{
	bool split = offset || more, extensions = l->options->extensions;
	int inner = extensions ? IPPROTO_DSTOPTS : l->protocol;
	int outer = split ? IPPROTO_FRAGMENT : inner;

	put32(d, 0x60000000);
	put16(d, l->ip_bytes - 40 + (split ? 8 : 0) + bytes);
	put8(d, extensions ? IPPROTO_HOPOPTS : outer);
	put8(d, 64);
	put(d, &l->src6, 12);
	d->frame->at_source = d->at;
	put32(d, 0);
	put(d, &l->dst6, 16);
	if (extensions)
		put_extension(d, outer);
	if (split) {
		put8(d, inner);
		put8(d, 0);
		put16(d, offset | more);
		d->frame->at_id6 = d->at;
		put32(d, 0);
	}
}

static void put_udp(struct draft *d, const struct layout *l, int bytes)
{
	put16(d, l->sport);
	put16(d, l->dport);
	put16(d, bytes);
	/* Over IPv4 it may be left out; over IPv6 Linux drops what has none. */
	if (l->v6)
		d->frame->at_udp_sum = d->at;
	put16(d, 0);
}

static void put_security(struct draft *d, bool ah)
{
	/* RFC 4302: next header, length in words less two, reserved. */
	if (ah)
		put32(d, IPPROTO_NONE << 24 | (AH_BYTES / 4 - 2) << 16);
	d->frame->at_spi = d->at;
	put32(d, 0);
	put32(d, 0);
	if (ah)
		d->at += AH_BYTES - 12;
	d->frame->at_payload = d->at;
	put32(d, LAB_MAGIC);
	d->at += LAB_PAYLOAD_BYTES - 4;
}

/* RFC 7296: two SPIs, next payload, version, exchange type, flags, message, length. */
static void put_ike(struct draft *d, bool marker, int bytes)
{
	if (marker)
		put32(d, 0);
	put32(d, 0x45737061);
	put32(d, 0x6c696572);
	put32(d, 0);
	put32(d, 0);
	put32(d, 33 << 24 | 0x20 << 16 | 34 << 8 | 0x08);
	put32(d, 0);
	put32(d, bytes - 8 - (marker ? 4 : 0));
}

/* The start of what the IP packet carries. */
static void put_body(struct draft *d, const struct layout *l)
{
	int kind = l->options->kind, bytes = l->body_bytes;
	unsigned int start;

	if (l->v6 && l->options->extensions) {
		put_extension(d, l->protocol);
		bytes -= EXTENSION;
	}
	start = d->at;
	if (l->udp)
		put_udp(d, l, bytes);
	if (kind == LAB_ESP || kind == LAB_AH)
		put_security(d, kind == LAB_AH);
	if (kind == LAB_IKE || kind == LAB_IKE_NATT)
		put_ike(d, kind == LAB_IKE_NATT, bytes);
	if (kind == LAB_KEEPALIVE)
		put8(d, 0xff);
	if (kind == LAB_OTHER_UDP)
		put32(d, 0x6f746865);
	if (d->frame->at_udp_sum)
		d->frame->udp_sum = sum_words(&l->src6, 12) + sum_words(&l->dst6, 16) + bytes +
				    IPPROTO_UDP + sum_words(d->frame->bytes + start, d->at - start);
}

static void make_frame(struct lab_frame *frame, const struct layout *l, int offset)
{
	struct draft d = {frame, 2};
	int left = l->body_bytes - offset;
	bool more = l->share && left > l->share, split = offset || more;
	int bytes = more ? l->share : left;
	int ip_total = l->ip_bytes + (l->v6 && split ? 8 : 0) + bytes;

	put_ethernet(&d, l, ip_total);
	frame->len = d.at - 2 + ip_total;
	if (l->v6)
		put_ip6(&d, l, offset, bytes, more);
	else
		put_ip4(&d, l, offset, bytes, more);
	if (!offset)
		put_body(&d, l);
}

static int parse_addresses(struct layout *l, __u32 *source)
{
	const struct plan_options *o = l->options;
	const struct ether_addr *mac;

	l->v6 = strchr(o->src, ':');
	if (inet_pton(l->v6 ? AF_INET6 : AF_INET, o->src, l->v6 ? (void *)&l->src6 : &l->src4) != 1)
		return refuse(o->src, "not an address");
	if (inet_pton(l->v6 ? AF_INET6 : AF_INET, o->dst, l->v6 ? (void *)&l->dst6 : &l->dst4) != 1)
		return refuse(o->dst, "not an address, or not of the kind of --src");
	*source = ntohl(l->v6 ? l->src6.s6_addr32[3] : l->src4.s_addr);
	mac = ether_aton(o->source_mac);
	if (mac)
		l->source_mac = *mac;
	else
		return refuse(o->source_mac, "not a MAC address");
	mac = ether_aton(o->destination_mac);
	if (!mac)
		return refuse(o->destination_mac, "not a MAC address");
	l->destination_mac = *mac;
	return 0;
}

/* Bytes of the body that a packet of this kind cannot do without. */
static int least_body(const struct layout *l)
{
	static const int least[] = {
		[LAB_ESP] = 8 + LAB_PAYLOAD_BYTES,
		[LAB_AH] = AH_BYTES + LAB_PAYLOAD_BYTES,
		[LAB_IKE] = 28,
		[LAB_IKE_NATT] = 32,
		[LAB_KEEPALIVE] = 1,
		[LAB_OTHER_UDP] = 4,
	};

	return least[l->options->kind] + (l->udp ? 8 : 0) +
	       (l->v6 && l->options->extensions ? EXTENSION : 0);
}

static int lay_out(struct layout *l, int variant)
{
	const struct plan_options *o = l->options;
	__u64 port = o->kind == LAB_IKE ? 500 : 4500;
	char text[64];

	l->udp = variant || o->kind > LAB_AH;
	l->protocol = l->udp ? IPPROTO_UDP : o->kind == LAB_AH ? IPPROTO_AH : IPPROTO_ESP;
	l->sport = o->sport ?: port;
	l->dport = o->dport ?: port;
	l->ip_bytes =
		l->v6 ? 40 + (o->extensions ? EXTENSION : 0) : 20 + (o->ip_options ? OPTIONS : 0);
	l->body_bytes = o->kind == LAB_KEEPALIVE ? least_body(l) : (int)o->size - l->ip_bytes;
	l->share = o->fragment / 8 * 8;
	if (l->body_bytes >= least_body(l))
		return 0;
	snprintf(text, sizeof(text), "too small: at least %d", l->ip_bytes + least_body(l));
	return refuse("--size", text);
}

static int make_variant(struct plan *p, struct layout *l, int variant)
{
	int n = 0, offset, err = lay_out(l, variant);

	if (err)
		return err;
	for (offset = 0; offset < l->body_bytes; offset += l->share ?: l->body_bytes) {
		if (n == LAB_FRAGMENTS_MAX)
			return refuse("--fragment", "more than 16 fragments");
		if (offset || !l->options->skip_first)
			make_frame(&p->frames[variant][n++], l, offset);
	}
	if (l->options->fragment && n + l->options->skip_first < 2)
		return refuse("--fragment", "the packet fits in one; see --size");
	p->fragments = n;
	if (p->frames[variant][0].len > ESPGEN_SIZE_MAX)
		return refuse("--size", "the frame is larger than 3300 bytes; see --fragment");
	return 0;
}

static int check(const struct plan_options *o, const struct layout *l)
{
	if (o->encap && o->kind != LAB_ESP)
		return refuse("--encap", "only for --kind esp");
	if (o->qinq && !o->vlan)
		return refuse("--qinq", "needs --vlan too");
	if (o->ip_options && l->v6)
		return refuse("--options", "only with IPv4 addresses");
	if (o->extensions && !l->v6)
		return refuse("--exthdr", "only with IPv6 addresses");
	if (o->skip_first && !o->fragment)
		return refuse("--skip-first", "needs --fragment");
	return 0;
}

int frames_make(struct plan *p, const struct plan_options *o)
{
	struct layout l = {.options = o};
	int err = parse_addresses(&l, &p->run.source) ?: check(o, &l);

	for (int v = 0; v < LAB_VARIANTS && !err; v++)
		if (v ? o->encap != LAB_PLAIN : o->encap != LAB_UDP)
			err = make_variant(p, &l, v);
	return err;
}
