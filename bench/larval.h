/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Larval SAs in the kernel, which every kernel with XFRM has, with or without ESP. A kernel may
 * take time for each that grows with their number: 10,000 take about ten seconds.
 */
#ifndef BENCH_LARVAL_H
#define BENCH_LARVAL_H

#include <linux/types.h>

/*
 * Makes @count of them in this network namespace, ESP tunnels from 192.0.2.1 to @dst (an IPv4
 * address in network byte order) with the SPIs bench_spi(0), ... They live for an hour. 0 or a
 * negative errno.
 */
int larval_make(__be32 dst, __u32 count);

#endif
