/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hand-over of an SA from ring `to` to ring `own`, at the head of the old queue (docs/moves.md).
 *
 * 1. User space sets `own`. From then on the ring program on `to` passes this SA's frames on to
 *    `own` instead of up the stack.
 * 2. Each receiving CPU crosses for itself: with tickets it learns that the last frame which it
 *    sent to `to` is in the queue of `own`; and by the run counter of `to` that the batch in which the
 *    passing on began has been delivered. Then its next frame goes to `own` directly, in order.
 * 3. User space sets `to` = `own` when every receiving CPU that was seen has crossed or is silent.
 *
 * Decisions only, on records in shared memory: the same code runs in the BPF programs, in user
 * space and in the unit tests.
 */
#ifndef CORE_HANDOVER_H
#define CORE_HANDOVER_H

#include "core/env.h"
#include "core/layout.h"

#define HANDOVER_SILENCE_NS 1000000000ull /* after this, nothing of the past is in flight */
#define HANDOVER_SEEN       64            /* sequence numbers kept as tickets */
#define HANDOVER_FLUSH      8             /* frames after which what was passed on is on `own` */

#define TICKET_MAGIC 0x7469636bu /* "tick" */

/* The ticket in a frame's XDP metadata; its size must be a multiple of 4, 32 at most. */
struct ticket {
	__u32 magic;
	__u32 generation;
	__u32 line; /* index into the map of lines */
	__u32 number;
};

/* The record of a move under way. */
struct move_record {
	/* Written by user space before the move is visible. */
	__u32 generation; /* new for each use of the record; 0: free */
	__u32 slot;
	__u32 from, into; /* ring numbers */
	__u64 started_ns;
	__u64 freed_ns;
	/* Written by the ring program on `to`. */
	__u64 mark LINE; /* its run counter when it first passed a frame on; 0: not yet */
	__u64 mark_ns;
	__u64 passed[HANDOVER_SEEN]; /* as in move_line, by seq % 64, where metadata is missing */
	/* Written by the ring program on `own`: seen[seq % 64] = seq, where metadata is missing. */
	__u32 seen[HANDOVER_SEEN] LINE;
} LINE;

/* What one receiving CPU knows of a move. */
struct move_line {
	/* Written by the receiving CPU. */
	__u32 generation; /* of the move that the rest is about, but for `sent` */
	__u32 sent;       /* the last ticket's number; never starts again */
	__u32 seq;        /* the last ticket's sequence number, if that is the ticket */
	__u32 crossed;
	__u32 untold;     /* no ticket yet, or a frame without one followed the last */
	__u32 pad;
	__u64 sent_ns;
	/* Written by the ring program on `own`. */
	__u32 taken LINE;
	/* Written by the ring program on `to`: the ticket that it passed on last, and when. */
	__u64 passed; /* number << 32 | low half of its run counter */
} LINE;

/* A field that another CPU writes or reads: one access, and not moved by the compiler. */
#define SHARED(x) (*(volatile __typeof__(x) *)&(x))

/* Has the batch in which `to` began to pass frames on been delivered? */
static __always_inline bool handover_batch_done(struct move_record *move, __u64 runs, __u32 batch,
						__u64 now_ns)
{
	__u64 mark = SHARED(move->mark);

	if (!mark)
		return false;
	return runs >= mark + batch || now_ns >= SHARED(move->mark_ns) + HANDOVER_SILENCE_NS;
}

/*
 * Is everything that this receiving CPU sent to `to` at least in the queue of `own`? So it is when
 * its last ticket was taken off `own`; or when `to` passed that ticket on and has begun another
 * batch since, for between batches it flushes. The second holds also when `own` is far behind, the
 * first when `to` has nothing else to do.
 */
static __always_inline bool handover_all_passed(struct move_record *move, struct move_line *line,
						__u64 runs)
{
	__u32 seq = line->seq, number = seq ? seq : line->sent;
	__u64 passed;

	if (line->untold)
		return false;
	if (seq ? SHARED(move->seen[seq % HANDOVER_SEEN]) == seq : SHARED(line->taken) == number)
		return true;
	passed = seq ? SHARED(move->passed[seq % HANDOVER_SEEN]) : SHARED(line->passed);
	return passed >> 32 == number && (__u32)runs - (__u32)passed >= HANDOVER_FLUSH;
}

/*
 * On a receiving CPU, for each frame of the SA that moves: true to send it to `own`, false to send
 * it to `to` (then handover_sent() must follow). @runs is the run counter of ring `to`.
 */
static __always_inline bool handover_crosses(struct move_record *move, struct move_line *line,
					     __u64 runs, __u32 batch, __u64 now_ns)
{
	if (line->generation != move->generation) {
		line->seq = 0;
		line->untold = 1;
		line->crossed = 0;
		line->generation = move->generation;
	}
	if (line->crossed)
		return true;
	if (!handover_all_passed(move, line, runs) ||
	    !handover_batch_done(move, runs, batch, now_ns))
		return false;
	SHARED(line->crossed) = 1;
	return true;
}

/* The frame goes to `to` with a ticket of the returned number in its metadata. */
static __always_inline __u32 handover_sent(struct move_line *line, __u64 now_ns)
{
	line->seq = 0;
	line->untold = 0;
	line->sent_ns = now_ns;
	return ++line->sent;
}

/* The frame goes to `to` without metadata; @seq is its sequence number, 0 if it has none. */
static __always_inline void handover_sent_seq(struct move_line *line, __u32 seq, __u64 now_ns)
{
	line->sent_ns = now_ns;
	line->seq = seq;
	line->untold = !seq;
}

/* On ring `to`, for each frame that it passes on; @runs counts this frame. */
static __always_inline void handover_mark(struct move_record *move, __u64 runs, __u64 now_ns)
{
	if (move->mark)
		return;
	SHARED(move->mark_ns) = now_ns;
	SHARED(move->mark) = runs;
}

/* On ring `to`, for each frame that it passes on with a ticket of number @number. */
static __always_inline void handover_passed(__u64 *passed, __u32 number, __u64 runs)
{
	SHARED(*passed) = (__u64)number << 32 | (__u32)runs;
}

#ifndef __bpf__
/* What user space finds when it looks at a receiving CPU's line. */
static inline bool handover_line_done(const struct move_record *move, const struct move_line *line,
				      __u64 now_ns)
{
	if (SHARED(line->generation) != move->generation)
		return true; /* not seen in this move */
	return SHARED(line->crossed) || now_ns >= SHARED(line->sent_ns) + HANDOVER_SILENCE_NS;
}
#endif

#endif
