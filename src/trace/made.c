// SPDX-License-Identifier: GPL-2.0-only
// Made-up traffic: the same options give the same packets.
#include "trace/made.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "core/parse.h"
#include "core/random.h"
#include "trace/zipf.h"

enum { SPI_FIRST = 0xc0000000, SPI_BITS = 28, PAIR_BITS = 24 };

/* All that is kept of an SA. */
struct made_sa {
	__u32 spi;
	__u32 seq;
	__u32 source; /* what tells its source address from the others */
	bool udp, v6;
};

struct maker {
	const struct made *made;
	const struct trace_ops *ops;
	void *arg;
	struct made_sa *sas;
	struct zipf_cell *cells; /* NULL: in turn */
	uint64_t random;
	__u32 turn;
	__u64 step_ns, step_rest; /* from packet to packet; rest: in parts of 1/rate */
	__u64 rest;
	struct trace_packet packet;
};

struct made made_defaults(void)
{
	return (struct made){
		.sas = 64,
		.pairs = 1,
		.seed = 1,
		.packets = 1000000,
		.rate = 1000000,
	};
}

/* A bijection of the numbers below 2^bits, another for each key: a Feistel network. */
static __u32 scatter(__u32 x, unsigned int bits, __u64 key)
{
	unsigned int half = bits / 2;
	__u32 mask = (1U << half) - 1, left = x >> half, right = x & mask;

	for (__u64 round = 0; round < 4; round++) {
		__u32 next = left ^ ((__u32)random_mix(key + (round << 32 | right)) & mask);

		left = right;
		right = next;
	}
	return left << half | right;
}

static void make_sas(struct maker *m)
{
	const struct made *made = m->made;
	__u64 key = random_mix(made->seed + 1);

	for (__u32 i = 0; i < made->sas; i++) {
		__u64 drawn = random_mix(key + 2 * (__u64)i + 1);

		m->sas[i] = (struct made_sa){
			.spi = SPI_FIRST | scatter(i, SPI_BITS, key),
			.source = scatter(i % made->pairs, PAIR_BITS, ~key),
			.udp = made->encap == MADE_ENCAP_UDP ||
			       (made->encap == MADE_ENCAP_MIX && drawn & 1),
			.v6 = made->ip == MADE_IP_6 || (made->ip == MADE_IP_MIX && drawn & 2),
		};
	}
}

/* An IP packet that carries `inner` bytes through a tunnel by AES-GCM (RFC 4106). */
static __u32 tunnel_size(const struct made_sa *sa, __u32 inner)
{
	__u32 padded = (inner + 2 + 3) & ~3U; /* pad length and next header; to 4 bytes */

	return (sa->v6 ? 40 : 20) + (sa->udp ? 8 : 0) + 8 + 8 + padded + 16;
}

static __u32 draw_size(struct maker *m, const struct made_sa *sa)
{
	__u32 twelfth;

	if (m->made->size)
		return m->made->size;
	twelfth = random_below(&m->random, 12);
	return tunnel_size(sa, twelfth < 7 ? 40 : twelfth < 11 ? 576 : 1400);
}

static struct made_sa *draw_sa(struct maker *m)
{
	__u32 i = m->turn;
	__u64 drawn;

	if (!m->cells) {
		m->turn = i + 1 < m->made->sas ? i + 1 : 0;
		return &m->sas[i];
	}
	drawn = random_next(&m->random);
	i = (__u32)((drawn >> 32) * m->made->sas >> 32);
	return &m->sas[(__u32)drawn < m->cells[i].threshold ? i : m->cells[i].alias];
}

static void set_addresses(struct flow *f, const struct made_sa *sa)
{
	if (sa->v6) { /* 2001:db8:1::/96 to 2001:db8::1, of documentation (RFC 3849) */
		f->src[0] = f->dst[0] = be32_host(0x20010db8);
		f->src[1] = be32_host(0x00010000);
		f->src[3] = be32_host(sa->source);
		f->dst[3] = be32_host(1);
	} else { /* 10.0.0.0/8 to 192.0.2.1 */
		f->src[0] = be32_host(0x0a000000 | sa->source);
		f->dst[0] = be32_host(0xc0000201);
	}
}

static void next_packet(struct maker *m)
{
	struct made_sa *sa = draw_sa(m);
	struct flow *f = &m->packet.flow;

	*f = (struct flow){
		.kind = sa->udp ? FLOW_ESP_UDP : FLOW_ESP,
		.family = sa->v6 ? 6 : 4,
		.protocol = sa->udp ? IPPROTO_UDP : IPPROTO_ESP,
		.part = PART_WHOLE,
		.bytes = draw_size(m, sa),
		.spi = sa->spi,
		.seq = ++sa->seq,
		.sport = sa->udp ? PARSE_PORT_NAT_T : 0,
		.dport = sa->udp ? PARSE_PORT_NAT_T : 0,
	};
	set_addresses(f, sa);
	m->ops->packet(m->arg, &m->packet);
	m->packet.ns += m->step_ns;
	m->rest += m->step_rest;
	if (m->rest >= m->made->rate) {
		m->rest -= m->made->rate;
		m->packet.ns++;
	}
}

static int make_packets(struct maker *m)
{
	int ret = 0;

	for (__u64 i = 0; i < m->made->packets && !ret; i++) {
		next_packet(m);
		if ((i + 1) % TRACE_PAUSE == 0 && m->ops->pause)
			ret = m->ops->pause(m->arg, i + 1, m->made->packets);
	}
	return ret;
}

int made_run(const struct made *made, const struct trace_ops *ops, void *arg)
{
	struct maker m = {
		.made = made,
		.ops = ops,
		.arg = arg,
		.random = made->seed,
		.step_ns = 1000000000 / made->rate,
		.step_rest = 1000000000 % made->rate,
		.sas = calloc(made->sas, sizeof(*m.sas)),
	};
	int err = m.sas ? 0 : -ENOMEM;

	if (!err && made->zipf > 0) {
		m.cells = calloc(made->sas, sizeof(*m.cells));
		err = m.cells ? zipf_fill(m.cells, made->sas, made->zipf) : -ENOMEM;
	}
	if (!err) {
		make_sas(&m);
		err = make_packets(&m);
	}
	free(m.cells);
	free(m.sas);
	return err;
}
