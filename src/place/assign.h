/* SPDX-License-Identifier: GPL-2.0-only */
/* One round of deciding placements: SAs with their load and CPUs in, few moves out. Pure. */
#ifndef PLACE_ASSIGN_H
#define PLACE_ASSIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSIGN_CPUS_MAX 4096

enum assign_flags {
	ASSIGN_FIXED = 1, /* it belongs where it is: stays, unless its CPU is leaving */
	ASSIGN_BUSY = 2,  /* its last move is under way: stays this time, whatever happens */
};

struct assign_sa {
	double load;  /* share of a CPU (1.0 is all of one). Negative or NAN: not known yet */
	double doubt; /* how far that is off: its standard deviation, in the same unit */
	int cpu;      /* index of its CPU (of a busy SA: where it goes), -1: new, to be placed */
	unsigned int flags;
};

struct assign_cpu {
	double other; /* load that is not ours, in the same unit */
	bool leaving; /* takes no SAs; those it has are moved away */
};

/* When a move is worth its while. Loads are relative to the fair share unless said otherwise. */
struct assign_limits {
	double on;     /* evening begins when a CPU is this far from its share */
	double off;    /* and ends when all are this near to it */
	double gain;   /* what each move must take from the unevenness, a share of a CPU: what it
			  costs, over the time that it will last. Above 0 */
	double idle;   /* like on and off, but as a share of a CPU: no moves for less than that */
	size_t budget; /* moves in a round; new SAs do not count */
};

/* The defaults of the daemon and of bench/balance, for a number of SAs. */
struct assign_limits assign_defaults(size_t sas);

struct assign_move {
	uint32_t sa;
	int from; /* -1: a new SA */
	int to;
};

struct assign_result {
	const struct assign_move *move; /* in order of the SAs; valid until the next round */
	size_t moves;			/* new SAs included */
	double before, after;		/* the largest load of a CPU; before: without new SAs */
	double fair;	  /* fair share: all load that the CPUs in use must carry, per CPU */
	double floor;	  /* no placement has a smaller maximum: max(heaviest, fair) */
	int64_t heaviest; /* index of the heaviest SA, -1: none has any load */
	double share;	  /* its load, relative to the fair share */
	bool bound;	  /* it is above the fair share: it sits alone, and bounds us all */
	bool waiting;	  /* the budget was used up: more moves were wanted */
};

struct assign;

/* Scratch for rounds of up to that many SAs and CPUs; a round allocates nothing. NULL: no memory */
struct assign *assign_new(size_t max_sas, size_t max_cpus);
void assign_free(struct assign *assign);

/*
 * Decides a round. What it promises:
 *  - Without new SAs and leaving CPUs, the largest load never grows.
 *  - No fixed SA moves unless its CPU is leaving, no busy SA ever, none to a leaving CPU.
 *  - Rounds on unchanged loads come to an end: after some, there are no moves any more.
 *  - An SA without load stays, unless its CPU is leaving, and costs next to nothing.
 *  - An SA whose load is not known counts as much as the mean of those that are known.
 * -EINVAL: more SAs or CPUs than there is scratch for, or no CPU to place SAs on; then nothing is
 * decided and *result is unchanged.
 */
int assign_round(struct assign *assign, const struct assign_limits *limits,
		 const struct assign_sa *sas, size_t n, const struct assign_cpu *cpus,
		 size_t n_cpus, struct assign_result *result);

#endif
