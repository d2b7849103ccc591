/* SPDX-License-Identifier: GPL-2.0-only */
/* The settings that a stop did not put back, for whoever asked for it. */
#ifndef CLIENT_LEAVINGS_H
#define CLIENT_LEAVINGS_H

#include <stdbool.h>
#include <stddef.h>
#include "steer/undo.h"

struct leaving {
	bool failed; /* it could not be put back; else it was left alone */
	char *line;  /* what it is and why */
};

/* Begins as all zeros. */
struct leavings {
	size_t alone, failed; /* settings */
	struct leaving *list; /* those of them that there was memory for */
	size_t count;
};

/* undo_say_fn: says each line, and keeps none. */
void say_line(void *unused, enum undo_outcome outcome, const char *line);

/* undo_say_fn with a struct leavings: says each line, and keeps what was not put back. */
void leavings_hear(void *leavings, enum undo_outcome outcome, const char *line);

/* The same without a word of what was not put back, for that is told with the outcome. */
void leavings_keep(void *leavings, enum undo_outcome outcome, const char *line);

void leavings_clear(struct leavings *leavings);

/*
 * The end of a sentence "... is no longer steered": ", and every setting is as it was", or how many
 * settings are not, and what to do.
 */
void leavings_sum(const struct leavings *leavings, char *text, size_t size);

#endif
