// SPDX-License-Identifier: GPL-2.0-only
// The lines of the check-up, as they are added.
#include "cmd/inspect/checkup.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "view/human.h"

void checkup_add(struct checkup *c, const char *check, const char *subject, const char *format, ...)
{
	struct checkup_line *line = reallocarray(c->line, c->n + 1, sizeof(*line));
	va_list args;

	if (!line) {
		c->no_memory = true;
		return;
	}
	c->line = line;
	line = &c->line[c->n++];
	*line = (struct checkup_line){.check = check, .ok = true};
	snprintf(line->subject, sizeof(line->subject), "%s", subject ? subject : "");
	va_start(args, format);
	vsnprintf(line->says, sizeof(line->says), format, args);
	va_end(args);
	human_clean(line->subject);
	human_clean(line->says);
}

void checkup_todo(struct checkup *c, const char *format, ...)
{
	struct checkup_line *line = c->n ? &c->line[c->n - 1] : NULL;
	va_list args;

	if (!line)
		return;
	line->ok = false;
	va_start(args, format);
	vsnprintf(line->todo, sizeof(line->todo), format, args);
	va_end(args);
	human_clean(line->todo);
}
