// SPDX-License-Identifier: GPL-2.0-only
// espalier simulate: its results by NIC.
#include "cmd/simulate/series.h"

#include <stdlib.h>
#include <string.h>

static bool same_spread(const struct spread *a, const struct spread *b)
{
	if (!a || !b || a->queues != b->queues)
		return a == b;
	for (uint32_t i = 0; i < a->queues; i++)
		if (a->queue[i].packets != b->queue[i].packets)
			return false;
	return true;
}

/* NICs that put the packets on other queues, but no more or less evenly, are alike too. */
static bool alike(const struct series *a, const struct series *b, size_t numbers)
{
	for (size_t i = 0; i < numbers; i++) {
		const struct spread *x = a->by[i], *y = b->by[i];

		if (!same_spread(x, y) && (!x || !y || x->speedup != y->speedup || numbers == 1))
			return false;
	}
	return true;
}

/* Results of one name follow each other. How many series there are. */
static size_t collect(const struct simulate_view *view, struct series *series)
{
	const struct simulation *s = view->simulation;
	size_t n = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct simulated *one = &s->simulated[i];
		size_t number = 0;

		if (!n || strcmp(series[n - 1].name, one->name))
			series[n++] = (struct series){
				.name = one->name, .ours = !one->nic, .sprays = one->sprays};
		while (view->queues[number] != one->spread.queues)
			number++;
		series[n - 1].by[number] = &one->spread;
	}
	return n;
}

static void find_alike(struct series *series, size_t n, size_t numbers)
{
	for (size_t i = 0; i < n; i++) {
		size_t like = series[i].ours ? i : 0;

		while (like < i &&
		       (series[like].like != like || !alike(&series[i], &series[like], numbers)))
			like++;
		series[i].like = like;
	}
}

struct series *series_collect(const struct simulate_view *view, size_t *n)
{
	struct series *series = calloc(view->simulation->count + 1, sizeof(*series));

	if (!series)
		return NULL;
	*n = collect(view, series);
	find_alike(series, *n, view->numbers);
	return series;
}
