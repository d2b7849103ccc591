/* SPDX-License-Identifier: GPL-2.0-only */
/* The clock that costs one load. */
#ifndef BPF_TICK_H
#define BPF_TICK_H

#include "bpf/maps.h"

/*
 * CLOCK_MONOTONIC, as of the last tick. The kernel's own coarse clock is no finer, and calling it
 * takes 15 ns; reading jiffies is one load. A CPU that sees another's new tick before its time is a
 * tick late, which nobody minds.
 */
static __always_inline __u64 tick_ns(struct host *h)
{
	__u64 tick = bpf_jiffies64();

	if (unlikely(SHARED(h->tick) != tick)) {
		SHARED(h->tick_ns) = clock_ns();
		SHARED(h->tick) = tick;
	}
	return SHARED(h->tick_ns);
}

#endif
