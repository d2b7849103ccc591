/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's clocks in nanoseconds. */
#ifndef HOST_CLOCK_H
#define HOST_CLOCK_H

#include <stdint.h>
#include <time.h>

/* @clock: as clock_gettime(2) takes it. */
static inline uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* CLOCK_MONOTONIC: what bpf_ktime_get_ns() says too. */
static inline uint64_t clock_now(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

/* The same as of the last tick, up to 10 ms ago: for what is done ten thousand times in a row. */
static inline uint64_t clock_tick(void)
{
	return clock_ns(CLOCK_MONOTONIC_COARSE);
}

/* CLOCK_MONOTONIC in seconds. */
static inline double clock_seconds(void)
{
	return (double)clock_now() / 1e9;
}

#endif
