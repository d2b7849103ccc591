/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers as people write them, nothing around them. Pure. */
#ifndef TEXT_NUMBER_H
#define TEXT_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A decimal number from @least to @most. False: it is none; then *out is as it was. The same holds for
 * all of these.
 */
bool number_signed(const char *text, int64_t least, int64_t most, int64_t *out);

/* The same without a sign. */
bool number_unsigned(const char *text, uint64_t least, uint64_t most, uint64_t *out);

/* The same, or hexadecimal behind 0x. */
bool number_any(const char *text, uint64_t least, uint64_t most, uint64_t *out);

/* The same, or with k or m behind it: thousands, millions. */
bool number_large(const char *text, uint64_t least, uint64_t most, uint64_t *out);

/* A number with or without a fraction, as strtod(3) reads it, that begins with a digit. */
bool number_real(const char *text, double least, double most, double *out);

#endif
