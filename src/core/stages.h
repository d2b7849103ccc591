/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The stages of an inbound IPsec packet's way through the kernel, and how a sample of a CPU's stack
 * tells which one the CPU is in. Shared by the sampling BPF program and user space; its maps live
 * as long as one measurement.
 */
#ifndef CORE_STAGES_H
#define CORE_STAGES_H

#include "core/env.h"

enum stage {
	STAGE_IDLE,
	STAGE_OTHER,   /* whatever else: programs, other packets, sending */
	STAGE_RECEIVE, /* the driver and its XDP program; without a ring the stack up to the SA too
			*/
	STAGE_DECRYPT, /* from a ring, or from RPS' backlog, to the decrypted packet */
	STAGE_AFTER,   /* of the decrypted packet: forwarding, firewall, local delivery */
	STAGES,
};

/* What a function of the kernel says of the stack that it is in. */
enum stage_mark {
	MARK_NONE,
	MARK_RECEIVE,
	MARK_RING,
	MARK_DECRYPT,
	MARK_CELLS,   /* where tunnels hand on what they took out */
	MARK_BACKLOG, /* of packets from anywhere; a ring's thread finds there what it decrypted */
	MARK_ONWARD,  /* forwarding, delivery or sending; of what packet an outer function tells */
	MARK_SOFTIRQ, /* so the CPU is not idle, whatever task it interrupted */
};

#define STAGE_RANGES 64 /* functions that are known, with their copies */
#define STAGE_FRAMES 96 /* of a stack that are looked at, from the inside out */

/* A function of the kernel in memory. */
struct stage_range {
	__u64 start;
	__u32 size; /* 0: none */
	__u32 mark;
};

struct stage_ranges {
	struct stage_range range[STAGE_RANGES];
};

/* What was seen on one CPU. */
struct stage_counts {
	__u64 samples[STAGES];
	__u64 polled; /* packets that NAPI took from devices */
	__u64 own_ns; /* that counting took */
};

static __always_inline enum stage_mark stage_mark_of(const struct stage_ranges *ranges,
						     __u64 address)
{
	for (int i = 0; i < STAGE_RANGES; i++) {
		const struct stage_range *range = &ranges->range[i];

		if (address - range->start < range->size)
			return (enum stage_mark)range->mark;
	}
	return MARK_NONE;
}

/* What the functions passed so far say. */
struct stage_walk {
	bool onward, softirq, backlog;
};

/*
 * One function of a stack, from the inside out: the innermost one that tells decides, so that an
 * interrupt in which packets are received is not taken for what it interrupted. True: *stage is it.
 */
static __always_inline bool stage_step(struct stage_walk *walk, enum stage_mark mark,
				       enum stage *stage)
{
	switch (mark) {
	case MARK_RECEIVE:
		*stage = walk->onward ? STAGE_OTHER : STAGE_RECEIVE;
		return !walk->backlog; /* which it polls as if it were a device */
	case MARK_RING:
		*stage = walk->backlog ? STAGE_AFTER : STAGE_DECRYPT;
		return true;
	case MARK_DECRYPT:
		*stage = walk->onward ? STAGE_AFTER : STAGE_DECRYPT;
		return true;
	case MARK_CELLS:
		*stage = STAGE_AFTER;
		return true;
	case MARK_BACKLOG:
		walk->backlog = true;
		return false;
	case MARK_ONWARD:
		walk->onward = true;
		return false;
	case MARK_SOFTIRQ:
		walk->softirq = true;
		return false;
	default:
		return false;
	}
}

/* A stack in which nothing decided. */
static __always_inline enum stage stage_end(const struct stage_walk *walk, bool idle_task)
{
	return idle_task && !walk->softirq ? STAGE_IDLE : STAGE_OTHER;
}

#endif
