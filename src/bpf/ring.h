/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring program: what happens to a frame when its ring's thread takes it off. */
#ifndef BPF_RING_H
#define BPF_RING_H

#include "bpf/find.h"
#include "bpf/headers.h"
#include "bpf/steer.h"
#include "bpf/ticket.h"
#include "core/quick.h"

/* Up the stack, where nobody knows of tickets. */
static __always_inline int deliver(struct xdp_md *ctx)
{
	struct ticket ticket;

	take_ticket(ctx, &ticket);
	return XDP_PASS;
}

/* By a pair of counters of an SA that this ring owns. */
static __always_inline void count_by(struct ring_state *state, struct count *pair, __u32 bytes)
{
	pair->packets++;
	pair->bytes += bytes;
	state->bytes += bytes;
}

/* By the pair that the word names. */
static __always_inline void count_frame(struct ring_state *state, struct sa_warm *warm,
					const struct found *found, __u32 bytes)
{
	struct sa_rare *rare;

	if (likely(!(sa_word_flags(found->word) & SA_PAIR))) {
		count_by(state, &warm->count, bytes);
		return;
	}
	rare = element(sa_rare, found->slot);
	if (rare)
		count_by(state, &rare->count, bytes);
}

/* On ring `own`: the frame is decrypted here. */
static __always_inline void arrive(struct ring_state *state, const struct flow *f,
				   const struct found *found, struct sa_warm *warm, bool ticketed,
				   const struct ticket *ticket)
{
	struct move_record *move;
	struct move_line *line;

	count_frame(state, warm, found, f->bytes);
	if (likely(!ticketed))
		return;
	move = element(move_records, SHARED(warm->record));
	line = element(move_lines, ticket->line);
	if (move && line)
		handover_take(move, line, ticket);
}

/* On ring `to`: what the receiving CPUs need to know of a frame that is passed on. */
static __always_inline void note_passed(const struct found *found, const struct sa_warm *warm,
					bool ticketed, const struct ticket *ticket, __u64 runs,
					bool on_cpu)
{
	struct move_record *move = element(move_records, SHARED(warm->record));
	struct move_line *line;

	if (!move || move->slot != found->slot)
		return;
	handover_mark(move, runs, clock_ns());
	if (!ticketed || ticket->generation != move->generation)
		return;
	line = element(move_lines, ticket->line);
	if (line)
		handover_passed(&line->passed, ticket->number, runs, on_cpu);
}

/*
 * Finds the SA of a flow with an SPI. Its warm side is loaded before we look where it is, from where
 * it most likely is: in a table of many SAs neither is in the CPU's cache, and both are waited for at
 * once then.
 */
static __always_inline struct sa_warm *find_warm(struct found *found, __u64 key)
{
	const struct sa_table_shape shape = table_shape();
	__u32 preferred = sa_preferred(&shape, key);
	struct sa_warm *warm = element(sa_warm, preferred);

	if (warm)
		(void)SHARED(warm->record);
	find_key(found, key);
	return likely(found->slot == preferred) ? warm : element(sa_warm, found->slot);
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
	if (!value || value->way != WAY_SA)
		return NULL;
	return find_warm(found, value->key);
}

/*
 * Is the frame to be passed on: is its SA moving, and this the ring that it moves from? At rest a
 * ring delivers, so no frame goes round, whatever the maps say: a number that means this very ring
 * by another name is no way either.
 */
static __always_inline bool is_passed_on(__u64 word, const struct ring_note *me)
{
	__u32 own = sa_word_own(word);
	const struct ring *ring = element(rings, own);

	return sa_word_to(word) == me->number && own != me->number && ring &&
	       (ring->kind != me->kind || ring->cpu != me->cpu);
}

/*
 * Reads which ring this is from the note that its own program left in front of the frame, and takes
 * the note off.
 */
static __always_inline bool take_note(struct xdp_md *ctx, struct ring_note *me)
{
	const struct ring_note *there = (void *)(long)ctx->data_meta;

	if ((void *)(there + 1) > (void *)(long)ctx->data)
		return false;
	*me = *there;
	return !bpf_xdp_adjust_meta(ctx, sizeof(*me));
}

/* Passed on to ring `own`, with its ticket if it came with one. */
static __always_inline int pass_on(struct xdp_md *ctx, __u32 own, bool ticketed,
				   const struct ticket *ticket)
{
	if (!ticketed || !put_ticket(ctx, ticket))
		return redirect(own);
	return redirect_ticketed(ctx, own);
}

/* The program that all rings share: any frame. */
static __always_inline int any_frame(struct xdp_md *ctx)
{
	struct ticket ticket = {
		0}; /* or the compiler may copy it unset, which the verifier refuses */
	struct ring_state *state;
	struct ring_note me;
	struct sa_warm *warm;
	struct found found;
	bool ticketed;
	struct flow f;

	if (!take_note(ctx, &me))
		return deliver(ctx);
	ticketed = take_ticket(ctx, &ticket);
	state = element(ring_states, ring_place(me.kind, me.cpu, constants.cpus));
	if (!state || unlikely(!parse(ctx, &f)))
		return XDP_PASS;
	warm = find_on_ring(&found, &f);
	if (unlikely(!warm || !found.word || sa_word_flags(found.word) & SA_HANDS_OFF))
		return XDP_PASS;
	if (unlikely(is_passed_on(found.word, &me))) {
		/* The hand-over at the head of the old queue. */
		note_passed(&found, warm, ticketed, &ticket, state->runs,
			    bpf_get_smp_processor_id() == me.cpu);
		return pass_on(ctx, sa_word_own(found.word), ticketed, &ticket);
	}
	if (likely(sa_word_own(found.word) == me.number))
		arrive(state, &f, &found, warm, ticketed, &ticket);
	return XDP_PASS;
}

/* A frame that the short cut takes, of an SA at rest: counted if this ring decrypts it. */
static __always_inline bool ring_found(struct ring_state *state, __u64 key, __u32 bytes)
{
	struct sa_warm *warm;
	struct found found;

	find_key(&found, key);
	if (unlikely(found.word && !sa_word_at_rest(found.word)))
		return false;
	if (!found.word || sa_word_own(found.word) != constants.ring_number)
		return true;
	warm = element(sa_warm, found.slot);
	if (warm)
		count_frame(state, warm, &found, bytes);
	return true;
}

/*
 * Loads a bucket before we know whether it is needed: where it is, in a table of many SAs, both are
 * waited for at once then.
 */
static __always_inline void fetch_bucket(__u32 bucket)
{
	const struct sa_bucket *b = element(sa_table, bucket);

	if (b)
		(void)SHARED(b->slot[0]);
}

/*
 * The frames that nearly all are: of an SA at rest. Where this ring decrypts it the copy of the
 * word says so. False: nothing was done. One with a ticket is none of them, by its type.
 */
static __always_inline bool ring_quick(struct xdp_md *ctx, struct ring_state *state)
{
	const struct sa_table_shape shape = table_shape();
	void *data = (void *)(long)ctx->data;
	struct sa_warm *warm;
	struct quick q;

	if (!quick_parse(&q, &shape, data, (void *)(long)ctx->data_end))
		return false;
	fetch_bucket(sa_primary(&shape, q.key));
	warm = element(sa_warm, sa_preferred(&shape, q.key));
	if (!warm)
		return false;
	if (unlikely(SHARED(warm->at_rest) !=
		     (q.key << 20 | sa_word_resting_on(constants.ring_number))))
		return ring_found(state, q.key, q.bytes);
	count_by(state, &warm->count, q.bytes);
	return true;
}

/* On to any_frame(). It comes back where foreign metadata leaves no room for the note. */
static __always_inline void hand_over(struct xdp_md *ctx)
{
	struct ring_note *note;

	if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*note)))
		return;
	note = (void *)(long)ctx->data_meta;
	if ((void *)(note + 1) > (void *)(long)ctx->data)
		return;
	note->number = constants.ring_number;
	note->kind = constants.ring.kind;
	note->cpu = constants.ring.cpu;
	bpf_tail_call(ctx, &ring_any, 0);
	bpf_xdp_adjust_meta(ctx, sizeof(*note)); /* the map is being taken down */
}

/* A ring's own program. It is small, for there is one for each ring: verifying any_frame() takes
 * long. */
static __always_inline int ring(struct xdp_md *ctx)
{
	const __u32 kind = constants.ring.kind, cpu = constants.ring.cpu;
	struct ring_state *state = element(ring_states, ring_place(kind, cpu, constants.cpus));

	if (!state)
		return deliver(ctx);
	state->runs++;
	if (unlikely(bpf_get_smp_processor_id() != cpu))
		SHARED(state->astray) = 1;
	if (kind != RING_IKE) {
		if (likely(ring_quick(ctx, state)))
			return XDP_PASS;
		hand_over(ctx);
	}
	return deliver(ctx);
}

#endif
