/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a packet of each SA costs in each stage, from what the CPUs were seen in and what the SAs
 * carried meanwhile. Pure.
 */
#ifndef PLACE_STAGE_COSTS_H
#define PLACE_STAGE_COSTS_H

#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include "core/stages.h"

/* An SA, and what it carried while it was measured. */
struct stage_sa {
	uint64_t packets, bytes;
	int cpu; /* that decrypts it; -1: not known */
};

struct stage_facts {
	double seconds;
	const struct stage_counts *cpu; /* CPU_SETSIZE of them */
	const struct stage_sa *sa;
	size_t n;
};

/* Of one SA, in nanoseconds a packet; NAN: not known. */
struct stage_cost {
	double decrypt, after;
	int cpu; /* that decrypts it; -1: not known */
};

struct stage_costs {
	/* A packet of whatever kind that a device took in; NAN: not counted, or there was none. */
	double receive;
	/* Seconds that each CPU spent in each stage, without those of the measuring itself. */
	double spent[CPU_SETSIZE][STAGES];
	cpu_set_t where[STAGES]; /* CPUs with a twentieth or more of a stage's time */
	double own;		 /* share of a CPU that measuring took, where it took most */
};

/*
 * Decides. A CPU's time is shared out among its SAs: of decrypting by their packets and bytes as
 * place/cost.h weighs them, of what comes after by packets. What CPUs spent that decrypt none of
 * these SAs goes to those whose CPU is not known; of `after`, where there are none, to all.
 * @sa has room for one of each of facts->sa.
 */
void stage_costs(const struct stage_facts *facts, struct stage_costs *costs, struct stage_cost *sa);

#endif
