/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A set of addresses that XDP can search in a few nanoseconds: our own, to tell strays from
 * transit, and those of our peers. Two halves: user space fills the idle one and then switches, so
 * a reader never sees half a change as long as changes are rarer than a packet's way through the
 * program.
 */
#ifndef CORE_ADDR_SET_H
#define CORE_ADDR_SET_H

#include "core/env.h"
#include "core/sa_table.h"

#define ADDR_BUCKET_SLOTS 4
#define ADDR_BUCKET_BITS  10
#define ADDR_BUCKETS      (1 << ADDR_BUCKET_BITS) /* 4,096 addresses at most, about 3,000 for sure */

struct addr_bucket {
	__be32 slot[ADDR_BUCKET_SLOTS][4];
};

struct addr_half {
	__u32 full; /* some address found no place */
	__u32 pad[15];
	struct addr_bucket bucket[ADDR_BUCKETS];
};

struct addr_set {
	struct addr_half half[2];
};

/* IPv4 is kept as ::ffff:a.b.c.d, so that no IPv6 address equals it. */
static __always_inline void addr_unify(__be32 out[4], __u8 family, const __be32 addr[4])
{
	int v4 = family == 4;

	out[0] = v4 ? 0 : addr[0];
	out[1] = v4 ? 0 : addr[1];
	out[2] = v4 ? be32_host(0xffff) : addr[2];
	out[3] = v4 ? addr[0] : addr[3];
}

static __always_inline void addr_buckets(__u64 seed, const __be32 addr[4], __u32 bucket[2])
{
	__u64 high = (__u64)addr[0] << 32 | addr[1];
	__u64 low = (__u64)addr[2] << 32 | addr[3];
	__u64 h = sa_mix((sa_mix(high ^ seed) ^ low) + 1);

	bucket[0] = sa_top(h, ADDR_BUCKET_BITS);
	bucket[1] = sa_top(h, 2 * ADDR_BUCKET_BITS) & (ADDR_BUCKETS - 1);
}

static __always_inline int addr_bucket_has(const struct addr_bucket *bucket, const __be32 addr[4])
{
#pragma GCC unroll 4
	for (int i = 0; i < ADDR_BUCKET_SLOTS; i++) {
		const __be32 *slot = bucket->slot[i];

		if (slot[3] == addr[3] && slot[2] == addr[2] && slot[1] == addr[1] &&
		    slot[0] == addr[0])
			return 1;
	}
	return 0;
}

/* Whether (family, addr) stands in the set. @half must be below 2. */
static __always_inline int addr_set_lists(const struct addr_set *set, __u32 half, __u64 seed,
					  __u8 family, const __be32 addr[4])
{
	const struct addr_half *in = &set->half[half & 1];
	__be32 unified[4];
	__u32 bucket[2];

	addr_unify(unified, family, addr);
	addr_buckets(seed, unified, bucket);
	/* :: is what an empty slot holds, and nobody's address. */
	if (!(unified[0] | unified[1] | unified[2] | unified[3]))
		return 0;
	return addr_bucket_has(&in->bucket[bucket[0]], unified) ||
	       addr_bucket_has(&in->bucket[bucket[1]], unified);
}

/* Whether it is one of ours: all are where some found no place. */
static __always_inline int addr_set_has(const struct addr_set *set, __u32 half, __u64 seed,
					__u8 family, const __be32 addr[4])
{
	return addr_set_lists(set, half, seed, family, addr) || set->half[half & 1].full;
}

#endif
