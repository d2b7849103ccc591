// SPDX-License-Identifier: GPL-2.0-only
// One line on stderr, in one write, so that lines of several processes do not mix. What is quoted in
// it (names of interfaces and drivers, the kernel's logs) may hold anything and goes to a terminal.
#include "daemon/say.h"

#include <stdarg.h>
#include <stdio.h>
#include "view/human.h"

void say(const char *format, ...)
{
	char line[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fprintf(stderr, "espalier: %s\n", human_clean(line));
}

void say_line(void *arg, enum undo_outcome outcome, const char *line)
{
	say("%s", line);
}
