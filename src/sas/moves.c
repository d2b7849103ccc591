// SPDX-License-Identifier: GPL-2.0-only
// Begins and finishes moves; core/handover.h and the BPF programs do what lies between.
#include "sas/moves.h"

#include <errno.h>
#include <stdint.h>

#define NO_SLOT_YET 0xffffffffu

static bool is_active(const struct move_record *record)
{
	return record->generation && !record->freed_ns;
}

void moves_init(struct moves *moves, struct maps *maps, struct table *table)
{
	*moves = (struct moves){.maps = maps, .table = table};
	for (__u32 i = 0; i < maps->host->moves; i++)
		moves->active += is_active(&maps->records[i]);
}

static bool is_free(const struct move_record *record, __u64 now_ns)
{
	if (!record->generation)
		return true;
	return record->freed_ns && now_ns >= record->freed_ns + HANDOVER_SILENCE_NS;
}

int moves_reserve(struct moves *moves, __u32 from, __u32 into, __u64 now_ns)
{
	const struct host *host = moves->maps->host;

	for (__u32 i = 0; i < host->moves; i++) {
		struct move_record *record = &moves->maps->records[i];

		if (!is_free(record, now_ns))
			continue;
		record->slot = NO_SLOT_YET;
		record->from = from;
		record->into = into;
		record->started_ns = 0;
		record->drained = 0;
		record->drained_ns = 0;
		record->mark = 0;
		record->mark_ns = 0;
		if (!++record->generation)
			record->generation = 1;
		record->freed_ns = 0;
		__atomic_thread_fence(__ATOMIC_RELEASE);
		moves->active++;
		return i;
	}
	return -EAGAIN;
}

void moves_bind(struct moves *moves, __u32 record, __u32 slot)
{
	SHARED(moves->maps->records[record].slot) = slot;
}

void moves_drop(struct moves *moves, __u32 index, __u64 now_ns)
{
	struct move_record *record = &moves->maps->records[index];

	if (!is_active(record))
		return;
	SHARED(record->slot) = NO_SLOT_YET;
	record->freed_ns = now_ns;
	moves->active--;
}

void moves_forget(struct moves *moves, __u32 slot, __u64 now_ns)
{
	__u32 record = moves->maps->warm[slot].record;

	if (record < moves->maps->host->moves && moves->maps->records[record].slot == slot)
		moves_drop(moves, record, now_ns);
}

/* The pair of counters changes with the owner, so that each has one writer. */
static __u64 with_owner(__u64 word, __u32 own)
{
	return sa_word(sa_word_key(word), sa_word_to(word), own, sa_word_flags(word) ^ SA_PAIR);
}

static __u64 at_rest(__u64 word)
{
	return sa_word(sa_word_key(word), sa_word_own(word), sa_word_own(word),
		       sa_word_flags(word));
}

/* Is the record of the slot's last move still needed? */
static bool rests(const struct moves *moves, __u32 slot, __u64 now_ns)
{
	__u32 index = moves->maps->warm[slot].record;
	const struct move_record *record;

	if (index >= moves->maps->host->moves)
		return false;
	record = &moves->maps->records[index];
	return record->slot == slot &&
	       (!record->freed_ns || now_ns < record->freed_ns + HANDOVER_REST_NS);
}

int moves_switch(struct moves *moves, __u32 slot, __u32 into)
{
	__u64 word = table_word(moves->table, slot);

	table_cold(moves->table, slot)->moves++;
	return table_set(moves->table, slot, word, at_rest(with_owner(word, into)));
}

int moves_begin(struct moves *moves, __u32 slot, __u32 into, __u64 now_ns)
{
	__u64 word = table_word(moves->table, slot);
	int record, err;

	if (!word)
		return -ENOENT;
	if (sa_word_to(word) == sa_word_own(word) && sa_word_own(word) == into)
		return -EALREADY;
	if (sa_word_to(word) != sa_word_own(word) || rests(moves, slot, now_ns))
		return -EBUSY;
	if (moves->unprotected)
		return moves_switch(moves, slot, into);
	record = moves_reserve(moves, sa_word_to(word), into, now_ns);
	if (record < 0)
		return record;
	SHARED(moves->maps->warm[slot].record) = record;
	moves_bind(moves, record, slot);
	err = table_set(moves->table, slot, word, with_owner(word, into));
	if (err)
		moves_drop(moves, record, now_ns);
	return err;
}

/* At rest its one writer is the new owner: the old one has long done with what it read before. */
static bool finish(struct moves *moves, __u32 slot)
{
	__u64 word = table_word(moves->table, slot);

	if (table_set(moves->table, slot, word, at_rest(word) & ~(__u64)SA_PAIR))
		return false;
	table_cold(moves->table, slot)->moves++;
	return true;
}

/* For `show`. 1: as many moves as it has noted. */
static int note_time(const struct maps *maps, __u64 wait_ns)
{
	struct move_times *times = &maps->report->move_times;
	__u64 wait_us = wait_ns / 1000;

	times->wait_us[times->done % MOVE_TIMES] = wait_us < UINT32_MAX ? wait_us : UINT32_MAX;
	SHARED(times->done) = times->done + 1;
	return 1;
}

/*
 * The word was seen at rest, so the record is needed no more: but for a while, by whoever read the
 * word before, who must find that he has crossed. So it stays bound to the slot (rests()).
 */
static void release(struct moves *moves, struct move_record *record, __u64 now_ns)
{
	record->freed_ns = now_ns;
	moves->active--;
}

static bool is_at_rest(const struct moves *moves, __u32 slot)
{
	__u64 word = table_word(moves->table, slot);

	return sa_word_to(word) == sa_word_own(word);
}

int moves_poll(struct moves *moves, __u64 now_ns)
{
	const struct host *host = moves->maps->host;
	int finished = 0;

	for (__u32 i = 0; i < host->moves && moves->active; i++) {
		struct move_record *record = &moves->maps->records[i];
		const struct move_line *lines = &moves->maps->lines[(size_t)i * host->cpus];

		if (!is_active(record))
			continue;
		if (record->slot >= maps_slots(moves->maps) ||
		    moves->maps->warm[record->slot].record != i)
			moves_drop(moves, i, now_ns); /* left by a daemon that died half way */
		else if (is_at_rest(moves, record->slot))
			release(moves, record, now_ns);
		else if (handover_over(record, lines, host->cpus, now_ns) &&
			 finish(moves, record->slot))
			finished += note_time(moves->maps, now_ns - record->started_ns);
	}
	return finished;
}
