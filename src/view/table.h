/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables with aligned columns, as text. */
#ifndef VIEW_TABLE_H
#define VIEW_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct table_column {
	const char *key; /* of the field that it shows; "a.b" is field b of object a. NULL ends */
	const char *title;
	bool right;    /* numbers stand at the right */
	bool optional; /* left out if no row has more than "", "-" or "0" in it */
};

struct table;

/* An empty table; the columns must outlive it. NULL: no memory. */
struct table *table_new(const struct table_column *columns);
void table_free(struct table *table);

/* Begins the next row; its cells are empty. -ENOMEM. */
int table_row(struct table *table);

/* Fills a cell of the last row; 0 also if no column has that key. -ENOMEM. */
int table_cell(struct table *table, const char *key, const char *text);

size_t table_rows(const struct table *table);

/*
 * Titles and rows; nothing at all without rows. Trailing blanks are left out. With @fill the words
 * of the last column, if it is not a right one, are broken into lines below each other at 80
 * columns.
 */
void table_print(const struct table *table, bool fill, FILE *file);

#endif
