/* SPDX-License-Identifier: GPL-2.0-only */
/* Strays: is one ours, which ring is it for, and asking the daemon about it. */
#ifndef BPF_STRAY_H
#define BPF_STRAY_H

#include "bpf/find.h"
#include "bpf/tick.h"
#include "bpf/window.h"

static __always_inline bool is_local(const struct host *h, const struct flow *f)
{
	const struct addr_set *set = element(addresses, 0);

	return set && addr_set_has(set, h->addresses, constants.shape.seed, f->family, f->dst);
}

static __always_inline void ask(struct host *h, const struct flow *f, __u64 now)
{
	struct ask question = {};

	if (!allow(&h->ask_window, &h->ask_count, ASK_ALLOWANCE, now >> WINDOW_SHIFT))
		return;
	__builtin_memcpy(question.src, f->src, sizeof(question.src));
	__builtin_memcpy(question.dst, f->dst, sizeof(question.dst));
	question.spi = f->spi;
	question.seq = f->seq;
	question.sport = f->sport;
	question.dport = f->dport;
	question.family = f->family;
	question.protocol = flow_sa_protocol(f);
	question.udp = f->kind == FLOW_ESP_UDP;
	question.time_ns = now;
	bpf_ringbuf_output(&asks, &question, sizeof(question), 0);
}

/* src|dst|SPI under the strays' random key: a flood of SPIs spreads over the strays' CPUs only. */
static __always_inline __u32 stray_hash(const struct flow *f)
{
	const struct toeplitz *t = element(toeplitz, 0);
	__be32 spi = be32_host(f->spi);
	__u32 hash = 0;

	if (!t)
		return 0;
	if (f->family == 4)
		return toeplitz_part(t, 0, f->src[0]) ^ toeplitz_part(t, 4, f->dst[0]) ^
		       toeplitz_part(t, 8, spi);
#pragma clang loop unroll(full)
	for (int i = 0; i < 4; i++) {
		hash ^= toeplitz_part(t, 4 * i, f->src[i]);
		hash ^= toeplitz_part(t, 16 + 4 * i, f->dst[i]);
	}
	return hash ^ toeplitz_part(t, 32, spi);
}

/* A stray with an SPI: who sends what, in one word. Its key, and 20 bits of both addresses. */
static __always_inline __u64 stray_who(const struct flow *f, __u64 key)
{
	__u64 first = ((__u64)f->src[0] << 32 | f->src[1]) ^ ((__u64)f->dst[1] << 32 | f->dst[0]);
	__u64 last = ((__u64)f->src[2] << 32 | f->src[3]) ^ ((__u64)f->dst[3] << 32 | f->dst[2]);

	return key | sa_top(sa_mix(first) ^ last, 20) << 44;
}

/*
 * Notes a stray with an SPI; a new one is asked about. When learning, the first three that rise
 * are, and while it stays a stray one more in every quarter of a second (2^28 ns): a question may
 * be lost, and the learner takes three within a second and wants to see that an SA lasts.
 */
static __noinline int note_stray(struct host *h, const struct flow *f, struct stray_seen *seen,
				 __u64 who, __u32 ring)
{
	__u64 now = h->tick_ns;
	bool fresh = seen->who != who || now - seen->time_ns > HANDOVER_SILENCE_NS;
	bool rises = fresh || f->seq > seen->seq;

	if (fresh)
		seen->rising = 0;
	else if (h->learn && (seen->time_ns ^ now) >> 28 && seen->rising == 3)
		seen->rising = 2;
	if (rises && seen->rising < 3) {
		seen->rising++;
		if (fresh || h->learn)
			ask(h, f, now);
	}
	seen->who = who;
	seen->time_ns = now;
	seen->seq = f->seq;
	seen->ring = ring;
	return 0;
}

/* The ring for strays of this hash. */
static __always_inline __u32 stray_ring(const struct host *h, const struct flow *f, __u64 now)
{
	/* The clock may be a tick behind the one that the daemon wrote. */
	__u32 table = now > h->heartbeat_ns + HEARTBEAT_OLD_NS ? STRAYS_SPREAD : STRAYS_CONFINED;

	return h->stray_ring[table][stray_hash(f) & (STRAY_TABLE_SIZE - 1)];
}

struct stray {
	struct host *host;
	struct stray_seen *seen;
	__u64 key, who, now;
	bool again; /* the same sender's of the same SPI was here within this tick: it follows */
};

/* IPsec of no SA that we know: @key, or 0 of a fragment. False: it is not to one of our addresses.
 */
static __always_inline bool stray_begin(struct stray *s, const struct flow *f, __u64 key)
{
	s->host = element(host, 0);
	s->seen = element(stray_seen, stray_seen_index(key));
	if (!s->host || !s->seen)
		return false; /* for the verifier's sake */
	s->key = key;
	s->who = stray_who(f, key);
	s->now = tick_ns(s->host);
	s->again = key && s->seen->who == s->who && s->seen->time_ns == s->now && !s->host->learn;
	return s->again || is_local(s->host, f);
}

/* It is one, and goes to the ring that this returns. */
static __always_inline __u32 stray_take(const struct stray *s, const struct flow *f)
{
	__u32 ring = s->again ? s->seen->ring : stray_ring(s->host, f, s->now);

	if (s->key && !s->again)
		note_stray(s->host, f, s->seen, s->who, ring);
	return ring;
}

#endif
