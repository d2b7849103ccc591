/* SPDX-License-Identifier: GPL-2.0-only */
/* What every benchmark takes on its command line, and where its result goes. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include "view/out.h"

struct bench_options {
	bool json;	  /* JSON on stdout, not a table */
	const char *save; /* a file for the JSON as well, or NULL */
	bool no_live, only_live;
	unsigned int rounds;
};

/*
 * Reads the command line; @live: the options about a live part are known too. 0; 1: help was
 * printed; -EINVAL, said.
 */
int bench_options(struct bench_options *o, bool live, int argc, char **argv);

/* Prints the result as the options say. 0, or a negative errno, said. */
int bench_print(const struct bench_options *o, void (*print)(struct out *out, const void *result),
		const void *result);

#endif
