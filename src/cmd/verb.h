/* SPDX-License-Identifier: GPL-2.0-only */
/* The verbs: one file each, and a table of them. */
#ifndef CMD_VERB_H
#define CMD_VERB_H

#include "cmd/complain.h"
#include "cmd/options.h"

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
	/* Does it. operands are counted and as typed. */
	enum status (*function)(const void *options, int n, char **operands);
};

extern const struct verb verb_show, verb_inspect, verb_gain, verb_run, verb_move, verb_stop,
	verb_simulate, verb_plan, verb_models, verb_top;

/* In the order in which the help lists them; NULL ends. */
const struct verb *const *verbs(void);

/* NULL: there is none of that name. */
const struct verb *verb_find(const char *name);

/* A verb from its arguments, argv[0] its name: parses, prints help or what is wrong, or does it. */
enum status verb_call(const struct verb *verb, int argc, char **argv);

/* The help of a verb; of the program. */
void verb_help(const struct verb *verb, FILE *file);
void verbs_help(FILE *file);

/* The program: argv[1] is a verb or an interface; without one it is `show`. */
enum status dispatch(int argc, char **argv);

/*
 * Is that a name an interface can have? 1 to 15 bytes without '/', ':' and blanks, not "." or ".."
 * (net/core/dev.c, dev_valid_name).
 */
bool interface_name_ok(const char *name);

#endif
