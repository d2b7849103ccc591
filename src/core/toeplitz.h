/* SPDX-License-Identifier: GPL-2.0-only */
/* The Toeplitz hash of receive-side scaling, by tables made from its key once. */
#ifndef CORE_TOEPLITZ_H
#define CORE_TOEPLITZ_H

#include "core/env.h"

#ifndef __bpf__
#include <errno.h>
#endif

#define TOEPLITZ_INPUT_MAX 36 /* IPv6 source and destination, then ports or an SPI */
#define TOEPLITZ_KEY_MIN   16 /* covers the same of IPv4: 12 bytes */

/*
 * table[i][b] is what byte b at offset i of the input adds to the hash. The hash is linear over
 * GF(2): that of an input is the XOR of those of its parts, each at its own offset.
 */
struct toeplitz {
	__u32 input_max; /* bytes of input that the key covers; what comes after adds nothing */
	__u32 table[TOEPLITZ_INPUT_MAX][256];
};

/* What a 32-bit word in network byte order at `offset` (at most 32) of the input adds. */
static __always_inline __u32 toeplitz_part(const struct toeplitz *t, __u32 offset, __be32 word)
{
	const __u32(*table)[256] = &t->table[offset];
	__u32 w = be32_host(word);

	/* Two pairs: shorter than a chain of four. */
	return (table[0][w >> 24] ^ table[1][w >> 16 & 255]) ^
	       (table[2][w >> 8 & 255] ^ table[3][w & 255]);
}

/* The hash of n bytes, TOEPLITZ_INPUT_MAX at most, in the order of the packet: src|dst|... */
static __always_inline __u32 toeplitz_hash(const struct toeplitz *t, const void *input, __u32 n)
{
	const __u8 *bytes = input;
	__u32 hash = 0, i = 0;

/* Nine words at most: where n is known no loop remains. */
#pragma GCC unroll 9
	for (; i + 4 <= n; i += 4)
		hash ^= toeplitz_part(t, i, load_be32(bytes + i));
	for (; i < n; i++)
		hash ^= t->table[i][bytes[i]];
	return hash;
}

#ifndef __bpf__
/* The 32 bits of the key from bit 8 * byte + bit on: what that bit of the input adds. */
static inline __u32 toeplitz_window(const __u8 *key, __u32 byte, __u32 bit)
{
	__u64 bits = 0;

	for (__u32 i = 0; i < 5; i++)
		bits = bits << 8 | key[byte + i];
	return (__u32)(bits >> (8 - bit));
}

/*
 * Makes the tables of a key. A key of n bytes hashes n - 4 bytes of input (the kernel's NICs have
 * 40 or 52). -EINVAL: it is shorter than TOEPLITZ_KEY_MIN, and *t is unchanged.
 */
static inline int toeplitz_init(struct toeplitz *t, const __u8 *key, size_t key_len)
{
	if (key_len < TOEPLITZ_KEY_MIN)
		return -EINVAL;
	t->input_max = key_len - 4 < TOEPLITZ_INPUT_MAX ? key_len - 4 : TOEPLITZ_INPUT_MAX;
	for (__u32 i = 0; i < TOEPLITZ_INPUT_MAX; i++) {
		__u32 *table = t->table[i];

		table[0] = 0;
		for (__u32 bit = 0; bit < 8; bit++) {
			__u32 low = 1U << bit;
			__u32 adds = i < t->input_max ? toeplitz_window(key, i, 7 - bit) : 0;

			for (__u32 b = 0; b < low; b++)
				table[low + b] = table[b] ^ adds;
		}
	}
	return 0;
}
#endif

#endif
