/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User space's part of a move (core/handover.h): taking a record, making the move visible, and
 * finishing it. All state is in the shared maps, so that the next daemon can finish what this one
 * began.
 */
#ifndef SAS_MOVES_H
#define SAS_MOVES_H

#include "sas/maps.h"
#include "sas/table.h"

struct moves {
	struct maps *maps;
	struct table *table;
	__u32 active;	  /* records of moves under way */
	/* No hand-over, `to` and `own` change at once: no frames come through rings, or for a test. */
	bool unprotected;
};

/* Takes stock of the records, after creation or adoption. */
void moves_init(struct moves *moves, struct maps *maps, struct table *table);

/*
 * Begins to move the SA in @slot to ring @into. 0; -EALREADY: it is there; -EBUSY: it is still
 * moving, or has been until just now; -EAGAIN: all records are taken or at rest, try again later;
 * -ENOENT: empty slot.
 */
int moves_begin(struct moves *moves, __u32 slot, __u32 into, __u64 now_ns);

/*
 * Moves the SA in @slot to ring @into at once, without a hand-over: where no frames come through
 * rings. 0, or as moves_begin().
 */
int moves_switch(struct moves *moves, __u32 slot, __u32 into);

/*
 * For an SA that starts on a stray ring: takes a record for a slot that is yet to be filled, to be
 * put into its sa_cold; then moves_bind() once the slot is known, or moves_drop(). The record's
 * index, or -EAGAIN.
 */
int moves_reserve(struct moves *moves, __u32 from, __u32 into, __u64 now_ns);
void moves_bind(struct moves *moves, __u32 record, __u32 slot);
void moves_drop(struct moves *moves, __u32 record, __u64 now_ns);

/* The SA in @slot was removed: its record, if any, goes to rest. */
void moves_forget(struct moves *moves, __u32 slot, __u64 now_ns);

/* Finishes the moves that are over. The number finished. To be called often while active. */
int moves_poll(struct moves *moves, __u64 now_ns);

#endif
