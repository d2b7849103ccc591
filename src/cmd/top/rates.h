/* SPDX-License-Identifier: GPL-2.0-only */
/* What happened between two snapshots, by second. Pure. */
#ifndef CMD_TOP_RATES_H
#define CMD_TOP_RATES_H

#include "steer/snapshot.h"

struct top_sa {
	const struct snapshot_sa *sa;
	double packets, bytes; /* a second */
};

struct top_cpu {
	const struct snapshot_cpu *cpu;
	double packets, received, drops; /* a second */
};

enum top_sort { TOP_BY_LOAD, TOP_BY_PACKETS, TOP_BY_CPU, TOP_BY_SPI };

struct top_rates {
	double seconds;
	struct top_sa *sa; /* in the order that was asked for */
	size_t sas;
	struct top_cpu *cpu;
	size_t cpus;
	double packets, bytes; /* of all SAs, a second */
	double strays, drops, limited, moves;
};

/*
 * Compares two snapshots, @seconds apart, and sorts the SAs. What @was does not hold, or what began
 * anew since, counts from zero. Sorts both snapshots by name; @now must outlive the rates. -ENOMEM.
 */
int top_rates(struct top_rates *rates, struct snapshot *was, struct snapshot *now, double seconds,
	      enum top_sort order);
void top_rates_free(struct top_rates *rates);

#endif
