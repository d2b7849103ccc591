/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPU that is kept for a heavy SA (place/heavy.h): no other SA goes there, and those there
 * leave. */
#ifndef DAEMON_KEPT_H
#define DAEMON_KEPT_H

#include "place/heavy.h"
#include "sas/sas.h"

struct kept {
	struct heavy heavy;
	int cpu;      /* -1: none is kept */
	__u32 spi;    /* of the heavy SA */
	__u32 slot;   /* where it is, or was last */
	double taken; /* what other CPUs do of its work (--inner auto), in terms of what is left */
};

/*
 * Takes in what a round saw: the heaviest SA is that in @slot (-1: none may be moved), the rest as
 * in struct heavy_seen. What changes is said.
 */
void kept_tick(struct kept *kept, const struct sas *sas, int64_t slot,
	       const struct heavy_seen *seen, uint64_t now_ns);

/*
 * May the SA in @slot not go to @cpu, for that is kept for another one? An heir of the heavy SA
 * (sas/heirs.h) may: it is about to be the heavy one.
 */
bool kept_bars(const struct kept *kept, const struct sas *sas, __u32 slot, unsigned int cpu);

/*
 * Where the SA in @slot is to be whatever the load: where it belongs (sas_pinned_cpu()) or
 * wishes to be (sas_wished_cpu()), or on another CPU than its own if that is kept for another SA.
 * -1: anywhere.
 */
int kept_home(const struct kept *kept, const struct sas *sas, __u32 slot);

/* Notes in @state which CPU is kept, and for which SA. */
void kept_report(const struct kept *kept, struct round_state *state);

/* The slot of the heavy SA that a CPU is kept for; -1: none, or it is no longer there. */
int kept_slot(const struct kept *kept, const struct sas *sas);

#endif
