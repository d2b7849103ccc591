/* SPDX-License-Identifier: GPL-2.0-only */
/* What sched.h has not for its sets of CPUs. Pure. */
#ifndef HOST_CPUSET_H
#define HOST_CPUSET_H

#include <sched.h>

/* The next CPU of a set from @cpu on; -1: none. By words: a set has room for a thousand. */
static inline int cpuset_next(const cpu_set_t *set, int cpu)
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

/* for each CPU of a set, upwards; the body may take this one out. */
#define cpuset_each(cpu, set) \
	for (int cpu = cpuset_next(set, 0); cpu >= 0; cpu = cpuset_next(set, cpu + 1))

/* The lowest; -1: the set is empty. */
static inline int cpuset_first(const cpu_set_t *set)
{
	return cpuset_next(set, 0);
}

/* The highest; -1: the set is empty. */
static inline int cpuset_last(const cpu_set_t *set)
{
	int last = -1;

	cpuset_each (cpu, set)
		last = cpu;
	return last;
}

/* Takes those of @gone out of @set. */
static inline void cpuset_remove(cpu_set_t *set, const cpu_set_t *gone)
{
	cpuset_each (cpu, gone)
		CPU_CLR(cpu, set);
}

#endif
