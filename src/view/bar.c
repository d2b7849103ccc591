// SPDX-License-Identifier: GPL-2.0-only
/* Share bars for a terminal. */
#include <errno.h>
#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "view/bar.h"

struct bar_style bar_style_choose(const struct bar_terminal *facts)
{
	struct bar_style style = {
		.utf8 = facts->codeset && (!strcasecmp(facts->codeset, "UTF-8") ||
					   !strcasecmp(facts->codeset, "UTF8")),
		.colour = facts->terminal && !(facts->no_color && *facts->no_color) &&
			  facts->term && *facts->term && strcmp(facts->term, "dumb") != 0,
		.fill = facts->terminal,
	};

	return style;
}

struct bar_style bar_style_of(FILE *file)
{
	struct bar_terminal facts = {
		.terminal = isatty(fileno(file)),
		.codeset = nl_langinfo(CODESET),
		.no_color = getenv("NO_COLOR"),
		.term = getenv("TERM"),
	};

	return bar_style_choose(&facts);
}

/* The bar's length in the smallest marks that the style has. */
static unsigned int marks(double share, unsigned int width, unsigned int per_column)
{
	unsigned int n;

	if (!(share > 0)) /* not a number either */
		return 0;
	if (share > 1)
		share = 1;
	n = (unsigned int)(share * width * per_column + 0.5);
	return n || !width ? n : 1;
}

/* U+2588 is a full block, U+2589 to U+258F are seven eighths down to one. */
static char *blocks(char *at, unsigned int eighths)
{
	for (; eighths >= 8; eighths -= 8)
		at = stpcpy(at, "\xe2\x96\x88");
	if (eighths) {
		at = stpcpy(at, "\xe2\x96\x88");
		at[-1] = (char)(0x90 - eighths);
	}
	return at;
}

int bar_draw(char *buf, size_t size, double share, unsigned int width,
	     const struct bar_style *style, enum bar_tone tone)
{
	unsigned int n = marks(share, width, style->utf8 ? 8 : 1);
	char *at = buf;

	if (size)
		*buf = 0;
	if (size < BAR_SIZE((size_t)width))
		return -ENOSPC;
	if (style->colour && n)
		at = stpcpy(at, tone == BAR_HIGH ? "\033[33m" : "\033[36m");
	if (style->utf8) {
		at = blocks(at, n);
	} else {
		memset(at, '#', n);
		at += n;
	}
	*at = 0;
	if (style->colour && n)
		at = stpcpy(at, "\033[0m");
	return (int)(at - buf);
}
