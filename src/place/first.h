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

enum first_why {
	FIRST_FEWEST,	/* the CPU with the fewest SAs */
	FIRST_PCPU,	/* a per-CPU SA on its CPU */
	FIRST_FILE,	/* the line of the file names the CPU */
	FIRST_NOT_OURS, /* a CPU is named that is not ours to use: placed like any other */
};

/*
 * The CPU for a new SA. @counts: SAs on each CPU, CPU_SETSIZE entries. @pcpu: the per-CPU number or
 * -1; @wanted: by the file, or -1. Of CPUs with equally few SAs the lowest.
 */
int first_cpu(const cpu_set_t *cpus, const uint32_t *counts, int pcpu, int wanted,
	      enum first_why *why);

#endif
