/* SPDX-License-Identifier: GPL-2.0-only */
/* Draws from a Zipf distribution in constant time, by an alias table (Walker 1977, Vose 1991). */
#ifndef TRACE_ZIPF_H
#define TRACE_ZIPF_H

#include <linux/types.h>

/* Draw a cell, all alike, and a 32-bit number: below the threshold it is the cell, else alias. */
struct zipf_cell {
	__u32 threshold;
	__u32 alias;
};

#ifndef __bpf__
/* Fills n cells; that of number i (from 0) is drawn in proportion to 1 / (i + 1)^exponent.
 * -ENOMEM. */
int zipf_fill(struct zipf_cell *cells, __u32 n, double exponent);
#endif

#endif
