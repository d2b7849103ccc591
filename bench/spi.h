/* SPDX-License-Identifier: GPL-2.0-only */
/* The SPI of SA number i, as random as an IKE daemon's. In user space and in BPF. */
#ifndef BENCH_SPI_H
#define BENCH_SPI_H

#include "core/env.h"

/* A permutation of the 32-bit numbers (the finalizer of MurmurHash3): no SPI occurs twice. */
static __always_inline __u32 bench_spi(__u32 i)
{
	__u32 x = i + 0x5a17b0c1;

	x ^= x >> 16;
	x *= 0x85ebca6bU;
	x ^= x >> 13;
	x *= 0xc2b2ae35U;
	return x ^ x >> 16;
}

#endif
