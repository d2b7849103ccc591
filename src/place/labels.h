/* SPDX-License-Identifier: GPL-2.0-only */
/* Which labels a CPU gets (core/label.h), by the hashes that the kernel makes of them. Pure. */
#ifndef PLACE_LABELS_H
#define PLACE_LABELS_H

#include <stdint.h>
#include "core/label.h"

/* The labels of the CPUs in an RPS mask, while they are found. */
struct labels {
	unsigned int cpus;     /* in the mask */
	struct label_row *row; /* of each, in the order of their numbers, which is that of RPS */
	uint32_t *got;	       /* how many it has */
	unsigned int full;     /* so many have all */
};

/* Room for @cpus (1 or more) rows, empty. 0 or -ENOMEM; then labels_free(). */
int labels_init(struct labels *labels, unsigned int cpus);
void labels_free(struct labels *labels);

/*
 * The kernel makes @hash of @label, which is not 0 and was not taken before: the CPU to which that
 * leads gets it, if it has not enough yet. Have all CPUs enough now?
 */
bool labels_take(struct labels *labels, uint32_t label, uint32_t hash);

#endif
