/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One printer for text and JSON: one call prints a field as either, so that the two never drift.
 *
 * As JSON, the fields stand in the object or array that is open. As text, an object outside a
 * table is a line ("drops: rings 0, stray limit 0": keys are the words, '_' a blank), a field
 * outside of both is a line of its own, and in a table a field is a cell of the column that has
 * its key; without such a column it is left out. Numbers are exact as JSON and rounded as text.
 *
 * Errors (no memory, a full disk) are kept and told by out_close().
 */
#ifndef VIEW_OUT_H
#define VIEW_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "view/bar.h"
#include "view/table.h"

struct out;

/* Prints to FILE, which it does not close. JSON begins with an open object. NULL: no memory. */
struct out *out_new(FILE *file, bool json);

/* Ends and flushes; frees. 0 or the first negative errno; then what was printed is not whole. */
int out_close(struct out *out);

bool out_is_json(const struct out *out);

/* Bars and lines as they suit the terminal that the text gets to in the end. */
void out_set_style(struct out *out, const struct bar_style *style);

/* Text only: a sentence, on a terminal in lines of 80 columns (view/wrap.h); a line as it is, as
 * a command that is to be copied; and an empty line between two parts (never two, never first). */
void out_say(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void out_line(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void out_gap(struct out *out);

/* Text only: a sentence of a list, behind what marks it; its lines begin below each other. */
void out_item(struct out *out, const char *mark, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A line "warning: ..."; as JSON they are collected in "warnings" of the outermost object,
 * which a verb's answer always has: one with a "version". */
void out_warn(struct out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Open an object or an array; key is NULL within an array. out_up() closes the innermost. */
void out_object(struct out *out, const char *key);
void out_array(struct out *out, const char *key);
void out_up(struct out *out);

/*
 * A table: as JSON an array of objects, or with key NULL nothing by itself: its rows then are
 * objects of the object that is open. out_row() opens a row, its key is for the latter kind only;
 * out_up() closes a row, and the table. Tables do not nest. As text a table prints at its end.
 */
void out_table(struct out *out, const char *key, const struct table_column *columns);
void out_row(struct out *out, const char *key);

/* Fields. A string of NULL and a real number that is none are null, as text "-". */
void out_string(struct out *out, const char *key, const char *value);
void out_number(struct out *out, const char *key, int64_t value);
void out_number_or_null(struct out *out, const char *key, int value); /* below 0: null */
void out_count(struct out *out, const char *key, uint64_t value);
void out_bytes(struct out *out, const char *key, uint64_t value);
void out_real(struct out *out, const char *key, double value, int decimals);
/* Prints an SPI as the kernel's tools do: "0x0000c0de". */
void out_spi(struct out *out, const char *key, uint32_t spi);
/* A part of a whole: as JSON 0 to 1, as text in per cent. */
void out_share(struct out *out, const char *key, double part);
void out_bool(struct out *out, const char *key, bool value);
void out_null(struct out *out, const char *key);

/* Text in tables only: words, or a bar, in a column that JSON does not have. */
void out_cell(struct out *out, const char *key, const char *text);
void out_bar(struct out *out, const char *key, double share, unsigned int width,
	     enum bar_tone tone);

#endif
