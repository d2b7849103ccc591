/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two files that take a snapshot share. */
#ifndef STEER_SNAPSHOT_IMPL_H
#define STEER_SNAPSHOT_IMPL_H

#include <math.h>
#include "steer/snapshot.h"

/* A word that others write; what is loaded after it is not older. */
#define LOAD(x) __atomic_load_n(&(x), __ATOMIC_ACQUIRE)

/* A share of a CPU from the maps, where it is in millionths. */
static inline double snapshot_load(__u32 millionths)
{
	return millionths == LOAD_UNKNOWN ? NAN : (double)millionths / LOAD_ONE;
}

/* The last round, whether loads are measured, and how long the last moves took. */
void snapshot_take_round(struct snapshot *snapshot, const struct report *report, __u64 now_ns);

#endif
