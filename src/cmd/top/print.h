/* SPDX-License-Identifier: GPL-2.0-only */
/* A frame of `top`: what happened in the last interval, as lines or as JSON. */
#ifndef CMD_TOP_PRINT_H
#define CMD_TOP_PRINT_H

#include "cmd/top/rates.h"
#include "view/out.h"

struct top_view {
	enum top_sort order;
	unsigned int rows; /* of the terminal, 0: as many as it takes */
	bool keys;	   /* say which there are */
	bool paused;
	bool help;    /* the keys in place of the figures */
	size_t first; /* of the SAs shown, in their order */
};

/* A snapshot of zeros is that of nothing steered. */
void top_print(struct out *out, const struct snapshot *now, const struct top_rates *rates,
	       const struct top_view *view);

#endif
