// SPDX-License-Identifier: GPL-2.0-only
// The first SAs in an order, without sorting all: a heap whose top is the last of those chosen so
// far.
#include "show/snapshot.h"

/* The one at @i goes down until none below it comes after it. */
static void sink(const struct snapshot_sa *heap[], size_t n, size_t i, snapshot_order *order)
{
	for (;;) {
		size_t last = i, child = 2 * i + 1;
		const struct snapshot_sa *sa;

		for (size_t c = child; c < child + 2 && c < n; c++)
			if (order(heap[c], heap[last]) > 0)
				last = c;
		if (last == i)
			return;
		sa = heap[i];
		heap[i] = heap[last];
		heap[last] = sa;
		i = last;
	}
}

size_t snapshot_first(const struct snapshot *s, snapshot_order *order,
		      const struct snapshot_sa *first[], size_t most)
{
	size_t n = s->sas < most ? s->sas : most;

	for (size_t i = 0; i < n; i++)
		first[i] = &s->sa[i];
	if (n == s->sas)
		return n;
	for (size_t i = n / 2; i-- > 0;)
		sink(first, n, i, order);
	for (size_t i = n; i < s->sas; i++) {
		if (order(&s->sa[i], first[0]) >= 0)
			continue;
		first[0] = &s->sa[i];
		sink(first, n, 0, order);
	}
	return n;
}
