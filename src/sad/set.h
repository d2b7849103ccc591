/* SPDX-License-Identifier: GPL-2.0-only */
/* The container of the SA follower: SAs by id, several for one id. */
#ifndef SAD_SET_H
#define SAD_SET_H

#include "sad/sad.h"

/* Two cache lines; what a look-up reads lies in the first. */
struct sa_entry {
	struct sa_entry *next; /* of the same bucket; those of one id follow each other */
	struct sa sa;	       /* with SPI 0: nothing is here */
	uint64_t learned_ns;   /* of a learned SA: when */
	uint32_t round;	       /* the last dump, or reading of the file, that held it */
	bool inbound;
	bool gone;  /* it is to leave the set */
	bool shown; /* the consumer knows it */
} __attribute__((aligned(64)));

struct sa_block;

/* Entries lie in blocks, one after the other: a million of them cost no more than their size. */
struct sa_set {
	struct sa_entry **bucket; /* a power of two of them, or none yet */
	size_t buckets, count;	  /* of entries */
	struct sa_block *first, *last;
	struct sa_entry *spare; /* places in blocks where nothing is, by `next` */
	uint64_t seed;		/* learned SPIs are chosen by strangers */
};

/* A way through all entries. Begin with all zero. */
struct sa_set_place {
	const struct sa_block *block;
	size_t at;
};

/* The next entry on the way, NULL: there is none. Entries may be removed meanwhile. */
struct sa_entry *sa_set_walk(const struct sa_set *set, struct sa_set_place *place);

/* The first entry with this id, or NULL. */
struct sa_entry *sa_set_find(const struct sa_set *set, const struct sa_id *id);

/* The next one with the same id, or NULL. */
struct sa_entry *sa_set_next(const struct sa_entry *entry);

/*
 * A new entry holding a copy of *sa, all else zero; NULL: no memory. @first: what sa_set_find()
 * says of its id.
 */
struct sa_entry *sa_set_add(struct sa_set *set, struct sa_entry *first, const struct sa *sa);

/* Removes the entry. Its place is kept for another. */
void sa_set_remove(struct sa_set *set, struct sa_entry *entry);

/* Frees all. */
void sa_set_free(struct sa_set *set);

#endif
