/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SA table's one writer (core/sa_table.h): entries in, out, and changed while the BPF programs
 * look them up. Works on memory only: mapped arrays or malloc'd ones. No I/O, no allocation.
 *
 * What a reader may rely on: an entry that is in the table and stays in is found by every lookup;
 * its warm (but at_rest), rare and cold sides are complete before the word appears; no slot is given to
 * another SA within TABLE_REST_NS of its removal, so a reader that found a word may use the slot
 * for that long; and sa_warm.at_rest, where it is not 0, is the word at that moment.
 *
 * Times are CLOCK_MONOTONIC in ns. A slot is bucket * SA_BUCKET_SLOTS + place in the bucket.
 */
#ifndef SAS_TABLE_H
#define SAS_TABLE_H

#include "core/layout.h"
#include "core/sa_table.h"

#define TABLE_REST_NS  1000000000ull
#define TABLE_MAX_SAS  (1u << 26) /* table_bits() of more would not fit a shape */
#define TABLE_MIN_BITS 6	  /* 512 slots: one page of words */

struct table {
	struct sa_table_shape shape;
	struct sa_bucket *buckets; /* 1 << shape.bits */
	struct sa_overflows *overflows; /* sa_overflows_elements() */
	struct sa_warm *warm;	   /* SA_BUCKET_SLOTS for each bucket */
	struct sa_rare *rare;	   /* as many */
	struct sa_cold *cold;	   /* whose: sa_warm.cold */
	__u32 colds;		   /* how many: one for each SA that may be there */
	__u32 *spare;		   /* room for as many as slots: the colds that no entry has */
	__u32 spares;
	/*
	 * Until then some slot may rest: what to compare before looking at each warm side. Begin
	 * with UINT64_MAX where others may have removed entries, else 0.
	 */
	__u64 rest_until_ns;
};

/*
 * The shape's bits for a table that holds @max_sas (at most TABLE_MAX_SAS) SAs of random SPIs
 * without overflow: it is at most half full then, where its buckets of eight do not run over
 * (tests/unit/test_sa_table.c fills it some hundred times).
 */
__u32 table_bits(__u32 max_sas);

static inline __u32 table_slots(const struct table *table)
{
	return (__u32)SA_BUCKET_SLOTS << table->shape.bits;
}

/* The word in @slot; 0 if it is empty. */
static inline __u64 table_word(const struct table *table, __u32 slot)
{
	return sa_load(&table->buckets[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS]);
}

/* The cold side of a slot in use. */
static inline struct sa_cold *table_cold(const struct table *table, __u32 slot)
{
	return &table->cold[table->warm[slot].cold];
}

/*
 * Finds the cold sides that no entry has, and mends what a writer that died, or damage, left wrong
 * in the overflows and in sa_warm.at_rest. To be called once, before anything else, with all
 * pointers set. 0; -EUCLEAN: an entry's cold side is another's too, or there is no such one.
 */
int table_take_stock(struct table *table);

/*
 * Puts the words that damage left with a ring that is none, 0 or not below @rings, on the ring that
 * they have beside it, if that is where their SA belongs, or on @ring.
 */
void table_mend_rings(struct table *table, __u32 rings, __u32 ring);

/* The slot of @key (sa_key()), or -1. */
int table_find(const struct table *table, __u64 key);

/* The same, and the word that was found there, or 0: what the BPF programs do (bpf/find.h). */
int table_lookup(const struct table *table, __u64 key, __u64 *word);

/*
 * The slot that table_insert() would take for @key, which is not there, now: so that what must know
 * it can be set up before the word appears. -ENOSPC: its three buckets are full, slots at rest
 * counted.
 */
int table_free_slot(const struct table *table, __u64 key, __u64 now_ns);

/* What an entry begins with. */
struct entry {
	__u32 to, own; /* ring numbers, 1..SA_RINGS-1 */
	__u32 flags;   /* those of a word */
	__u32 record;  /* of the move that it begins with, or NO_MOVE */
	struct sa_cold cold;
};

/*
 * Adds an entry: fills the warm and the cold side, then stores the word. 0, and the slot in *slot;
 * -EINVAL: SPI 0 or a field out of range; -EEXIST: @key is there; -ENOSPC: as table_free_slot();
 * nothing is changed then.
 */
int table_insert(struct table *table, __u64 key, const struct entry *entry, __u64 now_ns,
		 __u32 *slot);

/* The same at the slot that table_free_slot() has just told. 0, -EINVAL, or -ENOSPC: no cold side. */
int table_put(struct table *table, __u32 slot, __u64 key, const struct entry *entry);

/* Empties @slot, which then rests. An empty slot stays as it is. */
void table_remove(struct table *table, __u32 slot, __u64 now_ns);

/*
 * Replaces the word in @slot by @word if it is still @expected. 0; -EAGAIN: it is not; -EINVAL:
 * they are not words of one key, or @expected is empty.
 */
int table_set(struct table *table, __u32 slot, __u64 expected, __u64 word);

/* The next slot after @slot (-1: from the start) that is in use; -1: there is none. */
int table_next(const struct table *table, int slot);

#define table_each(TABLE, SLOT) \
	for ((SLOT) = table_next((TABLE), -1); (SLOT) >= 0; (SLOT) = table_next((TABLE), (SLOT)))

#endif
