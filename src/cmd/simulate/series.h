/* SPDX-License-Identifier: GPL-2.0-only */
/* Results by NIC, as people compare them: each with all numbers of queues, and those that do alike.
 */
#ifndef CMD_SIMULATE_SERIES_H
#define CMD_SIMULATE_SERIES_H

#include "cmd/simulate/simulate.h"

enum { SERIES_NUMBERS = 64 };

/* One NIC, or placement, with each number of queues. */
struct series {
	const char *name;
	const struct spread *by[SERIES_NUMBERS]; /* NULL: it cannot have so many */
	bool ours;				 /* a placement, no NIC */
	bool sprays;				 /* even queues that are no good */
	size_t like; /* the first that does the same: itself, or one before */
};

/* As they stand in the results; *n of them. To be freed by the caller. NULL: no memory. */
struct series *series_collect(const struct simulate_view *view, size_t *n);

#endif
