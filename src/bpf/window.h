/* SPDX-License-Identifier: GPL-2.0-only */
/* Limits by windows of time. */
#ifndef BPF_WINDOW_H
#define BPF_WINDOW_H

#include "bpf/add.h"

/* True if one more is allowed in window number @now; races between CPUs only blur the limit. */
static __always_inline bool allow(__u64 *window, __u64 *used, __u64 allowance, __u64 now)
{
	if (*window != now) {
		*window = now;
		*used = 0;
	}
	if (*used >= allowance)
		return false;
	add(used, 1);
	return true;
}

#endif
