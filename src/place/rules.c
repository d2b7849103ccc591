// SPDX-License-Identifier: GPL-2.0-only
// Which rules a NIC should hold, given those that it holds.
#include "place/rules.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	const struct rules_entry *x = a, *y = b;
	int order = memcmp(x->about, y->about, sizeof(x->about));

	return order ? order : x->queue < y->queue ? -1 : x->queue > y->queue;
}

static void swap(struct rules_entry *a, struct rules_entry *b)
{
	struct rules_entry held = *a;

	*a = *b;
	*b = held;
}

/*
 * Sorts apart: the entries that only one of two sorted lists has go to its front; those of both
 * stay behind.
 */
static void part(struct rules_plan *plan, struct rules_entry *have, size_t n_have,
		 struct rules_entry *wanted, size_t n_wanted)
{
	size_t h = 0, w = 0;

	while (h < n_have || w < n_wanted) {
		int order = h == n_have	    ? 1
			    : w == n_wanted ? -1
					    : compare(&have[h], &wanted[w]);

		if (order < 0)
			swap(&have[plan->drop++], &have[h++]);
		else if (order > 0)
			swap(&wanted[plan->add++], &wanted[w++]);
		else
			h++, w++;
	}
}

/* Twice the same SA is one rule: those that are wanted again are forgotten. */
static size_t unique(struct rules_entry *wanted, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (!kept || memcmp(wanted[kept - 1].about, wanted[i].about, RULES_ABOUT))
			wanted[kept++] = wanted[i];
	return kept;
}

int rules_plan(struct rules_plan *plan, struct rules_entry *have, size_t n_have,
	       struct rules_entry *wanted, size_t n_wanted, const uint32_t *taken, size_t n_taken,
	       uint32_t most)
{
	bool *used = calloc(most ? most : 1, sizeof(*used));
	uint32_t at = most;
	size_t placed = 0;

	*plan = (struct rules_plan){0};
	if (!used)
		return -ENOMEM;
	qsort(have, n_have, sizeof(*have), compare);
	qsort(wanted, n_wanted, sizeof(*wanted), compare);
	n_wanted = unique(wanted, n_wanted);
	part(plan, have, n_have, wanted, n_wanted);
	for (size_t i = 0; i < n_taken; i++)
		if (taken[i] < most)
			used[taken[i]] = true;
	for (size_t i = plan->drop; i < n_have; i++)
		if (have[i].location < most)
			used[have[i].location] = true;
	while (placed < plan->add && at-- > 0)
		if (!used[at])
			wanted[placed++].location = at;
	plan->left_out = plan->add - placed;
	plan->add = placed;
	free(used);
	return 0;
}
