// SPDX-License-Identifier: GPL-2.0-only
/* The one place of the verbs that prints errors. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "cli/complain.h"
#include "view/human.h"
#include "view/wrap.h"

/* What is quoted may hold anything: an argument, an interface's name. */
static void __attribute__((format(printf, 2, 0)))
print(const char *tried, const char *format, va_list args, const char *after)
{
	char *why = NULL, *line = NULL;

	if (vasprintf(&why, format, args) < 0)
		why = NULL;
	if (asprintf(&line, "espalier: %s: %s%s", tried, why ? why : "no memory", after) < 0)
		line = NULL;
	fill(line ? human_clean(line) : "espalier: no memory", 0, stderr);
	free(why);
	free(line);
}

int complain(const char *tried, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print(tried, format, args, "");
	va_end(args);
	return STATUS_FAILED;
}

int complain_usage(const char *verb, const char *format, ...)
{
	char after[64];
	va_list args;

	snprintf(after, sizeof(after), "; see espalier %s --help", verb);
	va_start(args, format);
	print(verb, format, args, after);
	va_end(args);
	return STATUS_USAGE;
}
