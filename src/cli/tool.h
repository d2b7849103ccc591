/* SPDX-License-Identifier: GPL-2.0-only */
/* Command lines of programs that are no verbs: the lab's tools and the benchmarks. */
#ifndef CLI_TOOL_H
#define CLI_TOOL_H

#include "cli/options.h"

/*
 * Parses argv into @into, which holds the defaults; nothing but options is taken. @about: for --help.
 * 0; 1: help was asked for and printed; -EINVAL: what is wrong was printed on stderr.
 */
int tool_options(const struct option_row *rows, const char *about, int argc, char **argv,
		 void *into);

#endif
