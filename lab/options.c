// SPDX-License-Identifier: GPL-2.0-only
/* Command lines of the lab's tools. */
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "options.h"

#define OPTIONS_MAX 64
#define HELP	    'h'

static void print_help(const struct lab_option *table, const char *name, const char *about)
{
	printf("usage: %s [option]...\n%s\n\n", name, about);
	for (const struct lab_option *o = table; o->name; o++) {
		int width = printf("  --%s%s%s", o->name, o->value ? " " : "", o->value ?: "");

		printf("%*s%s\n", width < 30 ? 30 - width : 1, "", o->help);
	}
}

int lab_number(const char *text, char **end, __u64 *number)
{
	errno = 0;
	*number = strtoull(text, end, 0);
	if (errno || !isdigit((unsigned char)*text))
		return -EINVAL;
	if (**end == 'k' || **end == 'm')
		*number *= *(*end)++ == 'k' ? 1000 : 1000000;
	return 0;
}

static int parse_number(const struct lab_option *o, const char *text, __u64 *number)
{
	char *end;

	if (lab_number(text, &end, number) || *end)
		return -EINVAL;
	return *number < o->min || *number > o->max ? -ERANGE : 0;
}

static int parse_signed(const struct lab_option *o, const char *text, __s64 *number)
{
	char *end;

	errno = 0;
	*number = strtoll(text, &end, 0);
	if (errno || end == text || *end)
		return -EINVAL;
	return *number < (__s64)o->min || *number > (__s64)o->max ? -ERANGE : 0;
}

static int parse_time(const char *text, __u64 *ns)
{
	char *end;
	double seconds = strtod(text, &end);

	if (end == text || *end || !(seconds > 0 && seconds < 1e6))
		return -EINVAL;
	*ns = seconds * 1e9;
	return 0;
}

static int parse_choice(const char *words, const char *text, __u32 *choice)
{
	size_t length = strlen(text);

	for (*choice = 0; words; words = strchr(words, '|'), ++*choice) {
		words += *words == '|';
		if (length && !strncmp(words, text, length) && strchr("|", words[length]))
			return 0;
	}
	return -EINVAL;
}

static int parse(const struct lab_option *o, const char *text, void *config)
{
	void *member = (char *)config + o->offset;

	switch (o->kind) {
	case LAB_FLAG:
		*(bool *)member = true;
		return 0;
	case LAB_NUMBER:
		return parse_number(o, text, member);
	case LAB_SIGNED:
		return parse_signed(o, text, member);
	case LAB_TIME:
		return parse_time(text, member);
	case LAB_TEXT:
		*(const char **)member = text;
		return 0;
	case LAB_CHOICE:
		return parse_choice(o->value, text, member);
	case LAB_CALL:
		return o->call(config, text);
	}
	return -EINVAL;
}

static int complain(const struct lab_option *o, const char *name, const char *text, int err)
{
	if (err == -ERANGE)
		fprintf(stderr, "%s: --%s %s: not within %lld and %lld\n", name, o->name, text,
			o->min, o->max);
	else
		fprintf(stderr, "%s: --%s %s: not understood; it takes %s\n", name, o->name, text,
			o->value);
	return -EINVAL;
}

int lab_options(const struct lab_option *table, const char *about, int argc, char **argv,
		void *config)
{
	const char *name = strrchr(argv[0], '/') ? strrchr(argv[0], '/') + 1 : argv[0];
	struct option options[OPTIONS_MAX + 2] = {};
	int n = 0, option, which, err;

	for (; n < OPTIONS_MAX && table[n].name; n++)
		options[n] = (struct option){table[n].name, !!table[n].value, NULL, 0};
	options[n] = (struct option){"help", no_argument, NULL, HELP};
	while ((option = getopt_long(argc, argv, "h", options, &which)) != -1) {
		if (option == HELP) {
			print_help(table, name, about);
			return 1;
		}
		if (option)
			return -EINVAL;
		err = parse(&table[which], optarg, config);
		if (err)
			return complain(&table[which], name, optarg, err);
	}
	if (optind < argc) {
		fprintf(stderr, "%s: '%s': not an option; see --help\n", name, argv[optind]);
		return -EINVAL;
	}
	return 0;
}

int lab_cpus(const char *text, __u32 *cpus, int room)
{
	__u64 first, last;
	char *end;
	int n = 0;

	do {
		if (lab_number(text, &end, &first))
			return -EINVAL;
		last = first;
		if (*end == '-' && lab_number(end + 1, &end, &last))
			return -EINVAL;
		for (; first <= last && n < room; first++)
			cpus[n++] = first;
		if (first <= last)
			return -EINVAL;
		text = end + 1;
	} while (*end == ',');
	return *end ? -EINVAL : n;
}
