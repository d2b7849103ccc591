/* SPDX-License-Identifier: GPL-2.0-only */
/* What a verb is, and calling one. The table of them: cmd/verbs.h. */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include "cli/complain.h"
#include "cli/options.h"

struct verb {
	const char *name;
	const char *operands; /* as the usage line shows them: "[IF]" */
	int least, most;      /* how many */
	const char *brief;    /* one line, without a full stop */
	const char *about;    /* some sentences for --help */
	const struct option_row *options;
	const void *defaults; /* what the options are parsed into begins as a copy of this */
	size_t size;
	size_t given; /* of a uint64_t that takes what options_parse() says was there, if not 0 */
	bool root;    /* needs to be */
	/* Reads files that others wrote, and needs no more: what it holds is given up first
	 * (host/confine.h). */
	bool reads;
	/* Whether it asks for the kernel's SAs, with these options; NULL: never. */
	bool (*kernels_sas)(const void *options);
	/* Does it. operands are counted and as typed. */
	enum status (*function)(const void *options, int n, char **operands);
};

/* A verb from its arguments, argv[0] its name: parses, prints help or what is wrong, or does it. */
enum status verb_call(const struct verb *verb, int argc, char **argv);

/* The help of a verb. */
void verb_help(const struct verb *verb, FILE *file);

#endif
