/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables that ethtool can say: `ethtool -X IF weight A B ...` gives each queue, in order, a run of
 * so many entries. Pure.
 */
#ifndef PLAN_RUNS_H
#define PLAN_RUNS_H

#include <stdint.h>
#include "core/indir.h"

/*
 * Whatever the SAs weigh, each queue keeps that many entries: a quarter of an even share, and at
 * least one. All traffic but the SAs goes where the entries are.
 */
uint32_t plan_runs_least(uint32_t size, uint32_t queues);

/*
 * The runs whose heaviest queue has the least load; of those as good, the ones nearest to the table
 * as it is, @now: fewest entries change their queue, and fewest queues the number of their entries.
 * @load[slot] is 0 or more. Fills @weight, and *worst: the load of the heaviest queue. -EINVAL: more
 * queues than entries; -ENOMEM.
 */
int plan_runs(const double *load, const struct indir *now, uint32_t queues, uint32_t *weight,
	      double *worst);

#endif
