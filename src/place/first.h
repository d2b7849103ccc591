/* SPDX-License-Identifier: GPL-2.0-only */
/* First placement: which CPUs do what, and where a new SA goes. Pure. */
#ifndef PLACE_FIRST_H
#define PLACE_FIRST_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

struct cpu_roles {
	cpu_set_t sas;	  /* SAs are placed on these */
	cpu_set_t strays; /* strays are confined to these */
	int ike;
};

/*
 * Divides @cpus (not empty). @strays: as asked for, or empty: then the last of @cpus, without SAs
 * if there are more than two. Strays that were asked for take no SAs unless no CPU would be left.
 * @ike: as asked for, or -1: the first of @cpus.
 */
void first_roles(const cpu_set_t *cpus, const cpu_set_t *strays, int ike, struct cpu_roles *roles);

/* Who says where an SA belongs. */
enum first_why {
	FIRST_ANY,	/* nobody */
	FIRST_HAND,	/* `move` */
	FIRST_FILE,	/* the line of --sas FILE */
	FIRST_NOT_OURS, /* somebody, but that CPU is not ours to use */
};

#define FIRST_NONE 0xffffffffu

/* The CPUs that each of these names for an SA, or FIRST_NONE. */
struct first_named {
	uint32_t hand, file;
};

/* The CPU where an SA belongs and stays: the first named one that is in @cpus; -1: none is. */
int first_home(const cpu_set_t *cpus, const struct first_named *named, enum first_why *why);

/*
 * The CPU for a new SA that belongs nowhere: of those whose load is within a fiftieth of a CPU of
 * the least, the one with the fewest SAs; of these the lowest. @counts and @loads (shares of a CPU)
 * have CPU_SETSIZE entries.
 */
int first_cpu(const cpu_set_t *cpus, const uint32_t *counts, const double *loads);

#endif
