// SPDX-License-Identifier: GPL-2.0-only
// One line on stderr, in one write, so that lines of several processes do not mix. What is quoted in
// it (names of interfaces and drivers, the kernel's logs) may hold anything and goes to a terminal.
#include "cli/say.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "view/human.h"

/* Is stderr the journal? It says which file it is (systemd.exec(5), JOURNAL_STREAM). */
static bool to_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 && !fstat(STDERR_FILENO, &st) &&
	       st.st_dev == dev && st.st_ino == ino;
}

void say_at(int priority, const char *format, ...)
{
	char line[2048], level[8] = "";
	va_list args;

	if (!(setlogmask(0) & LOG_MASK(priority)))
		return;
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (to_journal())
		snprintf(level, sizeof(level), "<%d>", priority);
	fprintf(stderr, "%sespalier: %s\n", level, human_clean(line));
}

void say_least(int priority)
{
	setlogmask(LOG_UPTO(priority));
}
