/* SPDX-License-Identifier: GPL-2.0-only */
/* Adding to a counter that other CPUs add to as well. */
#ifndef BPF_ADD_H
#define BPF_ADD_H

#include "core/env.h"

/*
 * Not __sync_fetch_and_add(): of that clang 20 makes an addition that also fetches, even where
 * nobody asks for what it returns, and Linux before 5.12 knows none. This is `lock +=` with all.
 */
static __always_inline void add(__u64 *counter, __u64 n)
{
	(void)__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

#endif
