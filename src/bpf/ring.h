/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring program: what happens to a frame when its ring's thread takes it off. */
#ifndef BPF_RING_H
#define BPF_RING_H

#include "bpf/find.h"
#include "bpf/headers.h"
#include "bpf/steer.h"
#include "core/quick.h"

/* Copies our ticket, if the frame has one. */
static __always_inline bool read_ticket(struct xdp_md *ctx, struct ticket *ticket)
{
	struct ticket *there = (void *)(long)ctx->data_meta;

	if (likely((void *)(there + 1) > (void *)(long)ctx->data) || there->magic != TICKET_MAGIC)
		return false;
	*ticket = *there;
	return true;
}

/* Takes our ticket off: skbs with metadata do not merge in GRO. */
static __always_inline int deliver(struct xdp_md *ctx, bool ticketed)
{
	if (unlikely(ticketed))
		bpf_xdp_adjust_meta(ctx, sizeof(struct ticket));
	return XDP_PASS;
}

/* Of an SA that this ring owns. */
static __always_inline void count_frame(struct ring_state *state, struct sa_warm *warm, __u64 word,
					__u32 bytes)
{
	struct count *pair = &warm->pair[!!(sa_word_flags(word) & SA_PAIR)];

	pair->packets++;
	pair->bytes += bytes;
	state->bytes += bytes;
}

/* On ring `own`: the frame is decrypted here. */
static __always_inline void arrive(struct ring_state *state, const struct flow *f,
				   const struct found *found, struct sa_warm *warm,
				   const struct ticket *ticket)
{
	struct move_record *move;
	struct move_line *line;

	count_frame(state, warm, found->word, f->bytes);
	if (likely(!ticket && sa_word_to(found->word) == sa_word_own(found->word)))
		return;
	move = element(move_records, SHARED(warm->record));
	if (!move)
		return;
	if (!ticket) {
		handover_take_seq(move, f->seq);
		return;
	}
	line = element(move_lines, ticket->line);
	if (line)
		handover_take(move, line, ticket);
}

/* Are we on ring @number? Told by kind and CPU, so that no frame can come back to its own ring. */
static __always_inline bool on_ring(__u32 number, __u32 kind, __u32 cpu)
{
	const struct ring *ring = element(rings, number);

	return ring && ring->kind == kind && ring->cpu == cpu;
}

/* On ring `to`: what the receiving CPUs need to know of a frame that is passed on. */
static __always_inline void note_passed(const struct found *found, const struct sa_warm *warm,
					const struct ticket *ticket, __u32 seq, __u64 runs)
{
	struct move_record *move = element(move_records, SHARED(warm->record));
	struct move_line *line;

	if (!move || move->slot != found->slot)
		return;
	handover_mark(move, runs, clock_ns());
	if (!ticket) {
		handover_passed(&move->passed[seq % HANDOVER_SEEN], seq, runs);
	} else if (ticket->generation == move->generation) {
		line = element(move_lines, ticket->line);
		if (line)
			handover_passed(&line->passed, ticket->number, runs);
	}
}

/*
 * Finds the SA of a flow with an SPI. Its warm side is loaded before we look where it is, from where
 * it most likely is: in a table of many SAs neither is in the CPU's cache, and both are waited for at
 * once then.
 */
static __always_inline struct sa_warm *find_warm(struct found *found, __u64 key)
{
	const struct sa_table_shape shape = table_shape();
	__u32 guess = sa_guess(&shape, key);
	struct sa_warm *warm = element(sa_warm, guess);

	if (warm)
		(void)SHARED(warm->record);
	find_key(found, key);
	return likely(found->slot == guess) ? warm : element(sa_warm, found->slot);
}

/*
 * The SA of a frame on a ring: its warm side, or NULL. found->word is 0 for strays and for SAs
 * deleted meanwhile.
 */
static __always_inline struct sa_warm *find_on_ring(struct found *found, const struct flow *f)
{
	const struct fragment_value *value;

	found->word = 0;
	if (likely(has_spi(f)))
		return find_warm(found, flow_key(f));
	if (f->kind != FLOW_FRAGMENT)
		return NULL;
	value = find_remembered(f);
	return value && value->way == WAY_SA ? find_warm(found, value->key) : NULL;
}

/* Any frame on the ring of this kind and CPU, which @state counts. */
static __always_inline int ring_any(struct xdp_md *ctx, __u32 kind, __u32 cpu,
				    struct ring_state *state)
{
	struct ticket ticket;
	struct sa_warm *warm;
	struct found found;
	bool ticketed;
	struct flow f;

	ticketed = read_ticket(ctx, &ticket);
	if (unlikely(!parse(ctx, &f)))
		return deliver(ctx, ticketed);
	warm = find_on_ring(&found, &f);
	if (unlikely(!warm || !found.word || sa_word_flags(found.word) & SA_HANDS_OFF))
		return deliver(ctx, ticketed);
	if (unlikely(!on_ring(sa_word_own(found.word), kind, cpu))) {
		/* The hand-over at the head of the old queue. */
		if (on_ring(sa_word_to(found.word), kind, cpu))
			note_passed(&found, warm, ticketed ? &ticket : NULL, f.seq, state->runs);
		return redirect(sa_word_own(found.word));
	}
	arrive(state, &f, &found, warm, ticketed ? &ticket : NULL);
	return deliver(ctx, ticketed);
}

/*
 * The frames that nearly all are: of an SA that is at home on this ring, where a frame of it is
 * counted and goes up the stack. False: nothing was done.
 */
static __always_inline bool ring_quick(struct xdp_md *ctx, struct ring_state *state)
{
	const struct sa_table_shape shape = table_shape();
	void *data = (void *)(long)ctx->data;
	struct sa_warm *warm;
	struct quick q;
	__u64 word;

	if (unlikely((void *)(long)ctx->data_meta + sizeof(struct ticket) <= data) ||
	    !quick_parse(&q, &shape, data, (void *)(long)ctx->data_end))
		return false;
	warm = element(sa_warm, sa_guess(&shape, q.key));
	if (!warm)
		return false;
	word = SHARED(warm->at_home);
	if (unlikely((word & ~(__u64)SA_PAIR) != (q.key << 20 | state->home)))
		return false;
	count_frame(state, warm, word, q.bytes);
	return true;
}

static __always_inline int ring(struct xdp_md *ctx, __u32 kind)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct ring_state *state = element(ring_states, ring_place(kind, cpu, constants.cpus));

	if (!state)
		return XDP_PASS;
	state->runs++;
	if (likely(ring_quick(ctx, state)))
		return XDP_PASS;
	return ring_any(ctx, kind, cpu, state);
}

#endif
