/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring program's own source, loaded as an XDP program: test runs know no cpumap programs. */
#ifndef BENCH_RING_H
#define BENCH_RING_H

#include "sas/maps.h"

struct espalier_bpf; /* the skeleton */

/*
 * Loads that of ring @number over maps that are open. 0 or a negative errno; bench_ring_free() in
 * any case.
 */
int bench_ring_load(struct espalier_bpf **ring, const struct maps *maps, __u32 number);
void bench_ring_free(struct espalier_bpf *ring);

/* The descriptor of the ring's own program. */
int bench_ring_fd(const struct espalier_bpf *ring);

#endif
