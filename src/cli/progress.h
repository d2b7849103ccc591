/* SPDX-License-Identifier: GPL-2.0-only */
/* A bar for long work, on stderr and only if that is a terminal. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include "view/bar.h"

struct progress {
	bool terminal;
	struct bar_style style;
	const char *doing;
	int shown; /* percent; -1: nothing is shown */
};

void progress_begin(struct progress *progress, const char *doing);

/* @done of @all (0: nobody knows) is done. */
void progress_show(struct progress *progress, uint64_t done, uint64_t all);

/* Takes it off the terminal: before anything else is printed there. */
void progress_end(struct progress *progress);

#endif
