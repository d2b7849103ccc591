/* SPDX-License-Identifier: GPL-2.0-only */
/* The median: what one disturbed run cannot move. */
#ifndef BENCH_MIDDLE_H
#define BENCH_MIDDLE_H

#include <stdlib.h>

static inline int middle_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* The median of values, which it sorts; of two in the middle the higher. */
static inline double middle(double *values, size_t n)
{
	qsort(values, n, sizeof(*values), middle_compare);
	return values[n / 2];
}

#endif
