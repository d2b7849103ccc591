/* SPDX-License-Identifier: GPL-2.0-only */
/* What every benchmark takes on its command line, and where its result goes. */
#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H

#include <stdbool.h>
#include "view/out.h"

struct bench_options {
	bool json;	  /* JSON on stdout, not a table */
	const char *save; /* a file for the JSON as well, or NULL */
	bool no_live, only_live;
	bool all; /* not only what has goals */
	unsigned int rounds;
};

/* Options that not every benchmark has. */
enum { BENCH_ROUNDS = 1, BENCH_LIVE = 2, BENCH_ALL = 4 };

/*
 * Reads the command line; @known: those of the options above that this benchmark has. 0; 1: help
 * was printed; -EINVAL, said.
 */
int bench_options(struct bench_options *o, unsigned int known, int argc, char **argv);

/* The rounds that were asked for; @usual, if none were or more than @most. */
unsigned int bench_rounds(const struct bench_options *o, unsigned int usual, unsigned int most);

/* Fields: a goal, and whether what was measured is at most that. */
void bench_goal(struct out *out, double measured, double goal);

/* Prints the result as the options say. 0, or a negative errno, said. */
int bench_print(const struct bench_options *o, void (*print)(struct out *out, const void *result),
		const void *result);

#endif
