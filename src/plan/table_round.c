// SPDX-License-Identifier: GPL-2.0-only
// What a round does with a NIC's table where that places the SAs.
#include "plan/table_round.h"

#include <errno.h>
#include <stdlib.h>

#define GAIN 0.9 /* of the heaviest queue's load: a table that leaves more is not worth writing */

/* The loads of the table's entries; false if an SA is elsewhere than its hash says. */
static bool add_up(const struct table_seen *seen, size_t n, const struct indir *now, double *load,
		   size_t *hashed, double *all)
{
	for (size_t i = 0; i < n; i++) {
		if (!seen[i].hash)
			continue;
		if (indir_pick(now, seen[i].hash) != seen[i].queue)
			return false;
		load[indir_index(now->size, seen[i].hash)] += seen[i].load;
		*all += seen[i].load;
		++*hashed;
	}
	return true;
}

/* No table has more queues than entries (plan_table()). */
static double heaviest(const struct indir *table, const double *load, uint32_t queues)
{
	double sum[INDIR_SIZE_MAX] = {0}, most = 0;

	for (uint32_t i = 0; i < table->size; i++) {
		uint32_t queue = table->entry[i];

		if (queue >= queues || queue >= INDIR_SIZE_MAX)
			continue;
		sum[queue] += load[i];
		most = sum[queue] > most ? sum[queue] : most;
	}
	return most;
}

static int compare(struct table_round *round, const struct indir *now, const double *load,
		   double all, uint32_t queues)
{
	int err = plan_table(&round->plan, load, now, queues);

	if (err)
		return err;
	round->before = heaviest(now, load, queues) / all;
	round->after = round->plan.worst / all;
	round->verdict = round->after < GAIN * round->before ? TABLE_BETTER : TABLE_EVEN;
	return 0;
}

int table_round(struct table_round *round, const struct table_seen *seen, size_t n,
		const struct indir *now, uint32_t queues)
{
	double *load = calloc(INDIR_SIZE_MAX, sizeof(*load)), all = 0;
	size_t hashed = 0;
	int err = load ? 0 : -ENOMEM;

	round->verdict = TABLE_LITTLE;
	round->before = round->after = 0;
	if (!err && !add_up(seen, n, now, load, &hashed, &all))
		round->verdict = TABLE_STRAYS;
	else if (!err && hashed >= 2 && hashed == n && all > 0)
		err = compare(round, now, load, all, queues);
	free(load);
	return err;
}
