// SPDX-License-Identifier: GPL-2.0-only
// The settings that a stop did not put back, for whoever asked for it.
#include "client/leavings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/say.h"

static bool is_known(const struct leavings *leavings, const char *line)
{
	for (size_t i = 0; i < leavings->count; i++)
		if (!strcmp(leavings->list[i].line, line))
			return true;
	return false;
}

/*
 * False: it was there already, since what fails is tried once more at the end. Without memory it
 * still counts: never "every setting is as it was".
 */
static bool add(struct leavings *leavings, bool failed, const char *line)
{
	struct leaving *grown;
	char *copy;

	if (is_known(leavings, line))
		return false;
	leavings->failed += failed;
	leavings->alone += !failed;
	grown = realloc(leavings->list, (leavings->count + 1) * sizeof(*grown));
	if (!grown)
		return true;
	leavings->list = grown;
	copy = strdup(line);
	if (copy)
		grown[leavings->count++] = (struct leaving){.failed = failed, .line = copy};
	return true;
}

void say_line(void *unused, enum undo_outcome outcome, const char *line)
{
	say_at(outcome == UNDO_DONE ? LOG_INFO : LOG_WARNING, "%s", line);
}

void leavings_keep(void *leavings, enum undo_outcome outcome, const char *line)
{
	if (outcome == UNDO_DONE)
		say("%s", line);
	else
		(void)add(leavings, outcome == UNDO_FAILED, line);
}

void leavings_hear(void *leavings, enum undo_outcome outcome, const char *line)
{
	if (outcome == UNDO_DONE || add(leavings, outcome == UNDO_FAILED, line))
		say_line(NULL, outcome, line);
}

void leavings_clear(struct leavings *leavings)
{
	for (size_t i = 0; i < leavings->count; i++)
		free(leavings->list[i].line);
	free(leavings->list);
	*leavings = (struct leavings){0};
}

static const char *settings(size_t n)
{
	return n == 1 ? "setting" : "settings";
}

void leavings_sum(const struct leavings *leavings, char *text, size_t size)
{
	size_t failed = leavings->failed, alone = leavings->alone;

	if (failed)
		snprintf(text, size,
			 ", but %zu %s could not be put back; see to what stands in the way, then "
			 "run 'espalier stop' again",
			 failed, settings(failed));
	else if (alone)
		snprintf(text, size,
			 "; %zu %s, changed by somebody else meanwhile, %s left alone", alone,
			 settings(alone), alone == 1 ? "was" : "were");
	else
		snprintf(text, size, ", and every setting is as it was");
}
