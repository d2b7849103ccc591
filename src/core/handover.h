/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hand-over of an SA from ring `to` to ring `own`, at the head of the old queue (docs/moves.md).
 *
 * 1. User space sets `own`. From then on the ring program on `to` passes this SA's frames on to
 *    `own` instead of up the stack.
 * 2. Each receiving CPU crosses for itself: with tickets it learns that the last frame which it
 *    sent to `to` is in the queue of `own`; and by the run counter of `to` that the batch in which the
 *    passing on began has been delivered. Then its next frame goes to `own` directly, in order.
 * 3. Once one has crossed the old path is drained of what was sent before the move: a receiving CPU
 *    that is seen only now crosses at once. User space sets `to` = `own` when every one that was
 *    seen has crossed or is silent, and none can still be acting on what it read before.
 *
 * Decisions only, on records in shared memory: the same code runs in the BPF programs, in user
 * space and in the unit tests.
 */
#ifndef CORE_HANDOVER_H
#define CORE_HANDOVER_H

#include "core/env.h"
#include "core/layout.h"

#define HANDOVER_SILENCE_NS 1000000000ull /* after this, nothing of the past is in flight */
/*
 * After this, whoever read a word or a record has done with it, and a frame that he sent is in its
 * ring: a NAPI poll, with room for a stolen CPU and for the tick of the coarse clock.
 */
#define HANDOVER_REST_NS    50000000ull
#define HANDOVER_FLUSH      8  /* frames after which what was passed on is on `own` */
#define HANDOVER_ON_CPU	    1u /* in the lowest bit of move_line.passed */

/*
 * The ticket in front of a frame, on a ring and nowhere else. Where an Ethernet header names what
 * follows it, it has a type that the parser takes for nothing of ours (ETH_P_802_EX1, which is for
 * experiments): no frame with that type is ever put on a ring, so nobody can send a ticket.
 */
#define TICKET_TYPE be16_host(0x88b5)

struct ticket {
	__u32 generation;
	__u32 line; /* index into the map of lines */
	__u32 number;
	__be16 type;	 /* TICKET_TYPE */
	__u16 displaced; /* 1: it has the place of the frame's first bytes, which follow its last */
};

/* The record of a move under way. */
struct move_record {
	/* Written by user space. The first four before the move is visible. */
	__u32 generation; /* new for each use of the record; 0: free */
	__u32 slot;
	__u32 from, into; /* ring numbers */
	__u64 started_ns; /* when the word was visible for sure; 0: not yet */
	__u32 drained;    /* nothing from before the move is left on `to` */
	__u32 pad;
	__u64 drained_ns; /* when that was visible for sure; 0: not yet */
	__u64 freed_ns;   /* when it was known to be over */
	/* Written by the ring program on `to`. */
	__u64 mark LINE; /* its run counter when it first passed a frame on; 0: not yet */
	__u64 mark_ns;
} LINE;

/* What one receiving CPU knows of a move. */
struct move_line {
	/* Written by the receiving CPU. */
	__u32 generation; /* of the move that the rest is about, but for `sent` */
	__u32 sent;	  /* the last ticket's number; never starts again */
	__u32 crossed;    /* the generation of the move in which it last crossed */
	__u32 untold;	  /* no ticket yet, or a frame without one followed the last */
	__u64 sent_ns;    /* its last frame to `to`, or when it first saw the move */
	/* Written by the ring program on `own`. */
	__u32 taken LINE;
	/* Written by the ring program on `to`: the ticket that it passed on last;
	 * handover_passed(). */
	__u64 passed;
} LINE;

/* Ring `to`, as a receiving CPU knows it: read before anything else of the move. */
struct old_ring {
	__u64 runs;
	__u32 batch; /* frames that may be between its program and the stack: struct host, batch */
	bool beside; /* its CPU is this one, and so is its thread's as long as that is not astray */
};

/* A field that another CPU writes or reads: one access, and not moved by the compiler. */
#define SHARED(x) (*(volatile __typeof__(x) *)&(x))

/*
 * Has the batch in which `to` began to pass frames on been delivered? The time of it may be seen
 * later than the mark, and is 0 until then.
 */
static __always_inline bool handover_batch_done(struct move_record *move,
						const struct old_ring *to, __u64 now_ns)
{
	__u64 mark = SHARED(move->mark), mark_ns = SHARED(move->mark_ns);

	if (!mark)
		return false;
	return to->runs >= mark + to->batch || (mark_ns && now_ns >= mark_ns + HANDOVER_SILENCE_NS);
}

/*
 * Is everything that this receiving CPU sent to `to` at least in the queue of `own`? So it is when
 * its last ticket was taken off `own`; or when `to` passed that ticket on and has begun another
 * batch since, for between batches it flushes. The second holds also when `own` is far behind, the
 * first when `to` has nothing else to do. to->runs was read before: what `to` passed on since must
 * not count as long ago.
 *
 * Where its thread was on this CPU at that, it need not have begun another: it runs the program and
 * flushes with soft interrupts off, and we are one (kernel/bpf/cpumap.c, cpu_map_bpf_prog_run).
 */
static __always_inline bool handover_all_passed(const struct move_line *line, const struct old_ring *to)
{
	__u32 number = line->sent;
	__u64 passed;

	if (line->untold)
		return false;
	if (SHARED(line->taken) == number)
		return true;
	passed = SHARED(line->passed);
	if (passed >> 32 != number)
		return false;
	if (to->beside && passed & HANDOVER_ON_CPU)
		return true;
	return (__s32)((__u32)(to->runs << 1) - ((__u32)passed & ~HANDOVER_ON_CPU)) >=
	       HANDOVER_FLUSH << 1;
}

/*
 * Was the last ticket sent late enough to speak for all receiving CPUs: behind every frame that any
 * of them sent by the old word?
 */
static __always_inline bool handover_late_enough(struct move_record *move, struct move_line *line)
{
	__u64 started_ns = SHARED(move->started_ns);

	return started_ns && line->sent_ns >= started_ns + HANDOVER_REST_NS;
}

/* The first frame in this move. True if it crosses at once: nothing is left to wait for. */
static __always_inline bool handover_begins(struct move_record *move, struct move_line *line,
					    __u64 now_ns)
{
	line->untold = 1;
	line->sent_ns = now_ns;
	SHARED(line->generation) = move->generation;
	return SHARED(move->drained);
}

/*
 * On a receiving CPU, for each frame of the SA that moves: true to send it to `own`, false to send
 * it to `to` (then handover_sent() or handover_sent_untold() must follow).
 */
static __always_inline bool handover_crosses(struct move_record *move, struct move_line *line,
					     const struct old_ring *to, __u64 now_ns)
{
	bool crosses = false;

	if (line->crossed == move->generation)
		return true;
	if (line->generation != move->generation)
		crosses = handover_begins(move, line, now_ns);
	else if (now_ns >= line->sent_ns + HANDOVER_SILENCE_NS)
		crosses = true; /* what it sent is long gone; and user space may finish any time */
	else if (handover_all_passed(line, to) && handover_late_enough(move, line))
		crosses = handover_batch_done(move, to, now_ns);
	if (crosses)
		SHARED(line->crossed) = move->generation;
	return crosses;
}

/* The frame goes to `to` with a ticket of the returned number. */
static __always_inline __u32 handover_sent(struct move_line *line, __u64 now_ns)
{
	line->untold = 0;
	line->sent_ns = now_ns;
	return ++line->sent;
}

/* The frame goes to `to` and has no room for a ticket. */
static __always_inline void handover_sent_untold(struct move_line *line, __u64 now_ns)
{
	line->untold = 1;
	line->sent_ns = now_ns;
}

/* On ring `to`, for each frame that it passes on; @runs counts this frame. */
static __always_inline void handover_mark(struct move_record *move, __u64 runs, __u64 now_ns)
{
	if (move->mark)
		return;
	SHARED(move->mark_ns) = now_ns;
	SHARED(move->mark) = runs;
}

/*
 * On ring `to`, for each frame that it passes on with a ticket of number @number: when, by its run
 * counter, and whether its thread was on the CPU of the ring.
 */
static __always_inline void handover_passed(__u64 *passed, __u32 number, __u64 runs, bool on_cpu)
{
	SHARED(*passed) = (__u64)number << 32 | (__u32)(runs << 1) | (on_cpu ? HANDOVER_ON_CPU : 0);
}

/* On ring `own`: the ticket has arrived; the receiving CPU that wrote it may learn so. */
static __always_inline void handover_take(const struct move_record *move, struct move_line *line,
					  const struct ticket *ticket)
{
	if (move->generation == ticket->generation)
		SHARED(line->taken) = ticket->number;
}

#ifndef __bpf__
/*
 * What user space finds when it looks at a receiving CPU's line. One that is silent crosses by
 * itself a little sooner (handover_crosses), so that both never differ.
 */
static inline bool handover_line_done(const struct move_record *move, const struct move_line *line,
				      __u64 now_ns)
{
	if (SHARED(line->generation) != move->generation)
		return true; /* not seen in this move; if it is yet to come, it crosses at once */
	return SHARED(line->crossed) == move->generation ||
	       now_ns >= SHARED(line->sent_ns) + HANDOVER_SILENCE_NS + HANDOVER_REST_NS;
}

/*
 * User space looks at the move, whose word is visible, and at the lines of all receiving CPUs;
 * true: it is over, and `to` may be set. To be called from time to time until then: what is done at
 * one look counts as visible from the next one's time on, for whoever looks may be held up.
 */
static inline bool handover_over(struct move_record *move, const struct move_line *lines,
				 __u32 cpus, __u64 now_ns)
{
	bool crossed = false, done = true;

	if (!move->started_ns) {
		SHARED(move->started_ns) = now_ns;
		return false;
	}
	if (move->drained && !move->drained_ns)
		move->drained_ns = now_ns;
	for (__u32 cpu = 0; cpu < cpus; cpu++) {
		crossed |= SHARED(lines[cpu].crossed) == move->generation;
		done &= handover_line_done(move, &lines[cpu], now_ns);
	}
	if (crossed || now_ns >= move->started_ns + HANDOVER_SILENCE_NS + HANDOVER_REST_NS)
		SHARED(move->drained) = 1;
	return done && move->drained_ns && now_ns >= move->drained_ns + HANDOVER_REST_NS;
}
#endif

#endif
