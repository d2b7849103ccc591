/* SPDX-License-Identifier: GPL-2.0-only */
/* The steering program: what happens to a frame on the receiving CPU. */
#ifndef BPF_STEER_H
#define BPF_STEER_H

#include "bpf/count.h"
#include "bpf/find.h"
#include "bpf/decision.h"
#include "bpf/headers.h"
#include "bpf/ike.h"
#include "bpf/stray.h"
#include "bpf/ticket.h"
#include "core/quick.h"

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

/*
 * IPsec of no SA that we know, or a fragment of it whose first was not seen (then key is 0). Where
 * it goes is decided anew each tick; those of the same sender and SPI within a tick follow.
 */
static __always_inline int steer_stray(const struct flow *f, __u64 key)
{
	struct stray stray;
	struct host *h;

	if (!stray_begin(&stray, f, key)) {
		count(CLASS_TRANSIT, f->bytes);
		decide(WAY_TRANSIT);
		return XDP_PASS;
	}
	h = stray.host;
	if (h->stray_allowance && !allow(&h->stray_window, &h->stray_count, h->stray_allowance,
					 stray.now >> WINDOW_SHIFT)) {
		count(CLASS_LIMITED, f->bytes);
		return XDP_DROP;
	}
	count(CLASS_STRAY, f->bytes);
	decide(WAY_STRAY);
	return redirect(stray_take(&stray, f));
}

/* What core/handover.h needs to know of ring @number; false if there is none. */
static __always_inline bool read_old_ring(__u32 number, struct old_ring *to)
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
	/* Not older than the word: by that of the last move this CPU has crossed. */
	struct sa_warm *warm = element(sa_warm, after(word, slot));
	__u32 record = warm ? SHARED(warm->record) : NO_MOVE;
	struct move_record *move = element(move_records, record);
	__u32 index = record * constants.cpus + bpf_get_smp_processor_id();
	struct move_line *line = element(move_lines, index);
	__u64 now = clock_ns();
	struct ticket ticket;
	struct old_ring to;

	if (!read_old_ring(sa_word_to(word), &to) || !move || !line || move->slot != slot)
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

/* @known: what was found of it already, or NULL. */
static __always_inline int steer_spi(struct xdp_md *ctx, const struct flow *f,
				     const struct found *known)
{
	struct found found;

	if (known)
		found = *known;
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

/* Any frame; @known as for steer_spi(). */
static __always_inline int steer_any(struct xdp_md *ctx, const struct found *known)
{
	struct flow f;

	if (unlikely(!parse(ctx, &f))) {
		decide_flow(&f);
		count(CLASS_BEYOND, f.bytes);
		return XDP_PASS;
	}
	decide_flow(&f);
	if (likely(has_spi(&f) && f.part == PART_WHOLE))
		return steer_spi(ctx, &f, known);
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
static __always_inline bool find_quick(struct xdp_md *ctx, struct found *found)
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
	bool known = find_quick(ctx, &found);

	if (likely(found.word && sa_word_at_rest(found.word))) {
		decide_quick(ctx, found.slot);
		return redirect(sa_word_own(found.word));
	}
	return steer_any(ctx, known ? &found : NULL);
}

#endif
