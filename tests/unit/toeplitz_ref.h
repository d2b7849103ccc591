/* SPDX-License-Identifier: GPL-2.0-only */
/* The Toeplitz hash bit by bit, as its definition reads: what the tests compare the tables with. */
#ifndef TESTS_UNIT_TOEPLITZ_REF_H
#define TESTS_UNIT_TOEPLITZ_REF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool toeplitz_ref_bit(const uint8_t *bytes, size_t bit)
{
	return bytes[bit / 8] >> (7 - bit % 8) & 1;
}

/* For each bit that is set in the input, the 32 bits of the key from that bit's place on. */
static inline uint32_t toeplitz_ref(const uint8_t *key, const uint8_t *input, size_t n)
{
	uint32_t hash = 0;

	for (size_t bit = 0; bit < n * 8; bit++) {
		uint32_t window = 0;

		if (!toeplitz_ref_bit(input, bit))
			continue;
		for (size_t i = 0; i < 32; i++)
			window = window << 1 | toeplitz_ref_bit(key, bit + i);
		hash ^= window;
	}
	return hash;
}

#endif
