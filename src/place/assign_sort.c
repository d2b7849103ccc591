// SPDX-License-Identifier: GPL-2.0-only
// By load: three passes over the bits of a float, whatever the number of SAs. qsort() may allocate.
#include <string.h>
#include "place/assign_impl.h"

enum { BITS = 11, DIGITS = 1 << BITS, PASSES = 3 };

static unsigned int digit(uint32_t key, int pass)
{
	return key >> (pass * BITS) & (DIGITS - 1);
}

static uint32_t key_of(double load)
{
	float value = (float)load;
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static void pass_over(struct assign *a, uint32_t start[DIGITS], int pass)
{
	struct assign_key *sorted = a->other;
	uint32_t sum = 0;

	for (int d = 0; d < DIGITS; d++) {
		uint32_t count = start[d];

		start[d] = sum;
		sum += count;
	}
	for (size_t k = 0; k < a->m; k++)
		sorted[start[digit(a->order[k].load, pass)]++] = a->order[k];
	a->other = a->order;
	a->order = sorted;
}

void assign_sort(struct assign *a)
{
	uint32_t count[PASSES][DIGITS];

	memset(count, 0, sizeof(count));
	for (size_t k = 0; k < a->m; k++) {
		uint32_t i = a->part[k], key = key_of(a->sa[i].load);

		a->order[k] = (struct assign_key){key, i};
		for (int pass = 0; pass < PASSES; pass++)
			count[pass][digit(key, pass)]++;
	}
	for (int pass = 0; pass < PASSES; pass++)
		pass_over(a, count[pass], pass);
}
