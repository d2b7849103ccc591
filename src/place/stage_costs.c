// SPDX-License-Identifier: GPL-2.0-only
// Shares the CPUs' time in each stage out among the SAs.
#include "place/stage_costs.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>
#include "place/cost.h"

/* A stage ran on a CPU that had at least this part of its time. */
#define PART_LEAST 0.05

/* What shares a stage's time out: seconds, and the sum of weights. */
struct pool {
	double seconds, weight;
};

/* By CPU; behind them those whose CPU is not known, and the rest for all. */
enum { UNKNOWN = CPU_SETSIZE, POOLS };

static void spend(const struct stage_facts *facts, struct stage_costs *costs)
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		const struct stage_counts *seen = &facts->cpu[cpu];
		double own = (double)seen->own_ns / 1e9, samples = 0;

		for (int stage = 0; stage < STAGES; stage++)
			samples += (double)seen->samples[stage];
		for (int stage = 0; stage < STAGES && samples > 0; stage++)
			costs->spent[cpu][stage] = fmax(facts->seconds - own, 0) *
						   (double)seen->samples[stage] / samples;
		if (facts->seconds > 0)
			costs->own = fmax(costs->own, own / facts->seconds);
	}
}

static void locate(struct stage_costs *costs)
{
	for (int stage = 0; stage < STAGES; stage++) {
		double sum = 0;

		for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
			sum += costs->spent[cpu][stage];
		for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
			if (sum > 0 && costs->spent[cpu][stage] >= PART_LEAST * sum)
				CPU_SET((size_t)cpu, &costs->where[stage]);
	}
}

static double receive_cost(const struct stage_facts *facts, const struct stage_costs *costs)
{
	double seconds = 0, packets = 0;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!facts->cpu[cpu].polled)
			continue;
		seconds += costs->spent[cpu][STAGE_RECEIVE];
		packets += (double)facts->cpu[cpu].polled;
	}
	return packets > 0 ? seconds * 1e9 / packets : NAN;
}

/* Where one CPU alone decrypts it is that one, if nobody knows better. */
static int cpu_of(const struct stage_costs *costs, const struct stage_sa *sa)
{
	const cpu_set_t *where = &costs->where[STAGE_DECRYPT];

	if (sa->cpu >= 0 && sa->cpu < CPU_SETSIZE)
		return sa->cpu;
	for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(where) == 1; cpu++)
		if (CPU_ISSET((size_t)cpu, where))
			return cpu;
	return -1;
}

static int pool_of(const struct stage_sa *sa)
{
	return sa->cpu >= 0 && sa->cpu < CPU_SETSIZE ? sa->cpu : UNKNOWN;
}

static double weight(const struct stage_sa *sa, enum stage stage)
{
	struct cost each = cost_start();

	if (stage == STAGE_AFTER)
		return (double)sa->packets;
	return (double)sa->packets * each.packet + (double)sa->bytes * each.byte;
}

static void fill(const struct stage_facts *facts, const struct stage_costs *costs, enum stage stage,
		 struct pool pool[POOLS], struct pool *all)
{
	memset(pool, 0, POOLS * sizeof(*pool));
	*all = (struct pool){0};
	for (size_t i = 0; i < facts->n; i++) {
		pool[pool_of(&facts->sa[i])].weight += weight(&facts->sa[i], stage);
		all->weight += weight(&facts->sa[i], stage);
	}
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		double seconds = costs->spent[cpu][stage];

		if (pool[cpu].weight > 0)
			pool[cpu].seconds = seconds;
		else if (pool[UNKNOWN].weight > 0)
			pool[UNKNOWN].seconds += seconds;
		else if (stage == STAGE_AFTER)
			all->seconds += seconds;
	}
}

static double share(const struct pool *pool, double weight)
{
	return pool->weight > 0 ? pool->seconds * weight / pool->weight : 0;
}

void stage_costs(const struct stage_facts *facts, struct stage_costs *costs, struct stage_cost *sa)
{
	static const enum stage shared[] = {STAGE_DECRYPT, STAGE_AFTER};
	struct pool pool[POOLS], all;

	memset(costs, 0, sizeof(*costs));
	spend(facts, costs);
	locate(costs);
	costs->receive = receive_cost(facts, costs);
	for (size_t i = 0; i < facts->n; i++)
		sa[i].cpu = cpu_of(costs, &facts->sa[i]);
	for (size_t s = 0; s < sizeof(shared) / sizeof(*shared); s++) {
		fill(facts, costs, shared[s], pool, &all);
		for (size_t i = 0; i < facts->n; i++) {
			const struct stage_sa *one = &facts->sa[i];
			double w = weight(one, shared[s]), seconds;

			seconds = share(&pool[pool_of(one)], w) + share(&all, w);
			*(shared[s] == STAGE_AFTER ? &sa[i].after : &sa[i].decrypt) =
				one->packets ? seconds * 1e9 / (double)one->packets : NAN;
		}
	}
}
