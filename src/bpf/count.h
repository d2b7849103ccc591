/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting by class, for the interface that the program is of. */
#ifndef BPF_COUNT_H
#define BPF_COUNT_H

#include "bpf/maps.h"

static __always_inline void count(__u32 which, __u32 bytes)
{
	struct interface_counts *c = element(counts, constants.interface);

	if (!c)
		return;
	c->by_class[which].packets++;
	c->by_class[which].bytes += bytes;
}

#endif
