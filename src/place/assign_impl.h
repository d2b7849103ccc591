/* SPDX-License-Identifier: GPL-2.0-only */
/* The scratch of a round, shared by the files of assign.h and by nobody else. */
#ifndef PLACE_ASSIGN_IMPL_H
#define PLACE_ASSIGN_IMPL_H

#include "place/assign.h"

#define ASSIGN_NONE UINT32_MAX

struct assign_slot {
	double load, doubt;  /* the doubt squared */
	uint32_t next, prev; /* on the list of its CPU */
	int start, now;	     /* CPUs; -1: none */
	bool listed;	     /* may be moved in this round, and has a CPU */
	bool stays;	     /* not to be moved */
};

struct assign_bin {
	double load;  /* of all that is on it */
	double doubt; /* of that: the sum of the squares of its SAs' */
	double base;  /* of what cannot be moved in this round */
	size_t sas;
	uint32_t head, tail; /* SAs that may be moved, by load, the lightest first */
	bool leaving;
	bool closed; /* an SA above the fair share sits here alone, or what cannot be moved does */
	bool stuck;  /* no step with it is worth while as things are */
};

/* A float that is not negative sorts as its bits do. */
struct assign_key {
	uint32_t load, sa;
};

struct assign {
	size_t max_sas, max_cpus;
	size_t n, n_cpus;
	size_t m;	/* SAs that take part: those with load, new ones, those that must leave */
	size_t changed; /* SAs that are not where they were, new ones apart */
	struct assign_limits limits;
	double fair;		  /* over all CPUs in use */
	double level;		  /* over those that are not closed */
	uint32_t *part;		  /* the SAs that take part, in their order */
	struct assign_key *order; /* and by load, the lightest first */
	struct assign_key *other; /* scratch of the sort */
	struct assign_slot *sa;
	struct assign_bin *cpu;
	struct assign_move *move;
};

static inline bool open_cpu(const struct assign_bin *cpu)
{
	return !cpu->leaving && !cpu->closed;
}

/* assign_lists.c: puts an SA on a CPU, on its list at the place of its load. */
void assign_put(struct assign *a, uint32_t sa, int cpu);

/* Lists an SA at the end: no other there is as heavy. */
void assign_append(struct assign *a, uint32_t sa, int cpu);

/* Whether that many more moves are within the budget. */
static inline bool assign_afford(const struct assign *a, size_t moves)
{
	return a->changed + moves <= a->limits.budget;
}

/* assign_sort.c: brings the SAs that take part in order of load. Equal ones stay in their order. */
void assign_sort(struct assign *a);

/*
 * assign_even.c: brings the CPUs that are not closed near to their level. Whether the budget was in
 * the way.
 */
bool assign_even(struct assign *a);

#endif
