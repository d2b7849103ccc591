/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Does our program see what its interface receives? A driver may take a program and not run it:
 * xen-netfront does, whose backend gives no headroom (drivers/net/xen-netfront.c, Linux 7.3), and
 * nothing that is asked of the kernel tells so.
 */
#ifndef STEER_SEES_H
#define STEER_SEES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "steer/method.h"

/* Counters at one time. */
struct sees_counts {
	uint64_t received; /* packets, by the interface */
	uint64_t counted;  /* by our program on it, by class */
	uint64_t ringed;   /* put on rings by our programs on whichever interfaces */
};

/*
 * How many packets the interface received between the two of which none can have reached our program
 * on it; 0: some may have, or they were too few to tell. Pure.
 */
uint64_t sees_none_of(const struct sees_counts *was, const struct sees_counts *now);

/* That in a sentence without a full stop, for the log and `show`; false for @packets 0. Pure. */
bool sees_words(const char *interface, uint64_t packets, char *buf, size_t size);

/* Looks at the counters of an interface every few seconds. NULL: there is no memory for it. */
struct sees *sees_begin(void);
/* Once a second: says it as it begins and ends, and notes it for `show`. */
void sees_look(struct sees *sees, const struct steered *steered);
void sees_end(struct sees *sees);

#endif
