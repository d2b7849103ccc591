/* SPDX-License-Identifier: GPL-2.0-only */
/* Sentences in lines of 80 columns. */
#ifndef VIEW_WRAP_H
#define VIEW_WRAP_H

#include <stdio.h>

/*
 * Prints text and a newline; breaks lines at blanks so that none has over 80 columns if words
 * allow, but never within `...` or '...', where commands stand. The first line begins in column
 * `from`, where the file stands already; the others are indented as far.
 */
void wrap(const char *text, unsigned int from, FILE *file);

/*
 * Wraps only where the file is a terminal; elsewhere it prints one line, which can be searched and
 * parsed.
 */
void fill(const char *text, unsigned int from, FILE *file);

#endif
