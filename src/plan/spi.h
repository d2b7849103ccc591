/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SPIs that a NIC's hash and table spread evenly, from a linear system and not by trial.
 *
 * The hash of receive-side scaling is affine over GF(2) in every bit of its input: with all else
 * fixed it is `base` and, for each bit of the number that is set, the column of that bit, XORed. A
 * table of 2^k entries looks at its last k bits. So the SPIs of one entry are the solutions of k
 * equations: one of them, and the kernel's vectors added in any combination. Pure.
 */
#ifndef PLAN_SPI_H
#define PLAN_SPI_H

#include <stddef.h>
#include <stdint.h>
#include "core/indir.h"

/* A hash by one number of the packet: an SPI, or a UDP source port. */
struct plan_hash {
	uint32_t bits; /* of the number: 32, or 16 */
	uint32_t base; /* the hash of the number 0 */
	uint32_t column[32];
};

/*
 * The hash of @hash_of(arg, number) as columns. -EDOM: it is none, as random numbers show: what
 * such a hash does cannot be planned.
 */
int plan_hash_find(struct plan_hash *hash, uint32_t bits,
		   uint32_t (*hash_of)(const void *arg, uint32_t number), const void *arg);

/* The hash of a number. */
uint32_t plan_hash(const struct plan_hash *hash, uint32_t number);

struct plan_ask {
	uint32_t low, high; /* numbers allowed */
	uint32_t count;	    /* wanted, 1 at least */
	int queue;	    /* all of them to this queue; -1: evenly over all of the table's */
};

struct plan_spi {
	uint32_t number;
	uint16_t slot; /* entry of the table */
	uint16_t queue;
};

/* Why it could not be done. */
struct plan_short {
	uint32_t queues, reached; /* in the table; those that some number of the range goes to */
	uint16_t queue;		  /* the one with the fewest numbers in the range */
	uint64_t possible;	  /* how many that are */
};

/*
 * Fills @out with ask->count different numbers of the range; how many go to each queue differs by
 * one at most, and within a queue they are spread over its entries. The same question has the same
 * answer. -EDOM: the table's size is no power of two; -EINVAL: no range, or the queue is not in the
 * table; -ENOSPC: some queue has too few, and *why says which.
 */
int plan_spis(const struct plan_hash *hash, const struct indir *table, const struct plan_ask *ask,
	      struct plan_spi *out, struct plan_short *why);

#endif
