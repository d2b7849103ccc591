/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The options of a verb as a table. Parsing, --help, the completions and the OPTIONS and SYNOPSIS
 * of the man pages all follow from it (cli/describe.h), so they cannot drift apart.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_type {
	OPTION_FLAG,	/* bool */
	OPTION_STRING,	/* const char *: not empty */
	OPTION_FILE,	/* const char *: not empty; completed with file names */
	OPTION_CPUS,	/* const char *: a list of CPUs, checked, not empty */
	OPTION_NUMBER,	/* int or unsigned int */
	OPTION_LARGE,	/* uint64_t; 0x, k and m are understood (text/number.h) */
	OPTION_SECONDS, /* uint64_t: nanoseconds, given in seconds with fractions */
	OPTION_ADDRESS, /* struct option_address */
	OPTION_CHOICE,	/* int: index into choices */
	OPTION_CALL,	/* whatever call() makes of it; may be given more than once */
};

struct option_address {
	uint8_t family; /* AF_INET, AF_INET6; 0: not given */
	uint8_t bytes[16];
};

struct option_row {
	const char *name;     /* long name; NULL ends the table */
	const char *argument; /* as --help calls it; NULL for a flag */
	enum option_type type;
	size_t offset;		    /* of the member */
	size_t given;		    /* of a bool that is set when the option is there, if not 0 */
	int64_t least, most;	    /* OPTION_NUMBER, OPTION_LARGE */
	const char *const *choices; /* OPTION_CHOICE; of OPTION_CPUS words that go too; NULL ends them */
	bool (*call)(void *into, const char *text); /* OPTION_CALL; false: it is not @argument */
	const char *help; /* without a full stop; range and default are added */
	bool call_only;	  /* means nothing in a file of settings */
};

/* What parsing came to. */
enum parsed { PARSED_OK, PARSED_HELP, PARSED_WRONG };

/*
 * Parses argv[1..] (argv[0] is the verb). What is not an option is moved to the end of argv and
 * *first is its index. Members that no option names keep their value. PARSED_WRONG: @why says what
 * is wrong. `--help` and `-h` are known without a row. Bit i of *given: row i was there.
 */
enum parsed options_parse(const struct option_row *rows, int argc, char **argv, void *into,
			  uint64_t *given, int *first, char *why, size_t size);

/*
 * Sets the member of a row from the text of its argument; of a flag from yes, true, on, no, false
 * or off. @text must live as long as @into. PARSED_WRONG: @why says what is wrong.
 */
enum parsed options_set(const struct option_row *row, const char *text, void *into, char *why,
			size_t size);

/* One line of help: the row's text with its range, choices and default. */
void options_text(const struct option_row *row, const void *defaults, char *buf, size_t size);

/* All of them, aligned and broken at 80 columns. */
void options_help(const struct option_row *rows, const void *defaults, FILE *file);

#endif
