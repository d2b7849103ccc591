/* SPDX-License-Identifier: GPL-2.0-only */
/* Share bars, and what else depends on the terminal. */
#ifndef VIEW_BAR_H
#define VIEW_BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct bar_style {
	bool utf8;   /* blocks of an eighth of a column; else whole '#' */
	bool colour; /* says nothing that the length does not say too */
	bool fill;   /* sentences are broken into lines; in a pipe or a file they are not */
};

/* What the style depends on. */
struct bar_terminal {
	bool terminal;	      /* the file is one */
	const char *codeset;  /* nl_langinfo(CODESET) */
	const char *no_color; /* $NO_COLOR: set and not empty means no (no-color.org) */
	const char *term;     /* $TERM */
};

/* Pure. */
struct bar_style bar_style_choose(const struct bar_terminal *facts);

/* For what is written to FILE by this process; setlocale() must have been called. */
struct bar_style bar_style_of(FILE *file);

enum bar_tone { BAR_EVEN, BAR_HIGH };

/* Room for a bar of that many columns. */
#define BAR_SIZE(width) (3 * (width) + 16)

/*
 * Draws a bar of share * width columns into buf; share is held to 0..1 and what is not 0 shows at
 * least the smallest mark. Not padded. Its length in bytes, or -ENOSPC (then buf is "").
 */
int bar_draw(char *buf, size_t size, double share, unsigned int width,
	     const struct bar_style *style, enum bar_tone tone);

#endif
