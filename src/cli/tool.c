// SPDX-License-Identifier: GPL-2.0-only
// Command lines of programs that are no verbs.
#include "cli/tool.h"

#include <errno.h>
#include <string.h>
#include "view/wrap.h"

static void print_help(const struct option_row *rows, const char *name, const char *about,
		       const void *defaults)
{
	printf("Usage: %s [OPTION]...\n\n", name);
	wrap(about, 0, stdout);
	printf("\nOptions:\n");
	options_help(rows, defaults, stdout);
}

static int refuse(const char *name, const char *why)
{
	fprintf(stderr, "%s: %s; see --help\n", name, why);
	return -EINVAL;
}

int tool_options(const struct option_row *rows, const char *about, int argc, char **argv,
		 void *into)
{
	const char *slash = strrchr(argv[0], '/'), *name = slash ? slash + 1 : argv[0];
	uint64_t given = 0;
	char why[256];
	int first;

	switch (options_parse(rows, argc, argv, into, &given, &first, why, sizeof(why))) {
	case PARSED_HELP:
		print_help(rows, name, about, into);
		return 1;
	case PARSED_WRONG:
		return refuse(name, why);
	case PARSED_OK:
		break;
	}
	if (first == argc)
		return 0;
	snprintf(why, sizeof(why), "%.200s: not an option", argv[first]);
	return refuse(name, why);
}
