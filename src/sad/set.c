// SPDX-License-Identifier: GPL-2.0-only
// The container of the SA follower: a hash table of ids, each with a list of its SAs.
#include "sad/set.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS_LEAST = 64 };

static unsigned int hash_id(const struct sa_set *set, const struct sa_id *id)
{
	uint64_t h;

	h = (uint64_t)id->spi << 32 | (uint32_t)id->family << 8 | id->protocol;
	h = (h ^ set->seed) * 0x9e3779b97f4a7c15ull;
	h = (h ^ (h >> 32) ^ id->dst[0] ^ (uint64_t)id->dst[1] << 32) * 0xc2b2ae3d27d4eb4full;
	h = (h ^ (h >> 32) ^ id->dst[2] ^ (uint64_t)id->dst[3] << 32) * 0xff51afd7ed558ccdull;
	return (unsigned int)(h ^ h >> 32);
}

static struct sa_name **bucket_of(const struct sa_set *set, unsigned int hash)
{
	return &set->bucket[hash & (set->buckets - 1)];
}

/* The id is where the entry is, and is looked at only where it most likely is the one. */
struct sa_name *sa_set_find(const struct sa_set *set, const struct sa_id *id)
{
	unsigned int hash = hash_id(set, id);
	struct sa_name *name = set->buckets ? *bucket_of(set, hash) : NULL;

	while (name && (name->hash != hash || memcmp(&name->entries->sa.id, id, sizeof(*id)) != 0))
		name = name->chain;
	return name;
}

static void chain_up(const struct sa_set *set, struct sa_name *name)
{
	struct sa_name **bucket = bucket_of(set, name->hash);

	name->chain = *bucket;
	*bucket = name;
}

/* As many buckets as names, or more. Without memory for them chains grow longer. */
static bool make_room(struct sa_set *set)
{
	size_t buckets = set->buckets ? 2 * set->buckets : BUCKETS_LEAST;
	struct sa_name **bucket;

	if (set->count < set->buckets)
		return true;
	bucket = calloc(buckets, sizeof(*bucket));
	if (!bucket)
		return set->buckets;
	free(set->bucket);
	set->bucket = bucket;
	set->buckets = buckets;
	for (struct sa_name *name = set->first; name; name = name->next)
		chain_up(set, name);
	return true;
}

static struct sa_name *add_name(struct sa_set *set, const struct sa_id *id)
{
	struct sa_name *name = make_room(set) ? calloc(1, sizeof(*name)) : NULL;

	if (!name)
		return NULL;
	name->hash = hash_id(set, id);
	chain_up(set, name);
	name->before = set->last;
	*(set->last ? &set->last->next : &set->first) = name;
	set->last = name;
	set->count++;
	return name;
}

static void remove_name(struct sa_set *set, struct sa_name *name)
{
	struct sa_name **at = bucket_of(set, name->hash);

	while (*at != name)
		at = &(*at)->chain;
	*at = name->chain;
	*(name->before ? &name->before->next : &set->first) = name->next;
	*(name->next ? &name->next->before : &set->last) = name->before;
	set->count--;
	free(name);
}

struct sa_entry *sa_set_add(struct sa_set *set, struct sa_name *name, const struct sa *sa)
{
	struct sa_entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->name = name ? name : add_name(set, &sa->id);
	if (!entry->name) {
		free(entry);
		return NULL;
	}
	entry->sa = *sa;
	entry->next = entry->name->entries;
	entry->name->entries = entry;
	return entry;
}

void sa_set_remove(struct sa_set *set, struct sa_entry *entry)
{
	struct sa_name *name = entry->name;
	struct sa_entry **at = &name->entries;

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	free(entry);
	if (!name->entries)
		remove_name(set, name);
}

void sa_set_free(struct sa_set *set)
{
	struct sa_name *name, *next;
	bool last;

	sa_set_each (set, name, next) {
		do {
			last = !name->entries->next;
			sa_set_remove(set, name->entries);
		} while (!last);
	}
	free(set->bucket);
	set->bucket = NULL;
	set->buckets = 0;
}
