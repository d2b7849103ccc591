/* SPDX-License-Identifier: GPL-2.0-only */
/* Sentences in lines of 80 columns. */
#include <string.h>
#include "view/wrap.h"

enum { COLUMNS = 80 };

void wrap(const char *text, unsigned int from, FILE *file)
{
	unsigned int column = from;

	while (*text) {
		unsigned int length = (unsigned int)strcspn(text, " ");

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
