/* SPDX-License-Identifier: GPL-2.0-only */
/* A Toeplitz hash over many tuples, timed in bench/toeplitz: all of them go through the same loops.
 */
#ifndef BENCH_HASHER_H
#define BENCH_HASHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HASHER_SHORT = 12, HASHER_LONG = 36 }; /* bytes of a tuple: IPv4, IPv6 */

struct hasher {
	const char *name;
	bool host_order; /* its tuples are words in host order, not the bytes of the packet */
	/* What it hashes with, made of a key of 40 bytes. NULL: no memory. */
	void *(*prepare)(const uint8_t *key);
	/* The XOR of the hashes of @n tuples of @len bytes, HASHER_SHORT or HASHER_LONG. */
	uint32_t (*all)(const void *prepared, const uint8_t *tuples, uint32_t n, uint32_t len);
	/* The same, but where each tuple begins, 4 bytes later or not, is a bit of the hash before.
	 */
	uint32_t (*chain)(const void *prepared, const uint8_t *tuples, uint32_t n, uint32_t len);
};

/*
 * Defines NAME_all() and NAME_chain() of HASH(prepared, bytes, len), which must be inlined so that
 * each knows the length, as a caller would.
 */
#define HASHER_LOOPS(name, hash)                                                              \
	static uint32_t name##_all(const void *prepared, const uint8_t *tuples, uint32_t n,   \
				   uint32_t len)                                              \
	{                                                                                     \
		uint32_t sum = 0;                                                             \
                                                                                              \
		if (len == HASHER_SHORT)                                                      \
			for (uint32_t i = 0; i < n; i++)                                      \
				sum ^= hash(prepared, tuples + (size_t)i * HASHER_SHORT,      \
					    HASHER_SHORT);                                    \
		else                                                                          \
			for (uint32_t i = 0; i < n; i++)                                      \
				sum ^= hash(prepared, tuples + (size_t)i * HASHER_LONG,       \
					    HASHER_LONG);                                     \
		return sum;                                                                   \
	}                                                                                     \
	static uint32_t name##_chain(const void *prepared, const uint8_t *tuples, uint32_t n, \
				     uint32_t len)                                            \
	{                                                                                     \
		uint32_t sum = 0, last = 0;                                                   \
                                                                                              \
		for (uint32_t i = 0; i < n; i++) {                                            \
			const uint8_t *at = tuples + (last & 4);                              \
                                                                                              \
			last = len == HASHER_SHORT ? hash(prepared, at, HASHER_SHORT)         \
						   : hash(prepared, at, HASHER_LONG);         \
			sum ^= last;                                                          \
			tuples += len;                                                        \
		}                                                                             \
		return sum;                                                                   \
	}

/* DPDK's, NULL at the end; an empty list where it is not installed. Those this CPU can run. */
const struct hasher *const *hashers_dpdk(void);

#endif
