/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Espalier's own placement on a trace: as `run` would have made it, by its own first placement,
 * costs, loads and rounds, in the time of the trace. Pure.
 */
#ifndef PREDICT_PLACED_H
#define PREDICT_PLACED_H

#include "place/assign.h"
#include "place/first.h"
#include "place/load.h"
#include "predict/spread.h"

#define PLACED_ROUND_NS 500000000ull /* between two rounds, as the daemon's default */

/* What the SAs brought, whatever the number of CPUs. */
struct placed_sa {
	struct spread_queue now; /* since the last round */
	struct load_rate rate;
};

/* A placement on some number of CPUs. */
struct placed_on {
	uint32_t number;	      /* of CPUs */
	struct cpu_roles roles;	      /* those for SAs are the first ones */
	size_t cpus;		      /* how many these are */
	int stray;		      /* where strays go */
	uint32_t counts[CPU_SETSIZE]; /* SAs on each CPU */
	double loads[CPU_SETSIZE];    /* shares of it, as of the last round */
	struct assign *assign;
	int *cpu; /* of each SA */
	uint64_t moves;
	struct spread spread;
};

struct placed {
	struct flows *flows;
	struct placed_sa *sa;
	struct assign_sa *scratch;
	uint32_t sas, room;
	uint64_t last_ns;  /* of the last packet, by the trace's clock */
	uint64_t clock_ns; /* of a clock that never goes back */
	uint64_t round_ns; /* when by that the next round is due */
	struct placed_on *on;
	size_t numbers; /* of CPUs that are tried */
};

/* For each of these numbers of CPUs (1..CPU_SETSIZE). 0 or -ENOMEM. */
int placed_init(struct placed *placed, struct flows *flows, const uint32_t *cpus, size_t numbers);
void placed_free(struct placed *placed);

/* A packet of flow @index came at @ns; flows_add() has counted it. 0 or -ENOMEM. */
int placed_packet(struct placed *placed, uint32_t index, uint32_t bytes, uint64_t ns);

/* After the last packet: sums up in on[].spread. 0 or -ENOMEM. */
int placed_finish(struct placed *placed);

/*
 * The best placement on the same CPUs, if all packets were known beforehand: no SA moves.
 * Into an initialised *spread. 0 or -ENOMEM.
 */
int placed_best(const struct flows *flows, uint32_t cpus, struct spread *spread);

#endif
