/* SPDX-License-Identifier: GPL-2.0-only */
/* The policies that bench/balance compares: each decides where the SAs of a trace go. */
#ifndef BENCH_BALANCE_POLICY_H
#define BENCH_BALANCE_POLICY_H

#include "balance_trace.h"
#include "core/toeplitz.h"

enum { CPUS_MAX = 64 };

/* What a move costs each of its two CPUs, in seconds. */
#define MOVE_S 50e-6

struct placement {
	const struct policy *policy;
	size_t n, cpus;
	int *cpu;		 /* of each SA that is here */
	uint64_t moves;		 /* SAs that changed their CPU */
	double charge[CPUS_MAX]; /* what the moves since the last step cost, as a share of it */
	uint64_t rounds;	 /* in which something was decided */
	double seconds;		 /* that they took, of this thread */
	double longest;		 /* of them */
	void *state;		 /* the policy's own */
};

/* What the machine shows of a step. */
struct seen {
	const double *sa;  /* what was done for each SA, in shares of a CPU */
	const double *cpu; /* how busy each CPU was, 0 to 1 */
};

/* The period of all is a step, but for those that say otherwise. */
struct policy {
	const char *name;
	unsigned int period; /* steps between its rounds; the most, where it chooses */
	/* 0 or -ENOMEM. */
	int (*open)(struct placement *p);
	void (*close)(struct placement *p);
	/* Where an SA that arrives goes. */
	int (*arrive)(struct placement *p, const struct trace *trace, size_t sa);
	/* After each step; NULL: decides nothing then. */
	void (*step)(struct placement *p, const struct trace *trace, const struct seen *seen);
};

enum {
	POLICY_RSS_SPI,
	POLICY_RSS_ADDRESSES,
	POLICY_ROUND_ROBIN,
	POLICY_RSSPP,
	POLICY_RSSPP_KERNEL,
	POLICY_ESPALIER,
	POLICY_ESPALIER_OWN,
	POLICY_ORACLE,
	POLICY_ORACLE_SLOW,
	POLICIES
};

extern const struct policy policy_rss_spi, policy_rss_addresses, policy_round_robin, policy_rsspp,
	policy_rsspp_kernel, policy_espalier, policy_espalier_own, policy_oracle,
	policy_oracle_slow;
extern const struct policy *const policies[POLICIES];

/* The hash that a NIC makes of an SA's packets: of the addresses, and of the SPI if @spi. */
void policy_hash_key(struct toeplitz *toeplitz);
uint32_t policy_hash(const struct toeplitz *toeplitz, const struct trace_sa *sa, bool spi);

/* A close() for a state without parts. */
void policy_free(struct placement *p);

/* Moves an SA, and counts that. */
void policy_move(struct placement *p, size_t sa, int cpu);

/* Times a round. */
double policy_clock(void);
void policy_round(struct placement *p, double began);

#endif
