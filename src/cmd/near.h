/* SPDX-License-Identifier: GPL-2.0-only */
/* Names like one that was mistyped. Pure. */
#ifndef CMD_NEAR_H
#define CMD_NEAR_H

#include <stddef.h>

/* Keeps the best of the names that it is shown. */
struct near {
	const char *typed;
	const char *best; /* NULL: none is near */
	size_t distance;  /* of best */
};

/* Shows it a name; near->typed is set, the rest zero before the first. */
void near_look(struct near *near, const char *name);

#endif
