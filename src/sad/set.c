/* SPDX-License-Identifier: GPL-2.0-only */
/* The container of the SA follower: an index with linear probing over entries that never move. */
#include "sad/set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SLAB_BITS  8
#define SLAB_SIZE  (1u << SLAB_BITS)
#define FIRST_SIZE 512u
#define NO_ENTRY   UINT32_MAX
#define LINE	   64 /* of cache */

/* In words of the size in which they were just written: a wider load would have to wait. */
static uint32_t hash_id(const struct sa_set *set, const struct sa_id *id)
{
	uint64_t h;

	h = (uint64_t)id->spi << 32 | (uint32_t)id->family << 8 | id->protocol;
	h = (h ^ set->seed) * 0x9e3779b97f4a7c15ull;
	h = (h ^ (h >> 32) ^ id->dst[0] ^ (uint64_t)id->dst[1] << 32) * 0xc2b2ae3d27d4eb4full;
	h = (h ^ (h >> 32) ^ id->dst[2] ^ (uint64_t)id->dst[3] << 32) * 0xff51afd7ed558ccdull;
	h ^= h >> 32;
	return (uint32_t)h ? (uint32_t)h : 1;
}

static bool same_id(const struct sa_id *a, const struct sa_id *b)
{
	return a->spi == b->spi && a->dst[0] == b->dst[0] && a->dst[1] == b->dst[1] &&
	       a->dst[2] == b->dst[2] && a->dst[3] == b->dst[3] && a->family == b->family &&
	       a->protocol == b->protocol;
}

static struct sa_entry *entry_at(const struct sa_set *set, uint32_t i)
{
	return &set->slabs[i >> SLAB_BITS][i & (SLAB_SIZE - 1)];
}

int sa_set_init(struct sa_set *set, uint64_t seed)
{
	memset(set, 0, sizeof(*set));
	set->slots = calloc(FIRST_SIZE, sizeof(*set->slots));
	if (!set->slots)
		return -ENOMEM;
	set->mask = FIRST_SIZE - 1;
	set->free = NO_ENTRY;
	set->seed = seed;
	return 0;
}

void sa_set_free(struct sa_set *set)
{
	uint32_t i;

	for (i = 0; i < set->slab_count; i++)
		free(set->slabs[i]);
	free(set->slabs);
	free(set->slots);
	memset(set, 0, sizeof(*set));
}

struct sa_entry *sa_set_next(const struct sa_set *set, const struct sa_id *id,
			     struct sa_cursor *cursor)
{
	struct sa_entry *entry;
	const struct sa_slot *slot;

	for (;;) {
		slot = &set->slots[cursor->slot];
		if (!slot->hash)
			return NULL;
		cursor->slot = (cursor->slot + 1) & set->mask;
		if (slot->hash != cursor->hash)
			continue;
		entry = entry_at(set, slot->entry);
		if (same_id(&entry->sa.id, id))
			return entry;
	}
}

struct sa_entry *sa_set_first(const struct sa_set *set, const struct sa_id *id,
			      struct sa_cursor *cursor)
{
	return sa_set_first_hashed(set, id, hash_id(set, id), cursor);
}

struct sa_entry *sa_set_first_hashed(const struct sa_set *set, const struct sa_id *id,
				     uint32_t hash, struct sa_cursor *cursor)
{
	cursor->hash = hash;
	cursor->slot = hash & set->mask;
	return sa_set_next(set, id, cursor);
}

uint32_t sa_set_expect(const struct sa_set *set, const struct sa_id *id)
{
	uint32_t hash = hash_id(set, id);

	__builtin_prefetch(&set->slots[hash & set->mask]);
	return hash;
}

bool sa_set_expect_entry(const struct sa_set *set, uint32_t hash)
{
	const struct sa_slot *slot = &set->slots[hash & set->mask];
	const char *entry;

	if (slot->hash != hash)
		return slot->hash;
	entry = (const char *)entry_at(set, slot->entry);
	__builtin_prefetch(entry);
	__builtin_prefetch(entry + 64);
	return true;
}

static void put_slot(struct sa_slot *slots, uint32_t mask, struct sa_slot slot)
{
	uint32_t i = slot.hash & mask;

	while (slots[i].hash)
		i = (i + 1) & mask;
	slots[i] = slot;
}

static int grow_index(struct sa_set *set)
{
	uint32_t i, mask = set->mask * 2 + 1;
	struct sa_slot *slots;

	slots = malloc(((size_t)mask + 1) * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	/* not calloc(): whoever reserves wants the page faults now */
	memset(slots, 0, ((size_t)mask + 1) * sizeof(*slots));
	for (i = 0; i <= set->mask; i++) {
		if (set->slots[i].hash)
			put_slot(slots, mask, set->slots[i]);
	}
	free(set->slots);
	set->slots = slots;
	set->mask = mask;
	return 0;
}

static int add_slab(struct sa_set *set)
{
	struct sa_entry **slabs, *slab;

	slabs = realloc(set->slabs, (set->slab_count + 1) * sizeof(*slabs));
	if (!slabs)
		return -ENOMEM;
	set->slabs = slabs;
	_Static_assert(sizeof(*slab) % LINE == 0, "an entry touches more lines than it fills");
	slab = aligned_alloc(LINE, SLAB_SIZE * sizeof(*slab));
	if (!slab)
		return -ENOMEM;
	memset(slab, 0, SLAB_SIZE * sizeof(*slab));
	set->slabs[set->slab_count++] = slab;
	return 0;
}

/* In order as long as none was removed: so the next one need not be read from the last. */
static struct sa_entry *take_entry(struct sa_set *set, uint32_t *number)
{
	struct sa_entry *entry;

	if (set->free != NO_ENTRY) {
		*number = set->free;
		entry = entry_at(set, *number);
		set->free = entry->next_free;
		return entry;
	}
	if (set->fresh == set->slab_count << SLAB_BITS && add_slab(set))
		return NULL;
	*number = set->fresh++;
	return entry_at(set, *number);
}

int sa_set_reserve(struct sa_set *set, uint32_t n)
{
	while (set->mask / 2 < set->count + n) {
		if (grow_index(set))
			return -ENOMEM;
	}
	while ((set->slab_count << SLAB_BITS) - set->count < n) {
		if (add_slab(set))
			return -ENOMEM;
	}
	return 0;
}

struct sa_entry *sa_set_add(struct sa_set *set, const struct sa *sa, uint32_t hash)
{
	struct sa_slot slot = {.hash = hash};
	struct sa_entry *entry;

	if (set->count >= set->mask / 2 && grow_index(set))
		return NULL;
	entry = take_entry(set, &slot.entry);
	if (!entry)
		return NULL;
	/* field by field: gcc zeroes whole structures by `rep stos`, 10 ns of a dump's 100 an SA */
	entry->sa = *sa;
	entry->learned_ns = 0;
	entry->round = 0;
	entry->used = true;
	entry->inbound = entry->gone = entry->shown = false;
	put_slot(set->slots, set->mask, slot);
	set->count++;
	return entry;
}

/* Closes the gap at slot i, so that no walk over a run of used slots stops early. */
static void close_gap(struct sa_set *set, uint32_t i)
{
	uint32_t j = i, home;

	for (;;) {
		j = (j + 1) & set->mask;
		if (!set->slots[j].hash)
			break;
		home = set->slots[j].hash & set->mask;
		if (((j - home) & set->mask) < ((j - i) & set->mask))
			continue;
		set->slots[i] = set->slots[j];
		i = j;
	}
	set->slots[i].hash = 0;
}

void sa_set_remove(struct sa_set *set, struct sa_entry *entry)
{
	uint32_t i = hash_id(set, &entry->sa.id) & set->mask;
	uint32_t number;

	while (entry_at(set, set->slots[i].entry) != entry)
		i = (i + 1) & set->mask;
	number = set->slots[i].entry;
	close_gap(set, i);
	entry->used = false;
	entry->next_free = set->free;
	set->free = number;
	set->count--;
}

struct sa_entry *sa_set_walk(const struct sa_set *set, uint32_t *at)
{
	struct sa_entry *entry;

	while (*at < set->fresh) {
		entry = entry_at(set, (*at)++);
		if (entry->used)
			return entry;
	}
	return NULL;
}
