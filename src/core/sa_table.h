/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SA table: from (SPI, fingerprint of address and protocol) to the rings of an SA.
 *
 * Buckets of eight slots; a bucket is one cache line. An SA has its place in a primary bucket, one
 * of half of them, so that a few SAs lie on few lines and pages; where that is full, in one of
 * two overflow ones. A slot is one aligned 64-bit word, so a reader takes an entry by one load and
 *never sees half of it:
 *
 *	SPI 32 | fingerprint 12 | ring `to` 9 | ring `own` 9 | flags 2
 *
 * One writer (user space), any number of readers (the BPF programs, on every CPU).
 */
#ifndef CORE_SA_TABLE_H
#define CORE_SA_TABLE_H

#include "core/env.h"

#define SA_BUCKET_SLOTS 8
#define SA_RINGS	512 /* ring numbers are 9 bits */
#define SA_BITS_MIN	3
#define SA_PRIMARY_SHIFT 1 /* one in 2 buckets is primary */

/* Flags of a word. */
#define SA_HANDS_OFF 1u /* decrypted by the NIC: never through a ring */
/*
 * Which of an entry's two pairs of counters its `own` ring writes: 0, the one on the warm side. A
 * change of owner flips it, so a pair has one writer at any time and counting needs no atomic
 * operation (they were half of a ring's cost). The end of a move clears it: by then no other ring
 * writes the first pair.
 */
#define SA_PAIR 2u

struct sa_bucket {
	__u64 slot[SA_BUCKET_SLOTS];
};

/*
 * For each of 64 primary buckets: how many of its SAs lie in overflow ones. 0: a look-up may stop
 * there. 255 means that or more; only table_take_stock() lowers it again.
 */
struct sa_overflows {
	__u8 of[64];
};

/* What both sides must agree on to find an SA. Fixed while the table lives. */
struct sa_table_shape {
	__u32 bits; /* log2 of the number of buckets, SA_BITS_MIN..24 */
	__u32 pad;
	__u64 seed; /* random, so that nobody can aim at one bucket */
};

/* The identity within a word: SPI and fingerprint, 44 bits. */
static __always_inline __u64 sa_word_key(__u64 word)
{
	return word >> 20;
}

static __always_inline __u32 sa_word_spi(__u64 word)
{
	return word >> 32;
}

static __always_inline __u32 sa_word_to(__u64 word)
{
	return (word >> 11) & (SA_RINGS - 1);
}

static __always_inline __u32 sa_word_own(__u64 word)
{
	return (word >> 2) & (SA_RINGS - 1);
}

static __always_inline __u32 sa_word_flags(__u64 word)
{
	return word & 3;
}

static __always_inline __u64 sa_word(__u64 key, __u32 to, __u32 own, __u32 flags)
{
	return key << 20 | (__u64)to << 11 | (__u64)own << 2 | flags;
}

/* Is the SA at rest: on one ring, which decrypts it? Not in a move, nor if the NIC decrypts it. */
static __always_inline bool sa_word_at_rest(__u64 word)
{
	return sa_word_to(word) == sa_word_own(word) && !(sa_word_flags(word) & SA_HANDS_OFF);
}

/* The word of an SA that is at rest on @ring and counts on the warm side, without its key. */
static __always_inline __u64 sa_word_resting_on(__u32 ring)
{
	return sa_word(0, ring, ring, 0);
}

#define SA_MULTIPLIER 0x9e3779b97f4a7c15ull

/*
 * Spreads 64 bits over 64 bits: one multiplication, the high half folded down (after wyhash). A bit
 * of the result depends on those of x below it, and on those up to 32 above it: not on all.
 */
static __always_inline __u64 sa_mix(__u64 x)
{
	x *= SA_MULTIPLIER;
	return x ^ x >> 32;
}

/* The top @bits of a product: every bit of x has a say in each. */
static __always_inline __u64 sa_top(__u64 x, __u32 bits)
{
	return x * SA_MULTIPLIER >> (64 - bits);
}

/*
 * The key of (dst, SPI, protocol). @dst is in network byte order, IPv4 in dst[0] and the rest 0;
 * @spi in host byte order. SAs with equal keys share an entry.
 */
static __always_inline __u64 sa_key(const struct sa_table_shape *shape, const __be32 dst[4],
				    __u32 spi, __u8 protocol)
{
	__u64 high = (__u64)dst[0] << 32 | dst[1];
	__u64 low = (__u64)dst[2] << 32 | dst[3];
	__u64 print = sa_top((sa_mix(high ^ shape->seed) ^ low) + protocol, 12);

	return (__u64)spi << 12 | print;
}

static __always_inline __u64 sa_hash(const struct sa_table_shape *shape, __u64 key)
{
	return sa_mix(key ^ shape->seed) * 0xd6e8feb86659fd93ull;
}

/* The primary buckets: the first ones. */
static __always_inline __u32 sa_primary_buckets(const struct sa_table_shape *shape)
{
	return 1u << (shape->bits - SA_PRIMARY_SHIFT);
}

/* The elements of type sa_overflows that they take. */
static __always_inline __u32 sa_overflows_elements(const struct sa_table_shape *shape)
{
	__u32 primary = sa_primary_buckets(shape), each = sizeof(struct sa_overflows);

	return primary > each ? primary / each : 1;
}

/* The primary bucket of @key. */
static __always_inline __u32 sa_primary(const struct sa_table_shape *shape, __u64 key)
{
	return (__u32)(sa_hash(shape, key) >> 32) & (sa_primary_buckets(shape) - 1);
}

/* Its two overflow ones; they always differ. */
static __always_inline void sa_overflow(const struct sa_table_shape *shape, __u64 key,
					__u32 overflow[2])
{
	__u64 h = sa_hash(shape, key);
	__u32 primary = sa_primary_buckets(shape), others = (1u << shape->bits) - primary;

	overflow[0] = primary + (__u32)((h & 0xffffffff) * others >> 32);
	overflow[1] = primary + (__u32)((h * SA_MULTIPLIER >> 32) * others >> 32);
	if (overflow[1] == overflow[0])
		overflow[1] ^= 1;
}

/* The slot in its primary bucket where it is put if that is free: where to look first. */
static __always_inline __u32 sa_preferred(const struct sa_table_shape *shape, __u64 key)
{
	return sa_primary(shape, key) * SA_BUCKET_SLOTS + (__u32)(sa_hash(shape, key) >> 61);
}

/* One load of a word. The BPF back end knows no atomic load; a volatile one is a single ldxdw. */
static __always_inline __u64 sa_load(const __u64 *word)
{
#ifdef __bpf__
	return *(const volatile __u64 *)word;
#else
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
#endif
}

/* The slot of @key in @bucket, its word in @word; -1 if it is not there. */
static __always_inline int sa_bucket_find(const struct sa_bucket *bucket, __u64 key, __u64 *word)
{
#pragma GCC unroll 8
	for (int i = 0; i < SA_BUCKET_SLOTS; i++) {
		__u64 w = sa_load(&bucket->slot[i]);

		if (sa_word_key(w) == key) {
			*word = w;
			return i;
		}
	}
	return -1;
}

#endif
