// SPDX-License-Identifier: GPL-2.0-only
// Tables: entries to queues, the heaviest first, then by branch and bound.
#include "plan/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "plan/runs.h"

#define BUDGET 2000000u /* steps of the search: some 20 ms */
#define NEAR   1e-9	/* what rounding may do to sums */

struct heavy {
	double load;
	uint32_t slot;
};

struct search {
	const struct heavy *heavy; /* descending */
	uint32_t n, queues, steps;
	double floor, worst; /* of the best so far */
	double *sum;
	uint16_t *queue, *best; /* of heavy[i] */
	double *rest;		/* of heavy[i] and all after it */
};

static int by_load(const void *a, const void *b)
{
	const struct heavy *x = a, *y = b;

	if (x->load != y->load)
		return x->load > y->load ? -1 : 1;
	return x->slot < y->slot ? -1 : x->slot > y->slot;
}

/* The heaviest first, each to the queue that has least: at most a third above the best. */
static void greedy(struct search *s)
{
	s->worst = 0;
	for (uint32_t i = 0; i < s->n; i++) {
		uint32_t least = 0;

		for (uint32_t q = 1; q < s->queues; q++)
			if (s->sum[q] < s->sum[least])
				least = q;
		s->best[i] = least;
		s->sum[least] += s->heavy[i].load;
		if (s->sum[least] > s->worst)
			s->worst = s->sum[least];
	}
}

static bool good_enough(const struct search *s)
{
	return s->worst <= s->floor * (1 + NEAR);
}

/* Was a queue of the same sum tried before @q? Then this one leads to nothing new. */
static bool seen(const struct search *s, uint32_t q)
{
	for (uint32_t i = 0; i < q; i++)
		if (s->sum[i] == s->sum[q])
			return true;
	return false;
}

/* What is left must fit below the worst so far. */
static bool hopeless(const struct search *s, uint32_t i)
{
	double room = 0;

	for (uint32_t q = 0; q < s->queues; q++)
		room += s->worst > s->sum[q] ? s->worst - s->sum[q] : 0;
	return room <= s->rest[i] * (1 + NEAR);
}

/* The queue with the least sum above @after of those that are not yet tried for this entry. */
static int next_queue(const struct search *s, double after, bool first)
{
	int least = -1;

	for (uint32_t q = 0; q < s->queues; q++) {
		if (!first && s->sum[q] <= after)
			continue;
		if ((least < 0 || s->sum[q] < s->sum[least]) && !seen(s, q))
			least = (int)q;
	}
	return least;
}

static void search(struct search *s, uint32_t i, double worst)
{
	double after = 0;
	int q;

	if (i == s->n) {
		s->worst = worst;
		memcpy(s->best, s->queue, sizeof(*s->best) * s->n);
		return;
	}
	if (hopeless(s, i))
		return;
	for (bool first = true; s->steps < BUDGET && !good_enough(s); first = false) {
		double sum;

		s->steps++;
		q = next_queue(s, after, first);
		if (q < 0)
			return;
		after = s->sum[q];
		sum = after + s->heavy[i].load;
		/* The sums rise from here on. */
		if (sum * (1 + NEAR) >= s->worst)
			return;
		s->queue[i] = (uint16_t)q;
		s->sum[q] = sum;
		search(s, i + 1, sum > worst ? sum : worst);
		s->sum[q] = after;
	}
}

/* One entry from the hottest queue to another, or two exchanged, as long as that helps. */
static bool improve_once(struct search *s)
{
	uint32_t hot = 0;

	for (uint32_t q = 1; q < s->queues; q++)
		if (s->sum[q] > s->sum[hot])
			hot = q;
	s->worst = s->sum[hot];
	for (uint32_t i = 0; i < s->n; i++) {
		if (s->best[i] != hot)
			continue;
		for (uint32_t q = 0; q < s->queues; q++) {
			if (q == hot || s->sum[q] + s->heavy[i].load >= s->worst * (1 - NEAR))
				continue;
			s->sum[hot] -= s->heavy[i].load;
			s->sum[q] += s->heavy[i].load;
			s->best[i] = (uint16_t)q;
			return true;
		}
		for (uint32_t j = i + 1; j < s->n; j++) {
			double less = s->heavy[i].load - s->heavy[j].load;
			uint16_t q = s->best[j];

			if (q == hot || less <= 0 || s->sum[q] + less >= s->worst * (1 - NEAR))
				continue;
			s->sum[hot] -= less;
			s->sum[q] += less;
			s->best[i] = q;
			s->best[j] = (uint16_t)hot;
			return true;
		}
	}
	return false;
}

/* The best that greedy steps and the search find. */
static void solve(struct search *s)
{
	greedy(s);
	for (uint32_t i = 0; i < 10000 && !good_enough(s) && improve_once(s); i++)
		;
	memset(s->sum, 0, sizeof(*s->sum) * s->queues);
	if (!good_enough(s))
		search(s, 0, 0);
}

/*
 * From the table as it is, entry by entry from queues that have too much, without a queue having
 * more than the best table's worst: mostly few entries move. False: that leads nowhere.
 */
static bool repair(struct search *s, const struct indir *now)
{
	double most = s->worst * (1 + NEAR);

	memset(s->sum, 0, sizeof(*s->sum) * s->queues);
	for (uint32_t i = 0; i < s->n; i++) {
		s->queue[i] = now->entry[s->heavy[i].slot];
		if (s->queue[i] >= s->queues)
			return false;
		s->sum[s->queue[i]] += s->heavy[i].load;
	}
	for (uint32_t i = 0; i < s->n; i++) {
		uint16_t least = 0;

		if (s->sum[s->queue[i]] <= most)
			continue;
		for (uint32_t q = 1; q < s->queues; q++)
			if (s->sum[q] < s->sum[least])
				least = (uint16_t)q;
		if (s->sum[least] + s->heavy[i].load > most)
			continue;
		s->sum[s->queue[i]] -= s->heavy[i].load;
		s->sum[least] += s->heavy[i].load;
		s->queue[i] = least;
	}
	for (uint32_t q = 0; q < s->queues; q++)
		if (s->sum[q] > most)
			return false;
	return true;
}

/* All queues are alike: they take the numbers that their heaviest entries have now. */
static void rename_queues(struct search *s, const struct indir *now)
{
	bool named[INDIR_SIZE_MAX] = {false}, taken[INDIR_SIZE_MAX] = {false};
	uint16_t name[INDIR_SIZE_MAX] = {0}, next = 0;

	for (uint32_t i = 0; i < s->n; i++) {
		uint16_t wish = now->entry[s->heavy[i].slot];

		if (wish >= s->queues || named[s->best[i]] || taken[wish])
			continue;
		name[s->best[i]] = wish;
		named[s->best[i]] = taken[wish] = true;
	}
	for (uint32_t q = 0; q < s->queues; q++) {
		if (named[q])
			continue;
		while (taken[next])
			next++;
		name[q] = next;
		taken[next] = true;
	}
	for (uint32_t i = 0; i < s->n; i++)
		s->best[i] = name[s->best[i]];
}

/* A queue without entries gets some without SAs, from the queue that has most of these. */
static void feed_queues(struct plan_table *plan, const double *load, uint32_t queues)
{
	uint32_t spare[INDIR_SIZE_MAX] = {0}, all[INDIR_SIZE_MAX] = {0};

	for (uint32_t slot = 0; slot < plan->table.size; slot++) {
		all[plan->table.entry[slot]]++;
		spare[plan->table.entry[slot]] += load[slot] <= 0;
	}
	for (uint32_t slot = 0, q = 0; slot < plan->table.size; slot++) {
		uint32_t most = 0;

		while (q < queues && all[q])
			q++;
		for (uint32_t i = 1; i < queues; i++)
			most = spare[i] > spare[most] ? i : most;
		if (q == queues || spare[most] < 2)
			return;
		if (load[slot] > 0 || plan->table.entry[slot] != most)
			continue;
		plan->table.entry[slot] = (uint16_t)q;
		spare[most]--;
		all[most]--;
		spare[q]++;
		all[q]++;
	}
}

/* Entries without SAs stay where they are. */
static void fill(struct plan_table *plan, struct search *s, const struct indir *now,
		 const double *load)
{
	bool repaired = repair(s, now);

	if (!repaired)
		rename_queues(s, now);
	plan->table = *now;
	for (uint32_t slot = 0; slot < now->size; slot++)
		if (now->entry[slot] >= s->queues)
			plan->table.entry[slot] = slot % s->queues;
	for (uint32_t i = 0; i < s->n; i++)
		plan->table.entry[s->heavy[i].slot] = repaired ? s->queue[i] : s->best[i];
	feed_queues(plan, load, s->queues);
	plan->worst = s->worst;
	for (uint32_t q = 0; repaired && q < s->queues; q++)
		plan->worst = !q || s->sum[q] > plan->worst ? s->sum[q] : plan->worst;
	plan->best = s->steps < BUDGET;
}

static void lay_out(struct search *s, struct heavy *heavy, const double *load, uint32_t size)
{
	double total = 0;

	for (uint32_t slot = 0; slot < size; slot++)
		if (load[slot] > 0)
			heavy[s->n++] = (struct heavy){.load = load[slot], .slot = slot};
	qsort(heavy, s->n, sizeof(*heavy), by_load);
	for (uint32_t i = s->n; i--;) {
		total += heavy[i].load;
		s->rest[i] = total;
	}
	s->floor = total / s->queues;
	if (s->n && heavy[0].load > s->floor)
		s->floor = heavy[0].load;
}

int plan_table(struct plan_table *plan, const double *load, const struct indir *now,
	       uint32_t queues)
{
	struct heavy heavy[INDIR_SIZE_MAX];
	double rest[INDIR_SIZE_MAX], sum[INDIR_SIZE_MAX] = {0};
	uint16_t queue[INDIR_SIZE_MAX], best[INDIR_SIZE_MAX];
	struct search s = {.heavy = heavy,
			   .queues = queues,
			   .sum = sum,
			   .queue = queue,
			   .best = best,
			   .rest = rest};

	memset(plan, 0, sizeof(*plan));
	if (!queues || queues > now->size || now->size > INDIR_SIZE_MAX)
		return -EINVAL;
	lay_out(&s, heavy, load, now->size);
	solve(&s);
	plan->floor = s.floor;
	fill(plan, &s, now, load);
	return plan_runs(load, now, queues, plan->weight, &plan->weight_worst);
}
