// SPDX-License-Identifier: GPL-2.0-only
// Runs of entries: the bound by halving, then the nearest runs below it by dynamic programming.
#include "plan/runs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NEAR 1e-9 /* what rounding may do to sums */

enum { HALVINGS = 100 };
#define NEVER UINT32_MAX

struct runs {
	const struct indir *now;
	uint32_t size, queues, least;
	double most;	    /* that a queue may have */
	double *sum;	    /* of the loads before each entry, and of all */
	uint32_t *reached;  /* by the queues so far: whether, or at what cost, their runs can end here */
	uint32_t *reach;    /* the same with one queue more */
	uint32_t *now_here; /* entries before each that are this queue's now */
	uint16_t *from;	    /* where the run of a queue that ends here begins: queues * (size + 1) */
};

uint32_t plan_runs_least(uint32_t size, uint32_t queues)
{
	uint32_t least = size / queues / 4;

	return least ? least : 1;
}

static double load_of(const struct runs *r, uint32_t from, uint32_t to)
{
	return r->sum[to] - r->sum[from];
}

static void swap(struct runs *r)
{
	uint32_t *reached = r->reached;

	r->reached = r->reach;
	r->reach = reached;
}

/* Which ends the next queue can reach: from each beginning those from the shortest run on. */
static void extend(struct runs *r)
{
	uint32_t longest = 0, marked = 0;

	for (uint32_t at = 0; at <= r->size; at++)
		r->reach[at] = NEVER;
	for (uint32_t at = 0; at + r->least <= r->size; at++) {
		uint32_t end = at + r->least;

		if (r->reached[at] == NEVER)
			continue;
		while (longest < r->size && load_of(r, at, longest + 1) <= r->most)
			longest++;
		for (end = end < marked ? marked : end; end <= longest; end++)
			r->reach[end] = 0;
		marked = end;
	}
	swap(r);
}

static bool fit(struct runs *r, double most)
{
	r->most = most;
	for (uint32_t at = 0; at <= r->size; at++)
		r->reached[at] = at ? NEVER : 0;
	for (uint32_t queue = 0; queue < r->queues; queue++)
		extend(r);
	return r->reached[r->size] != NEVER;
}

static double smallest_bound(struct runs *r)
{
	double low = 0, high = r->sum[r->size] * (1 + NEAR) + NEAR;

	for (int i = 0; i < HALVINGS && high - low > NEAR * high; i++) {
		double middle = low + (high - low) / 2;

		if (fit(r, middle))
			high = middle;
		else
			low = middle;
	}
	return high;
}

/* Entries of this run that go to another queue, and how many more or fewer the queue has. */
static uint32_t cost(const struct runs *r, uint32_t from, uint32_t to)
{
	uint32_t length = to - from, had = r->now_here[r->size];
	uint32_t kept = r->now_here[to] - r->now_here[from];

	return length - kept + (length > had ? length - had : had - length);
}

static void count_now(struct runs *r, uint32_t queue)
{
	r->now_here[0] = 0;
	for (uint32_t at = 0; at < r->size; at++)
		r->now_here[at + 1] = r->now_here[at] + (r->now->entry[at] == queue);
}

/* The cheapest way to each end, with one queue more. */
static void extend_cheaply(struct runs *r, uint32_t queue)
{
	uint16_t *from = r->from + (size_t)queue * (r->size + 1);

	count_now(r, queue);
	for (uint32_t end = 0; end <= r->size; end++) {
		r->reach[end] = NEVER;
		for (uint32_t at = end - r->least; end >= r->least; at--) {
			if (load_of(r, at, end) > r->most)
				break;
			if (r->reached[at] != NEVER && r->reached[at] + cost(r, at, end) < r->reach[end]) {
				r->reach[end] = r->reached[at] + cost(r, at, end);
				from[end] = (uint16_t)at;
			}
			if (!at)
				break;
		}
	}
	swap(r);
}

static void nearest(struct runs *r, uint32_t *weight)
{
	uint32_t end = r->size;

	for (uint32_t at = 0; at <= r->size; at++)
		r->reached[at] = at ? NEVER : 0;
	for (uint32_t queue = 0; queue < r->queues; queue++)
		extend_cheaply(r, queue);
	for (uint32_t queue = r->queues; queue--;) {
		uint32_t at = r->from[(size_t)queue * (r->size + 1) + end];

		weight[queue] = end - at;
		end = at;
	}
}

static double worst_of(const struct runs *r, const double *load, const uint32_t *weight)
{
	double worst = 0;

	for (uint32_t queue = 0, at = 0; queue < r->queues; queue++) {
		double sum = 0;

		for (uint32_t i = 0; i < weight[queue]; i++)
			sum += load[at++];
		worst = sum > worst ? sum : worst;
	}
	return worst;
}

static int solve(struct runs *r, const double *load, uint32_t *weight, double *worst)
{
	if (!r->sum || !r->reached || !r->reach || !r->now_here || !r->from)
		return -ENOMEM;
	r->sum[0] = 0;
	for (uint32_t at = 0; at < r->size; at++)
		r->sum[at + 1] = r->sum[at] + load[at];
	r->most = smallest_bound(r) * (1 + NEAR) + NEAR;
	nearest(r, weight);
	*worst = worst_of(r, load, weight);
	return 0;
}

int plan_runs(const double *load, const struct indir *now, uint32_t queues, uint32_t *weight,
	      double *worst)
{
	struct runs r = {.now = now, .size = now->size, .queues = queues};
	int err;

	if (!queues || queues > r.size || r.size > INDIR_SIZE_MAX)
		return -EINVAL;
	r.least = plan_runs_least(r.size, queues);
	r.sum = calloc(r.size + 1, sizeof(*r.sum));
	r.reached = calloc(r.size + 1, sizeof(*r.reached));
	r.reach = calloc(r.size + 1, sizeof(*r.reach));
	r.now_here = calloc(r.size + 1, sizeof(*r.now_here));
	r.from = calloc((size_t)queues * (r.size + 1), sizeof(*r.from));
	err = solve(&r, load, weight, worst);
	free(r.sum);
	free(r.reached);
	free(r.reach);
	free(r.now_here);
	free(r.from);
	return err;
}
