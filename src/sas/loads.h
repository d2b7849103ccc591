/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The loads of SAs and CPUs, sampled once in each round. Packets come from the
 * counters of the rings, what they cost from the time that CPUs spend (place/cost.h).
 */
#ifndef SAS_LOADS_H
#define SAS_LOADS_H

#include <stdbool.h>
#include "nic/cpus.h"
#include "place/cost.h"
#include "place/load.h"
#include "sas/load_sa.h"
#include "sas/ring_threads.h"
#include "sas/sas.h"

struct sas_load_cpu {
	double sas;		    /* of the SAs that it decrypts, a share of the CPU */
	double other;		    /* of whatever else it does; held (place/load.h) */
	double receiving;	    /* the part of that which is receiving and steering */
	struct load_other smoothed; /* what `other` comes from */
	/* Since the last look: */
	double packets, bytes, received;
	double pressure; /* frames that came for its ring, over those that the ring took */
	/* At the last look: */
	__u64 run_ns, enqueued, runs, drops;
};

struct sas_loads {
	struct sas *sas;
	struct cost_fit fit;
	struct cost cost; /* as fitted now */
	struct ring_clocks clocks;
	cpu_set_t unseen; /* CPUs with a ring whose thread was not found */
	struct cpus_times then, now;
	struct cpus_busy busy[CPU_SETSIZE];
	struct sas_load_cpu cpu[CPU_SETSIZE];
	struct sas_load_sa *sa;
	void *memory;	   /* in which those lie on lines of their own */
	__u64 *asleep;	   /* bits of slots whose SAs are idle; those of some that are gone too */
	__u32 *idle;	   /* of each of them: its packets then, all but the high bits */
	__u64 then_ns;	   /* 0: not looked yet */
	__u64 searched_ns; /* when threads of rings were last searched for */
	__u32 rings;	   /* that there were then */
	__u32 changes;	   /* of the list of SAs at the last look */
	bool quiet;	   /* the load of every SA is known, and zero */
	double mean;	   /* of the SAs' known loads */
};

/* NULL: no memory. */
struct sas_loads *sas_loads_new(struct sas *sas);
void sas_loads_free(struct sas_loads *loads);

/*
 * Looks, and writes the loads of SAs into their sa_cold. SAs without any load rest in sas->known until
 * something comes for them: of those only a counter is read, and not even that while nothing comes
 * for anyone. What cannot be read of CPUs' times counts as nothing.
 */
void sas_loads_sample(struct sas_loads *loads, __u64 now_ns);

/*
 * For who goes through sas->known and stands at @i: what lies anywhere in memory of those that come
 * soon is fetched, first what says where the rest is, so that it is not waited for.
 */
void sas_loads_fetch(const struct sas_loads *loads, __u32 i);

/*
 * The load of the SA in @slot, a share of a CPU; NAN: not known yet. In *doubt, if that is not
 * NULL, how far it is off, in the same unit: a standard deviation (place/load.h).
 */
double sas_loads_of(const struct sas_loads *loads, __u32 slot, double *doubt);

/* As it is in the shared maps: LOAD_UNKNOWN if it is not known. */
__u32 sas_loads_millionths(double load);

/* Of all SAs, in CPUs. */
double sas_loads_all(const struct sas_loads *loads);

/* How busy each CPU was with receiving in the last round, in permille. */
void sas_loads_receiving(const struct sas_loads *loads, uint16_t busy[CPU_SETSIZE]);

#endif
