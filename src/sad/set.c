// SPDX-License-Identifier: GPL-2.0-only
// The container of the SA follower: a hash table of entries, those of one id side by side.
#include "sad/set.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS_LEAST = 64, BLOCK = 64 };

_Static_assert(sizeof(struct sa_entry) == 128, "two cache lines");

struct sa_block {
	struct sa_block *next;
	struct sa_entry entry[BLOCK];
};

static size_t hash_id(const struct sa_set *set, const struct sa_id *id)
{
	uint64_t h;

	h = (uint64_t)id->spi << 32 | (uint32_t)id->family << 8 | id->protocol;
	h = (h ^ set->seed) * 0x9e3779b97f4a7c15ull;
	h = (h ^ (h >> 32) ^ id->dst[0] ^ (uint64_t)id->dst[1] << 32) * 0xc2b2ae3d27d4eb4full;
	h = (h ^ (h >> 32) ^ id->dst[2] ^ (uint64_t)id->dst[3] << 32) * 0xff51afd7ed558ccdull;
	return h ^ h >> 32;
}

static struct sa_entry **bucket_of(const struct sa_set *set, const struct sa_id *id)
{
	return &set->bucket[hash_id(set, id) & (set->buckets - 1)];
}

static bool is_of(const struct sa_entry *entry, const struct sa_id *id)
{
	return !memcmp(&entry->sa.id, id, sizeof(*id));
}

struct sa_entry *sa_set_find(const struct sa_set *set, const struct sa_id *id)
{
	struct sa_entry *entry = set->buckets ? *bucket_of(set, id) : NULL;

	while (entry && !is_of(entry, id))
		entry = entry->next;
	return entry;
}

struct sa_entry *sa_set_next(const struct sa_entry *entry)
{
	return entry->next && is_of(entry->next, &entry->sa.id) ? entry->next : NULL;
}

static void put_in_front(struct sa_entry **at, struct sa_entry *entry)
{
	entry->next = *at;
	*at = entry;
}

/* One after the other, so that those of one id stay together. */
static void spread(const struct sa_set *set, struct sa_entry *entry)
{
	struct sa_entry *next;

	for (; entry; entry = next) {
		next = entry->next;
		put_in_front(bucket_of(set, &entry->sa.id), entry);
	}
}

/* As many buckets as entries, or more. Without memory for them chains grow longer. */
static bool make_buckets(struct sa_set *set)
{
	struct sa_set was = *set;
	size_t buckets = was.buckets ? 2 * was.buckets : BUCKETS_LEAST;
	struct sa_entry **bucket;

	if (set->count < set->buckets)
		return true;
	bucket = calloc(buckets, sizeof(*bucket));
	if (!bucket)
		return set->buckets;
	set->bucket = bucket;
	set->buckets = buckets;
	for (size_t i = 0; i < was.buckets; i++)
		spread(set, was.bucket[i]);
	free(was.bucket);
	return true;
}

static bool make_place(struct sa_set *set)
{
	struct sa_block *block;

	if (set->spare)
		return true;
	block = aligned_alloc(_Alignof(struct sa_block), sizeof(*block));
	if (!block)
		return false;
	memset(block, 0, sizeof(*block));
	*(set->last ? &set->last->next : &set->first) = block;
	set->last = block;
	for (size_t i = BLOCK; i-- > 0;)
		put_in_front(&set->spare, &block->entry[i]);
	return true;
}

struct sa_entry *sa_set_add(struct sa_set *set, struct sa_entry *first, const struct sa *sa)
{
	struct sa_entry *entry;

	if (!make_buckets(set) || !make_place(set))
		return NULL;
	entry = set->spare;
	set->spare = entry->next;
	*entry = (struct sa_entry){.sa = *sa};
	put_in_front(first ? &first->next : bucket_of(set, &sa->id), entry);
	set->count++;
	return entry;
}

void sa_set_remove(struct sa_set *set, struct sa_entry *entry)
{
	struct sa_entry **at = bucket_of(set, &entry->sa.id);

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	entry->sa.id.spi = 0;
	put_in_front(&set->spare, entry);
	set->count--;
}

struct sa_entry *sa_set_walk(const struct sa_set *set, struct sa_set_place *place)
{
	const struct sa_entry *entry;

	if (!place->block)
		place->block = set->first;
	while (place->block) {
		while (place->at < BLOCK) {
			entry = &place->block->entry[place->at++];
			if (entry->sa.id.spi)
				return (struct sa_entry *)entry;
		}
		place->at = 0;
		place->block = place->block->next;
	}
	return NULL;
}

void sa_set_free(struct sa_set *set)
{
	struct sa_block *block, *next;

	for (block = set->first; block; block = next) {
		next = block->next;
		free(block);
	}
	free(set->bucket);
	*set = (struct sa_set){.seed = set->seed};
}
