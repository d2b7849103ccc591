// SPDX-License-Identifier: GPL-2.0-only
// Draws from a Zipf distribution in constant time, by an alias table.
#include "trace/zipf.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* Vose's construction: pairs each cell below the mean with one above it. */
static void pair_cells(struct zipf_cell *cells, double *share, __u32 *stack, __u32 n)
{
	__u32 small = 0, large = n, low, high;

	for (__u32 i = 0; i < n; i++)
		stack[share[i] < 1 ? small++ : --large] = i;
	while (small && large < n) {
		low = stack[--small];
		high = stack[large];
		cells[low] = (struct zipf_cell){(__u32)(share[low] * 4294967295.0), high};
		share[high] -= 1 - share[low];
		if (share[high] < 1) {
			stack[small++] = high;
			large++;
		}
	}
	for (; small; small--)
		cells[stack[small - 1]] = (struct zipf_cell){0xffffffffU, stack[small - 1]};
	for (; large < n; large++)
		cells[stack[large]] = (struct zipf_cell){0xffffffffU, stack[large]};
}

int zipf_fill(struct zipf_cell *cells, __u32 n, double exponent)
{
	double *share = calloc(n, sizeof(*share)), sum = 0;
	__u32 *stack = calloc(n, sizeof(*stack));
	int err = share && stack ? 0 : -ENOMEM;

	if (!err) {
		for (__u32 i = 0; i < n; i++)
			sum += share[i] = pow(i + 1.0, -exponent);
		for (__u32 i = 0; i < n; i++)
			share[i] *= n / sum;
		pair_cells(cells, share, stack, n);
	}
	free(share);
	free(stack);
	return err;
}
