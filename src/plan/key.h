/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A key under which SAs do not collide. The hash is affine in the key's bits too: each bit of an
 * SA's table index is a sum of bits of the key. So where an SA shall go is some equations for the
 * key; they are added SA by SA, the heaviest first, to entries of the least loaded queue, as long
 * as they contradict nothing. Pure.
 */
#ifndef PLAN_KEY_H
#define PLAN_KEY_H

#include <stddef.h>
#include <stdint.h>
#include "core/indir.h"

enum { PLAN_KEY_BITS = 512 };

/* An SA's hash by the key. */
struct plan_keyed {
	uint32_t base;			/* under a key of zeros */
	uint32_t column[PLAN_KEY_BITS]; /* what bit i of the key (0: the first byte's top) adds */
	double load;
};

struct plan_key {
	uint32_t shared; /* SAs that share their entry with another */
	double worst;	 /* load of the heaviest queue */
	double floor;	 /* the heaviest SA, or an equal share */
};

/*
 * Writes a key of @key_len bytes (at most PLAN_KEY_BITS / 8) and tells what it comes to. @seed
 * chooses among the keys: another one, other bits where the SAs leave them free. -EDOM: the table's
 * size is no power of two; -EINVAL: no SA; -ENOMEM.
 */
int plan_key(const struct plan_keyed *sas, size_t n, const struct indir *table, uint8_t *key,
	     size_t key_len, uint64_t seed, struct plan_key *plan);

#endif
