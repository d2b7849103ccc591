/* SPDX-License-Identifier: GPL-2.0-only */
/* One cell of bench/balance: all policies, side by side on one trace. */
#ifndef BENCH_BALANCE_RUN_H
#define BENCH_BALANCE_RUN_H

#include "balance_policy.h"

/* How a policy did. Means and worsts are over the steps after the warm-up, and over the seeds. */
struct score {
	double over_floor, worst_over_floor; /* the largest load of a CPU / the floor */
	double spread, worst_spread;	     /* (max - min) / min; NAN: a CPU was idle */
	double charged;			     /* over the floor, with the moves' cost on it */
	double free_spread; /* over the steps in which the heaviest SA is not the floor */
	unsigned int free_steps;
	double moves;		     /* a second */
	double round, longest_round; /* seconds; 0: it decides nothing */
	bool bound;		     /* the heaviest SA was the floor all the time */
};

/* Runs a trace with policies: a bit in @which for each. -ENOMEM. */
int balance_run(const struct trace_kind *kind, size_t sas, size_t cpus, unsigned int seeds,
		unsigned int which, struct score scores[POLICIES]);

#endif
