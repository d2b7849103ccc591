/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * RSS++ (Barbette et al., CoNEXT 2019) as its published code does it, written anew: the baseline
 * of bench/balance. Its loads are 32-bit floats, shares of a core.
 */
#ifndef BENCH_RSSPP_H
#define BENCH_RSSPP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RSSPP_RUNS = 10, RSSPP_CORES = 64, RSSPP_BUCKETS = 512 };

struct rsspp_bucket {
	float load;
	int donor;
	int receiver; /* the result; -1: stays */
};

/* Which donor's bucket goes to which receiver. The needs and excesses are all positive. */
struct rsspp_problem {
	const float *need, *excess;
	int receivers, donors;
	struct rsspp_bucket *bucket;
	int buckets;
	float sq[RSSPP_RUNS]; /* sum of squared residuals after each run */
	int runs;
};

/* The last of at most ten greedy runs, each with other slacks, is the result. */
void rsspp_solve(struct rsspp_problem *p);

struct rsspp {
	int cores, buckets;
	uint8_t core[RSSPP_BUCKETS]; /* the table */
	bool received[RSSPP_CORES];  /* in the tick before */
	unsigned int period;	     /* until the next tick, in units of the shortest */
	unsigned int period_max;
};

/* The table starts with bucket b on core b mod cores. A period of 1 is that of the calls. */
void rsspp_init(struct rsspp *r, int cores, int buckets, unsigned int period_max);

/*
 * A tick. `load`: of each core since the last one, 0 to 1; `packets`: of each bucket, likewise.
 * The number of buckets that changed their core.
 */
int rsspp_tick(struct rsspp *r, const float *load, const float *packets);

#endif
