/* SPDX-License-Identifier: GPL-2.0-only */
/* The sentence that goes up with an error: "why not; what to do". */
#ifndef TEXT_BECAUSE_H
#define TEXT_BECAUSE_H

#include <stddef.h>

/* Writes the sentence, as snprintf(3), and returns @err. */
int because(int err, char *why, size_t size, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
