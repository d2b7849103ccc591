// SPDX-License-Identifier: GPL-2.0-only
// First placement.
#include "host/cpuset.h"
#include "place/first.h"

#include <math.h>
#include <stddef.h>

#define ALIKE 0.02 /* loads of CPUs that differ by less are no reason to crowd one of them */

void first_roles(const cpu_set_t *cpus, const cpu_set_t *strays, int ike, struct cpu_roles *roles)
{
	bool apart = CPU_COUNT(strays) > 0 || CPU_COUNT(cpus) > 2;

	roles->strays = *strays;
	if (!CPU_COUNT(strays))
		CPU_SET(cpuset_last(cpus), &roles->strays);
	roles->sas = *cpus;
	if (apart)
		cpuset_remove(&roles->sas, &roles->strays);
	if (!CPU_COUNT(&roles->sas))
		roles->sas = *cpus;
	roles->ike = ike >= 0 ? ike : cpuset_first(cpus);
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

	cpuset_each (cpu, cpus) {
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
