/* SPDX-License-Identifier: GPL-2.0-only */
/* The container of the SA follower: SAs by id, several for one id. */
#ifndef SAD_SET_H
#define SAD_SET_H

#include "sad/sad.h"

struct sa_entry {
	struct sa sa;
	struct sa_name *name;
	struct sa_entry *next; /* of the same name */
	uint64_t learned_ns;   /* of a learned SA: when */
	uint32_t round;	       /* the last dump, or reading of the file, that held it */
	bool inbound;
	bool gone;  /* it is to leave the set */
	bool shown; /* the consumer knows it */
};

/* What the SAs of one id have in common. */
struct sa_name {
	struct sa_entry *entries;      /* at least one */
	struct sa_name *chain;	       /* of the same bucket */
	struct sa_name *next, *before; /* in the order in which they came */
	unsigned int hash;
};

struct sa_set {
	struct sa_name **bucket; /* a power of two of them, or none yet */
	size_t buckets, count;	 /* of names */
	struct sa_name *first, *last;
	uint64_t seed; /* learned SPIs are chosen by strangers */
};

/* All names in the order in which they came; NAME may go, with NEXT known before. */
#define sa_set_each(SET, NAME, NEXT)                                                               \
	for ((NAME) = (SET)->first; (NAME) && ((NEXT) = (NAME)->next, true); (NAME) = (NEXT))

/* The name with this id, or NULL. */
struct sa_name *sa_set_find(const struct sa_set *set, const struct sa_id *id);

/*
 * A new entry holding a copy of *sa, all else zero; NULL: no memory. @name: what sa_set_find() says
 * of its id.
 */
struct sa_entry *sa_set_add(struct sa_set *set, struct sa_name *name, const struct sa *sa);

/* Frees the entry, and with the last one its name. */
void sa_set_remove(struct sa_set *set, struct sa_entry *entry);

/* Frees all. */
void sa_set_free(struct sa_set *set);

#endif
