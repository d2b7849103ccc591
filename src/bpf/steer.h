/* SPDX-License-Identifier: GPL-2.0-only */
/* The steering program: what happens to a frame on the receiving CPU. */
#ifndef BPF_STEER_H
#define BPF_STEER_H

#include "bpf/find.h"
#include "bpf/decision.h"
#include "bpf/headers.h"
#include "bpf/ike.h"
#include "bpf/ticket.h"
#include "core/quick.h"

static __always_inline void count(__u32 which, __u32 bytes)
{
	struct interface_counts *c = element(counts, constants.interface);

	if (!c)
		return;
	c->by_class[which].packets++;
	c->by_class[which].bytes += bytes;
}

/*
 * The compiler would merge several of these calls into one with a choice of maps, and the kernel
 * then calls through a pointer (17 ns with retpolines) what it else calls directly. Another
 * constant behind each call keeps them apart.
 */
#define redirect_to(MAP, CPU, CONSTANT)                                                            \
	({                                                                                         \
		long to_ = bpf_redirect_map(&(MAP), CPU, XDP_PASS);                                \
		asm volatile("" : "+r"(to_) : "i"(CONSTANT));                                      \
		to_;                                                                               \
	})

/* To a ring; without such a ring the packet flows as if we were not there. */
static __always_inline int redirect(__u32 number)
{
	const struct ring *ring = element(rings, number);

	decide_ring(number);
	if (!ring)
		return XDP_PASS;
	if (likely(ring->kind == RING_SA))
		return redirect_to(cpus_sa, ring->cpu, RING_SA);
	if (ring->kind == RING_STRAY)
		return redirect_to(cpus_stray, ring->cpu, RING_STRAY);
	return redirect_to(cpus_ike, ring->cpu, RING_IKE);
}

/*
 * To a ring whose program takes the ticket off again. It is in front of the frame already, unless
 * that has no room for it; from a frame that stays here it is taken off.
 */
static __always_inline int redirect_ticketed(struct xdp_md *ctx, __u32 number)
{
	int verdict = redirect(number);
	struct ticket ticket;

	if (unlikely(verdict != XDP_REDIRECT))
		take_ticket(ctx, &ticket);
	return verdict;
}

static __always_inline bool is_local(const struct host *h, const struct flow *f)
{
	const struct addr_set *set = element(addresses, 0);

	return set && addr_set_has(set, h->addresses, constants.shape.seed, f->family, f->dst);
}

/* Fragments of one datagram follow its first, which is the only one with an SPI or ports. */
static __always_inline void remember(const struct flow *f, __u32 way, __u64 key)
{
	struct fragment_value value = {.key = key, .way = way};
	struct fragment_key fk;

	if (likely(f->part != PART_FIRST))
		return;
	fragment_key(&fk, f);
	bpf_map_update_elem(&fragments, &fk, &value, BPF_ANY);
}

/*
 * CLOCK_MONOTONIC, as of the last tick. The kernel's own coarse clock is no finer, and calling it
 * takes 15 ns; reading jiffies is one load. A CPU that sees another's new tick before its time is a
 * tick late, which nobody minds.
 */
static __always_inline __u64 tick_ns(struct host *h)
{
	__u64 tick = bpf_jiffies64();

	if (unlikely(SHARED(h->tick) != tick)) {
		SHARED(h->tick_ns) = clock_ns();
		SHARED(h->tick) = tick;
	}
	return SHARED(h->tick_ns);
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
 * Notes a stray with an SPI; a new one is asked about. When learning, the first three that rise are,
 * and while it stays a stray one more in every quarter of a second (2^28 ns): a question may be lost,
 * and the learner takes three within a second and wants to see that an SA lasts.
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

/*
 * IPsec of no SA that we know, or a fragment of it whose first was not seen (then key is 0). Where
 * it goes is decided anew each tick; those of the same sender and SPI within a tick follow.
 */
static __always_inline int steer_stray(const struct flow *f, __u64 key)
{
	struct host *h = element(host, 0);
	struct stray_seen *seen = element(stray_seen, stray_seen_index(key));
	__u64 who = stray_who(f, key), now;
	__u32 ring;
	bool again;

	if (!h || !seen)
		return XDP_PASS;
	now = tick_ns(h);
	again = key && seen->who == who && seen->time_ns == now && !h->learn;
	if (!again && !is_local(h, f)) {
		count(CLASS_TRANSIT, f->bytes);
		decide(WAY_TRANSIT);
		return XDP_PASS;
	}
	if (h->stray_allowance &&
	    !allow(&h->stray_window, &h->stray_count, h->stray_allowance, now >> WINDOW_SHIFT)) {
		count(CLASS_LIMITED, f->bytes);
		return XDP_DROP;
	}
	count(CLASS_STRAY, f->bytes);
	decide(WAY_STRAY);
	ring = again ? seen->ring : stray_ring(h, f, now);
	if (key && !again)
		note_stray(h, f, seen, who, ring);
	return redirect(ring);
}

/* What core/handover.h needs to know of ring @number; false if there is none. */
static __always_inline bool look_at(__u32 number, struct old_ring *to)
{
	const struct ring *ring = element(rings, number);
	struct ring_state *state =
		ring ? element(ring_states, ring_place(ring->kind, ring->cpu, constants.cpus))
		     : NULL;

	if (!state)
		return false;
	to->runs = SHARED(state->runs);
	to->batch = constants.batch;
	to->beside = ring->cpu == bpf_get_smp_processor_id();
	return true;
}

/* An SA on its way from ring `to` to ring `own`: core/handover.h decides for this CPU. */
static __noinline int steer_moving(struct xdp_md *ctx, __u64 word, __u32 slot)
{
	struct sa_warm *warm = element(sa_warm, slot);
	__u32 record = warm ? SHARED(warm->record) : NO_MOVE;
	struct move_record *move = element(move_records, record);
	__u32 index = record * constants.cpus + bpf_get_smp_processor_id();
	struct move_line *line = element(move_lines, index);
	__u64 now = clock_ns();
	struct ticket ticket;
	struct old_ring to;

	if (!look_at(sa_word_to(word), &to) || !move || !line || move->slot != slot)
		return redirect(sa_word_to(word));
	if (handover_crosses(move, line, &to, now))
		return redirect(sa_word_own(word));
	ticket = (struct ticket){
		.generation = move->generation, .line = index, .number = handover_sent(line, now)};
	if (!put_ticket(ctx, &ticket))
		handover_sent_untold(line, now);
	return redirect_ticketed(ctx, sa_word_to(word));
}

/* A frame of an SA that we know. */
static __always_inline int steer_sa(struct xdp_md *ctx, const struct flow *f,
				    const struct found *found)
{
	__u64 word = found->word;

	decide_slot(found->slot);
	if (unlikely(sa_word_flags(word) & SA_HANDS_OFF)) {
		count(CLASS_HANDS_OFF, f->bytes);
		return XDP_PASS;
	}
	decide(WAY_SA);
	if (likely(sa_word_to(word) == sa_word_own(word)))
		return redirect(sa_word_own(word));
	return steer_moving(ctx, word, found->slot);
}

/*
 * IKE over its share. It is confined as strays are, and dropped only if the operator asked for
 * that; by a count of its own, or a flood of it would use up what strays may.
 */
static __always_inline int steer_ike_over(struct host *h, const struct flow *f, __u64 now)
{
	if (h->stray_allowance && !allow(&h->ike_over_window, &h->ike_over_count,
					 h->stray_allowance, now >> WINDOW_SHIFT)) {
		count(CLASS_LIMITED, f->bytes);
		return XDP_DROP;
	}
	count(CLASS_IKE_OVER, f->bytes);
	return redirect(stray_ring(h, f, now));
}

/* IKE and keepalives, never behind ESP. */
static __always_inline int steer_ike(const struct flow *f)
{
	struct host *h = element(host, 0);
	__u64 now;

	if (!h)
		return XDP_PASS;
	if (!is_local(h, f)) {
		count(CLASS_TRANSIT, f->bytes);
		decide(WAY_TRANSIT);
		return XDP_PASS;
	}
	decide(WAY_IKE);
	now = tick_ns(h);
	if (unlikely(!ike_in_share(h, f, now)))
		return steer_ike_over(h, f, now);
	count(CLASS_IKE, f->bytes);
	return redirect(h->ike_ring);
}

/* @looked: what was found of it already, or NULL. */
static __always_inline int steer_spi(struct xdp_md *ctx, const struct flow *f,
				     const struct found *looked)
{
	struct found found;

	if (looked)
		found = *looked;
	else
		find_key(&found, flow_key(f));
	remember(f, WAY_SA, found.key);
	if (unlikely(!found.word))
		return steer_stray(f, found.key);
	return steer_sa(ctx, f, &found);
}

static __always_inline int steer_other(const struct flow *f, struct xdp_md *ctx)
{
	count(CLASS_OTHER, f->bytes ? f->bytes : frame_bytes(ctx));
	return XDP_PASS;
}

/* A later fragment, or a first one without its SPI: the way of the datagram's first. */
static __always_inline int steer_fragment(struct xdp_md *ctx, const struct flow *f)
{
	const struct fragment_value *value = find_remembered(f);
	struct found found;

	if (!value) {
		if (f->protocol == IPPROTO_ESP || f->protocol == IPPROTO_AH)
			return steer_stray(f, 0);
		return steer_other(f, ctx);
	}
	if (value->way == WAY_IKE)
		return steer_ike(f);
	find_key(&found, value->key);
	if (!found.word)
		return steer_stray(f, 0);
	return steer_sa(ctx, f, &found);
}

/* Any frame; @looked as for steer_spi(). */
static __always_inline int steer_any(struct xdp_md *ctx, const struct found *looked)
{
	struct flow f;

	if (unlikely(!parse(ctx, &f))) {
		decide_flow(&f);
		count(CLASS_BEYOND, f.bytes);
		return XDP_PASS;
	}
	decide_flow(&f);
	if (likely(has_spi(&f) && f.part == PART_WHOLE))
		return steer_spi(ctx, &f, looked);
	if (f.kind == FLOW_OTHER)
		return steer_other(&f, ctx);
	if (f.part != PART_WHOLE)
		count(CLASS_FRAGMENT, f.bytes);
	if (f.kind == FLOW_FRAGMENT)
		return steer_fragment(ctx, &f);
	if (has_spi(&f))
		return steer_spi(ctx, &f, NULL);
	remember(&f, WAY_IKE, 0);
	return steer_ike(&f);
}

/* The frames that nearly all are, ESP as core/quick.h takes it, are looked up at once. */
static __always_inline bool look_quick(struct xdp_md *ctx, struct found *found)
{
	const struct sa_table_shape shape = table_shape();
	struct quick q;

	if (!quick_parse(&q, &shape, (void *)(long)ctx->data, (void *)(long)ctx->data_end))
		return false;
	find_key(found, q.key);
	return true;
}

static __always_inline int steer(struct xdp_md *ctx)
{
	struct found found = {};
	bool looked = look_quick(ctx, &found);

	if (likely(found.word && sa_word_at_rest(found.word))) {
		decide_quick(ctx, found.slot);
		return redirect(sa_word_own(found.word));
	}
	return steer_any(ctx, looked ? &found : NULL);
}

#endif
