// SPDX-License-Identifier: GPL-2.0-only
// Begins and finishes moves; core/handover.h and the BPF programs do what lies between.
#include "steer/moves.h"

#include <errno.h>
#include <string.h>

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
		record->started_ns = now_ns;
		record->mark = 0;
		record->mark_ns = 0;
		memset(record->seen, 0, sizeof(record->seen));
		memset(record->passed, 0, sizeof(record->passed));
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
	__u32 record = moves->maps->cold[slot].record;

	if (record < moves->maps->host->moves && moves->maps->records[record].slot == slot)
		moves_drop(moves, record, now_ns);
}

/* The counter pair changes with the owner, so that each pair has one writer. */
static __u64 with_owner(__u64 word, __u32 own)
{
	return sa_word(sa_word_key(word), sa_word_to(word), own, sa_word_flags(word) ^ SA_PAIR);
}

static __u64 at_rest(__u64 word)
{
	return sa_word(sa_word_key(word), sa_word_own(word), sa_word_own(word),
		       sa_word_flags(word));
}

int moves_begin(struct moves *moves, __u32 slot, __u32 into, __u64 now_ns)
{
	struct sa_cold *cold = &moves->maps->cold[slot];
	__u64 word = table_word(moves->table, slot);
	int record, err;

	if (!word)
		return -ENOENT;
	if (sa_word_to(word) != sa_word_own(word))
		return -EBUSY;
	if (sa_word_own(word) == into)
		return -EALREADY;
	if (moves->unprotected) {
		cold->moves++;
		return table_set(moves->table, slot, word, at_rest(with_owner(word, into)));
	}
	record = moves_reserve(moves, sa_word_to(word), into, now_ns);
	if (record < 0)
		return record;
	SHARED(cold->record) = record;
	moves_bind(moves, record, slot);
	err = table_set(moves->table, slot, word, with_owner(word, into));
	if (err)
		moves_drop(moves, record, now_ns);
	return err;
}

/*
 * Is the move over: has every receiving CPU that was seen in it crossed, or been silent? Where
 * none was seen, what was under way when it began must be given time.
 */
static bool is_over(const struct moves *moves, __u32 index, __u64 now_ns)
{
	const struct move_record *record = &moves->maps->records[index];
	const struct move_line *lines =
		&moves->maps->lines[(size_t)index * moves->maps->host->cpus];
	bool crossed = false;

	for (__u32 cpu = 0; cpu < moves->maps->host->cpus; cpu++) {
		if (!handover_line_done(record, &lines[cpu], now_ns))
			return false;
		crossed |= SHARED(lines[cpu].generation) == record->generation &&
			   SHARED(lines[cpu].crossed);
	}
	return crossed || now_ns >= record->started_ns + HANDOVER_SILENCE_NS;
}

static bool finish(struct moves *moves, __u32 index, __u64 now_ns)
{
	struct move_record *record = &moves->maps->records[index];
	struct sa_cold *cold = &moves->maps->cold[record->slot];
	__u64 word = table_word(moves->table, record->slot);

	if (table_set(moves->table, record->slot, word, at_rest(word)))
		return false;
	SHARED(cold->record) = NO_MOVE;
	cold->moves++;
	moves_drop(moves, index, now_ns);
	return true;
}

int moves_poll(struct moves *moves, __u64 now_ns)
{
	const struct host *host = moves->maps->host;
	int finished = 0;

	for (__u32 i = 0; i < host->moves && moves->active; i++) {
		struct move_record *record = &moves->maps->records[i];

		if (!is_active(record))
			continue;
		if (record->slot >= maps_slots(moves->maps) ||
		    moves->maps->cold[record->slot].record != i)
			moves_drop(moves, i, now_ns); /* left by a daemon that died half way */
		else if (is_over(moves, i, now_ns))
			finished += finish(moves, i, now_ns);
	}
	return finished;
}
