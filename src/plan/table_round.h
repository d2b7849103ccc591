/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a round does with a NIC's table where that places the SAs: nothing, unless the hashes seen
 * on this very NIC show where each SA will go, and another table is clearly better. Pure.
 */
#ifndef PLAN_TABLE_ROUND_H
#define PLAN_TABLE_ROUND_H

#include "plan/table.h"

/* An SA as it was seen on one queue. */
struct table_seen {
	uint32_t hash; /* of the NIC; 0: none was told */
	uint32_t queue;
	double load; /* any unit */
};

enum table_verdict {
	TABLE_LITTLE, /* not enough was seen, or no hash was told */
	TABLE_STRAYS, /* SAs are not where table and hash say: it is not to be touched */
	TABLE_EVEN,   /* no table is better by a tenth */
	TABLE_BETTER, /* one is: plan->table */
};

struct table_round {
	enum table_verdict verdict;
	double before, after; /* load of the heaviest queue, a share of all */
	struct plan_table plan;
};

/* 0 or a negative errno, as plan_table(). */
int table_round(struct table_round *round, const struct table_seen *seen, size_t n,
		const struct indir *now, uint32_t queues);

#endif
