/* SPDX-License-Identifier: GPL-2.0-only */
/* Command lines of the lab's tools: one table tells both the parser and the help. */
#ifndef LAB_OPTIONS_H
#define LAB_OPTIONS_H

#include <linux/types.h>
#include <stddef.h>

enum lab_option_kind {
	LAB_FLAG,   /* bool */
	LAB_NUMBER, /* __u64 within min and max; 0x and k, m allowed */
	LAB_SIGNED, /* __s64 within min and max */
	LAB_TIME,   /* __u64 nanoseconds, given in seconds with fractions */
	LAB_TEXT,   /* const char *: points into argv */
	LAB_CHOICE, /* __u32: which word of `value` ("a|b|c"), from 0 */
	LAB_CALL,   /* `call` gets the text; may be given more than once */
};

struct lab_option {
	const char *name;
	const char *value; /* how the help names the value; NULL for a flag */
	enum lab_option_kind kind;
	size_t offset; /* of the member of the configuration */
	__u64 min, max;
	int (*call)(void *config, const char *text);
	const char *help;
};

/*
 * Parses argv into config by a table that ends with an entry without name. Returns 0, or 1 when the
 * help was asked for and printed, or -EINVAL when an error was printed.
 */
int lab_options(const struct lab_option *table, const char *about, int argc, char **argv,
		void *config);

/* Parses a number with 0x and with k, m. Returns 0 or -EINVAL; *end is what follows it. */
int lab_number(const char *text, char **end, __u64 *number);

/* Parses "0,2-3" into a list of at most `room` CPUs. Returns how many, or -EINVAL. */
int lab_cpus(const char *text, __u32 *cpus, int room);

#endif
