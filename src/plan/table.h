/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The indirection table that balances SAs of known loads on a NIC whose hash tells them apart: SAs
 * of one entry stay together, everything else is free. Pure.
 */
#ifndef PLAN_TABLE_H
#define PLAN_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/indir.h"

struct plan_table {
	struct indir table;
	double worst; /* load of the heaviest queue */
	double floor; /* no table does better: the heaviest entry, or an equal share */
	bool best;    /* it is proven that none does */
	/* What ethtool can say: of the runs of entries the best (plan/runs.h). */
	uint32_t weight[INDIR_SIZE_MAX];
	double weight_worst;
};

/*
 * @load[slot] is what the SAs of each entry bring (0 or more, any unit), @now the table as it is;
 * queues are 0 to @queues - 1. The table is the best one where search finds it within its budget of
 * steps, else the heaviest entries first to the least loaded queue, and from there improved; of
 * those as good one near to @now: entries without SAs stay, but where their
 * queue is no more or another one had none. -EINVAL: no
 * entry, no queue, or more queues than entries; -ENOMEM.
 */
int plan_table(struct plan_table *plan, const double *load, const struct indir *now,
	       uint32_t queues);

#endif
