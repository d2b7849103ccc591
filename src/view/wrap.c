// SPDX-License-Identifier: GPL-2.0-only
/* Sentences in lines of 80 columns. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include "view/wrap.h"

enum { COLUMNS = 80 };

/* The quote that ends what begins here; NULL: nothing does. An apostrophe begins nothing. */
static const char *quote_end(const char *text, bool word_begins)
{
	const char *end = text;

	if (*text == '`')
		return strchr(text + 1, '`');
	if (*text != '\'' || !word_begins)
		return NULL;
	while ((end = strchr(end + 1, '\'')))
		if (!isalnum((unsigned char)end[1]))
			return end;
	return NULL;
}

/* How long the first word is. What is quoted belongs together: a command is copied whole. */
static unsigned int word(const char *text)
{
	const char *at = text;

	for (; *at && *at != ' '; at++) {
		const char *end = quote_end(at, at == text || at[-1] == '(');

		if (end)
			at = end;
	}
	return (unsigned int)(at - text);
}

void wrap(const char *text, unsigned int from, FILE *file)
{
	unsigned int column = from;

	while (*text) {
		unsigned int length = word(text);

		if (column > from && column + 1 + length > COLUMNS) {
			fprintf(file, "\n%*s", (int)from, "");
			column = from;
		} else if (column > from) {
			fputc(' ', file);
			column++;
		}
		fprintf(file, "%.*s", (int)length, text);
		column += length;
		text += length;
		text += strspn(text, " ");
	}
	fputc('\n', file);
}

void fill(const char *text, unsigned int from, FILE *file)
{
	if (isatty(fileno(file)))
		wrap(text, from, file);
	else
		fprintf(file, "%s\n", text);
}
