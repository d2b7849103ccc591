/* SPDX-License-Identifier: GPL-2.0-only */
/* The first mistake in what is read: it alone is told, for those behind it may come of it. */
#ifndef TEXT_MISTAKE_H
#define TEXT_MISTAKE_H

#include <stdbool.h>
#include <stddef.h>

struct first_mistake {
	int err;   /* a negative errno; 0: none yet */
	char *why; /* where it is told */
	size_t size;
};

/* Notes @err and the sentence, unless one was noted before. Always false. */
bool mistake(struct first_mistake *first, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
