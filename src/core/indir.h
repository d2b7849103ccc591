/* SPDX-License-Identifier: GPL-2.0-only */
/* An indirection table: the low end of a hash picks an entry, the entry names a queue. */
#ifndef CORE_INDIR_H
#define CORE_INDIR_H

#include "core/env.h"

#define INDIR_SIZE_MAX 4096 /* the largest table of a NIC's driver that we know has 2048 */

struct indir {
	__u32 size; /* entries in use: 1 to INDIR_SIZE_MAX */
	__u16 entry[INDIR_SIZE_MAX];
};

/* The index that a hash picks in a table of `size` entries; size must not be 0. */
static __always_inline __u32 indir_index(__u32 size, __u32 hash)
{
	return size & (size - 1) ? hash % size : hash & (size - 1);
}

/* What a hash picks. */
static __always_inline __u16 indir_pick(const struct indir *table, __u32 hash)
{
	return table->entry[indir_index(table->size, hash)];
}

#ifndef __bpf__
#include <errno.h>

/*
 * Fills `size` entries with 0..n-1 in turn, as drivers do by default (ethtool_rxfh_indir_default).
 * -EINVAL, and nothing is changed, for a size of 0 or above INDIR_SIZE_MAX or an n of 0 or above
 * 65536.
 */
static inline int indir_fill(struct indir *table, __u32 size, __u32 n)
{
	if (!size || size > INDIR_SIZE_MAX || !n || n > 65536)
		return -EINVAL;
	table->size = size;
	for (__u32 i = 0; i < size; i++)
		table->entry[i] = i % n;
	return 0;
}
#endif

#endif
