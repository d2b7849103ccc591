// SPDX-License-Identifier: GPL-2.0-only
// One line on stderr, in one write, so that lines of several processes do not mix.
#include "daemon/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void say(const char *format, ...)
{
	char line[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fprintf(stderr, "espalier: %s\n", line);
}

void say_line(void *arg, const char *line)
{
	say("%s", line);
}
