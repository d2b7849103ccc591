/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files that take a snapshot share. */
#ifndef SHOW_SNAPSHOT_IMPL_H
#define SHOW_SNAPSHOT_IMPL_H

#include <math.h>
#include "show/snapshot.h"

/* A word that others write; what is loaded after it is not older. */
#define LOAD(x) __atomic_load_n(&(x), __ATOMIC_ACQUIRE)

/* A share of a CPU from the maps, where it is in millionths. */
static inline double snapshot_load(__u32 millionths)
{
	return millionths == LOAD_UNKNOWN ? NAN : (double)millionths / LOAD_ONE;
}

/* While a snapshot is taken: the CPU of each ring, by ring number. */
struct snapshot_taking {
	const struct maps *maps;
	struct snapshot *snapshot;
	__u64 now_ns;
	int cpu[SA_RINGS]; /* -1: no such ring */
	size_t room;	   /* in snapshot->sa */
	enum { TOLD_BY_TABLE, TOLD_IF_SEEN, TOLD_BY_NOBODY } cpus_told;
};

static inline void snapshot_add(struct count *sum, const struct count *more)
{
	sum->packets += more->packets;
	sum->bytes += more->bytes;
}

/* Index of a CPU's row, which is made if there is none yet. */
size_t snapshot_row(struct snapshot *snapshot, unsigned int cpu);

/* Rings, and a row for the CPU of each. 0 or -ENOMEM. */
int snapshot_take_rings(struct snapshot_taking *taking);

/* In the end: keeps the CPUs that SAs may be placed on, or that have some; ascending. */
void snapshot_keep_cpus(struct snapshot *snapshot);

/* 0 or -ENOMEM. */
int snapshot_take_sas(struct snapshot_taking *taking);

/* max/mean of the CPUs' weights; NAN without any. */
double snapshot_imbalance(const struct snapshot *snapshot);

/* The last round, whether loads are measured, and how long the last moves took. */
void snapshot_take_round(struct snapshot *snapshot, const struct report *report, __u64 now_ns);

/* What a heavy SA is given; after snapshot_take_round(). */
void snapshot_take_heavy(struct snapshot *snapshot, const struct report *report);

#endif
