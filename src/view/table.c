// SPDX-License-Identifier: GPL-2.0-only
/* Tables with aligned columns, as text. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "view/human.h"
#include "view/table.h"
#include "view/wrap.h"

struct table {
	const struct table_column *columns;
	size_t width; /* columns */
	size_t rows, room;
	char **cells; /* rows * width; NULL: empty */
};

struct table *table_new(const struct table_column *columns)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->columns = columns;
	while (columns[table->width].key)
		table->width++;
	return table;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->rows * table->width; i++)
		free(table->cells[i]);
	free(table->cells);
	free(table);
}

int table_row(struct table *table)
{
	if (table->rows == table->room) {
		size_t room = table->room ? 2 * table->room : 16;
		char **cells = reallocarray(table->cells, room, table->width * sizeof(*cells));

		if (!cells)
			return -ENOMEM;
		table->cells = cells;
		table->room = room;
	}
	memset(table->cells + table->rows * table->width, 0, table->width * sizeof(char *));
	table->rows++;
	return 0;
}

int table_cell(struct table *table, const char *key, const char *text)
{
	assert(table->rows);
	for (size_t i = 0; i < table->width; i++) {
		char **cell = &table->cells[(table->rows - 1) * table->width + i];

		if (strcmp(table->columns[i].key, key) != 0)
			continue;
		free(*cell);
		*cell = strdup(text);
		return *cell ? 0 : -ENOMEM;
	}
	return 0;
}

size_t table_rows(const struct table *table)
{
	return table->rows;
}

static const char *cell(const struct table *table, size_t row, size_t column)
{
	const char *text = table->cells[row * table->width + column];

	return text ? text : "";
}

static bool says_something(const char *text)
{
	return *text && strcmp(text, "-") != 0 && strcmp(text, "0") != 0;
}

/* The column's width on the terminal; 0: it is left out. */
static size_t column_width(const struct table *table, size_t column)
{
	size_t width = human_width(table->columns[column].title);
	bool wanted = !table->columns[column].optional;

	for (size_t row = 0; row < table->rows; row++) {
		const char *text = cell(table, row, column);
		size_t w = human_width(text);

		wanted = wanted || says_something(text);
		if (w > width)
			width = w;
	}
	return wanted ? width : 0;
}

static void blanks(FILE *file, size_t n)
{
	while (n--)
		fputc(' ', file);
}

/* One line; row 0 is the titles. Blanks are owed until something follows. */
static void print_line(const struct table *table, const size_t *widths, size_t row, bool fill,
		       FILE *file)
{
	size_t owed = 0, at = 0;

	for (size_t i = 0; i < table->width; i++) {
		const char *text = row ? cell(table, row - 1, i) : table->columns[i].title;
		size_t pad;

		if (!widths[i])
			continue;
		pad = widths[i] - human_width(text);
		if (table->columns[i].right)
			owed += pad;
		if (*text) {
			blanks(file, owed);
			at += owed;
			owed = 0;
			if (fill && i + 1 == table->width && !table->columns[i].right) {
				wrap(text, (unsigned int)at, file);
				return;
			}
			fputs(text, file);
			at += human_width(text);
		}
		owed += 2 + (table->columns[i].right ? 0 : pad);
	}
	fputc('\n', file);
}

void table_print(const struct table *table, bool fill, FILE *file)
{
	size_t widths[table->width + 1];

	if (!table->rows)
		return;
	for (size_t i = 0; i < table->width; i++)
		widths[i] = column_width(table, i);
	for (size_t row = 0; row <= table->rows; row++)
		print_line(table, widths, row, fill, file);
}
