/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The indirection table that balances SAs of known loads on a NIC whose hash tells them apart: SAs
 * of one entry stay together, everything else is free. Pure.
 */
#ifndef PLACE_PLAN_TABLE_H
#define PLACE_PLAN_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/indir.h"

struct plan_table {
	struct indir table;
	double worst; /* load of the heaviest queue */
	double floor; /* no table does better: the heaviest entry, or an equal share */
	bool best;    /* it is proven that none does */
	/*
	 * What ethtool can say: it gives each queue, in order, a run of entries as long as its
	 * weight. Of these the best.
	 */
	uint32_t weight[INDIR_SIZE_MAX];
	double weight_worst;
};

/*
 * @load[slot] is what the SAs of each of @size entries bring (0 or more, any unit); queues are 0 to
 * @queues - 1. Entries without SAs are dealt out in turn. The table is the best one where search
 * finds it within its budget of steps, else the heaviest entries first to the least loaded queue,
 * and from there improved. -EINVAL: sizes as indir_fill(), or more queues than entries.
 */
int plan_table(struct plan_table *plan, const double *load, uint32_t size, uint32_t queues);

#endif
