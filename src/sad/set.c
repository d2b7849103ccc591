/* SPDX-License-Identifier: GPL-2.0-only */
/* The container of the SA follower: a hash table of ids, each with a list of its SAs. */
#include "sad/set.h"

#include <stdlib.h>

static unsigned int hash_id(const struct sa_set *set, const struct sa_id *id)
{
	uint64_t h;

	h = (uint64_t)id->spi << 32 | (uint32_t)id->family << 8 | id->protocol;
	h = (h ^ set->seed) * 0x9e3779b97f4a7c15ull;
	h = (h ^ (h >> 32) ^ id->dst[0] ^ (uint64_t)id->dst[1] << 32) * 0xc2b2ae3d27d4eb4full;
	h = (h ^ (h >> 32) ^ id->dst[2] ^ (uint64_t)id->dst[3] << 32) * 0xff51afd7ed558ccdull;
	return (unsigned int)(h ^ h >> 32);
}

struct sa_name *sa_set_find(const struct sa_set *set, const struct sa_id *id)
{
	struct sa_name *name;

	HASH_FIND_BYHASHVALUE(hh, set->names, id, sizeof(*id), hash_id(set, id), name);
	return name;
}

static struct sa_name *add_name(struct sa_set *set, const struct sa_id *id)
{
	struct sa_name *name = calloc(1, sizeof(*name));

	if (!name)
		return NULL;
	name->id = *id;
	HASH_ADD_BYHASHVALUE(hh, set->names, id, sizeof(name->id), hash_id(set, id), name);
	if (name->hh.tbl)
		return name;
	free(name);
	return NULL;
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
	if (name->entries)
		return;
	HASH_DEL(set->names, name);
	free(name);
}

void sa_set_free(struct sa_set *set)
{
	struct sa_name *name, *next;
	bool last;

	HASH_ITER (hh, set->names, name, next) {
		do {
			last = !name->entries->next;
			sa_set_remove(set, name->entries);
		} while (!last);
	}
}
