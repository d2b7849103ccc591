/* SPDX-License-Identifier: GPL-2.0-only */
/* Names like one that was mistyped. Pure. */
#ifndef TEXT_NEAR_H
#define TEXT_NEAR_H

#include <stdbool.h>
#include <stddef.h>

/* Keeps the best of the names that it is shown. */
struct near {
	const char *typed;
	const char *best; /* NULL: none is near */
	size_t distance;  /* of best */
};

/* Shows it a name; near->typed is set, the rest zero before the first. */
void near_try(struct near *near, const char *name);

/* Is a name like it at all? For lists of all that are. */
bool near_is(const char *typed, const char *name);

#endif
