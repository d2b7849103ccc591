// SPDX-License-Identifier: GPL-2.0-only
// First placement.
#include "place/first.h"

#include <math.h>
#include <stddef.h>

#define ALIKE 0.02 /* loads of CPUs that differ by less are no reason to crowd one of them */

/* The next CPU of a set from @cpu on, -1: none. By words: a set has room for a thousand. */
static int next_cpu(const cpu_set_t *set, int cpu)
{
	enum { BITS = 8 * sizeof(*set->__bits), WORDS = CPU_SETSIZE / BITS };
	int word = cpu / BITS;
	unsigned long rest;

	if (word >= WORDS)
		return -1;
	rest = set->__bits[word] >> cpu % BITS << cpu % BITS;
	while (!rest && ++word < WORDS)
		rest = set->__bits[word];
	return rest ? word * (int)BITS + __builtin_ctzl(rest) : -1;
}

static int lowest(const cpu_set_t *set)
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, set))
			return cpu;
	return -1;
}

static int highest(const cpu_set_t *set)
{
	for (int cpu = CPU_SETSIZE - 1; cpu >= 0; cpu--)
		if (CPU_ISSET(cpu, set))
			return cpu;
	return -1;
}

static void without(cpu_set_t *out, const cpu_set_t *set, const cpu_set_t *taken)
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, set) && !CPU_ISSET(cpu, taken))
			CPU_SET(cpu, out);
		else
			CPU_CLR(cpu, out);
	}
}

void first_roles(const cpu_set_t *cpus, const cpu_set_t *strays, int ike, struct cpu_roles *roles)
{
	bool apart = CPU_COUNT(strays) > 0 || CPU_COUNT(cpus) > 2;

	roles->strays = *strays;
	if (!CPU_COUNT(strays))
		CPU_SET(highest(cpus), &roles->strays);
	roles->sas = *cpus;
	if (apart)
		without(&roles->sas, cpus, &roles->strays);
	if (!CPU_COUNT(&roles->sas))
		roles->sas = *cpus;
	roles->ike = ike >= 0 ? ike : lowest(cpus);
}

static bool usable(const cpu_set_t *cpus, uint32_t cpu)
{
	return cpu < CPU_SETSIZE && CPU_ISSET(cpu, cpus);
}

int first_home(const cpu_set_t *cpus, const struct first_named *named, enum first_why *why)
{
	const struct {
		uint32_t cpu;
		enum first_why why;
	} by[] = {
		{named->pcpu, FIRST_PCPU},
		{named->hand, FIRST_HAND},
		{named->file, FIRST_FILE},
	};

	*why = FIRST_ANY;
	for (size_t i = 0; i < sizeof(by) / sizeof(*by); i++) {
		if (usable(cpus, by[i].cpu)) {
			*why = by[i].why;
			return (int)by[i].cpu;
		}
		if (by[i].cpu != FIRST_NONE)
			*why = FIRST_NOT_OURS;
	}
	return -1;
}

int first_cpu(const cpu_set_t *cpus, const uint32_t *counts, const double *loads)
{
	uint16_t member[CPU_SETSIZE];
	double least = INFINITY;
	int members = 0, best = -1;

	for (int cpu = next_cpu(cpus, 0); cpu >= 0; cpu = next_cpu(cpus, cpu + 1)) {
		member[members++] = cpu;
		if (loads[cpu] < least)
			least = loads[cpu];
	}
	for (int i = 0; i < members; i++)
		if (loads[member[i]] <= least + ALIKE &&
		    (best < 0 || counts[member[i]] < counts[best]))
			best = member[i];
	return best;
}
