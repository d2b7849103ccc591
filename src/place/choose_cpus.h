/* SPDX-License-Identifier: GPL-2.0-only */
/* What --cpus defaults to, and why. Pure: a struct of facts in, a set and a sentence out. */
#ifndef PLACE_CHOOSE_CPUS_H
#define PLACE_CHOOSE_CPUS_H

#include <sched.h>
#include <stddef.h>
#include <stdint.h>

struct choose_cpus_facts {
	cpu_set_t online;
	cpu_set_t isolated;
	cpu_set_t nohz_full;
	const int16_t *node;  /* CPU_SETSIZE entries: NUMA node of each CPU, -1 unknown */
	const int16_t *core;  /* CPU_SETSIZE entries: lowest CPU of its thread siblings */
	const int *nic_nodes; /* NUMA node of each steered interface, -1 unknown */
	size_t nics;
	cpu_set_t receiving;	 /* CPUs that the interfaces' interrupts go to; empty: any */
	const uint16_t *rx_busy; /* CPU_SETSIZE entries: permille in softirq; NULL unknown */
};

/*
 * The online CPUs of the NICs' NUMA nodes, one thread a core, without isolated and nohz_full ones,
 * and, when three or more remain, without the busiest receiving CPU's core. A rule that would leave
 * nothing is not applied, and WHY says so. WHY is one sentence without a full stop or newline.
 * -EINVAL when no CPU is online.
 */
int choose_cpus(const struct choose_cpus_facts *facts, cpu_set_t *out, char *why, size_t len);

#endif
