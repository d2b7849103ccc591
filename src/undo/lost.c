// SPDX-License-Identifier: GPL-2.0-only
// Settings that somebody else changed since we set them.
#include "undo/impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "view/human.h"

/* True if it is not as we set it. */
static bool is_lost(struct undo *undo, struct json_object *item, char *line, size_t size)
{
	const char *knob = undo_text(item, "knob"), *set = undo_text(item, "new");
	struct link link = {.name = ""};
	char *now;
	bool lost;

	if (undo_kind_of(item) == UNDO_RULE)
		return false;
	if (undo_kind_of(item) != UNDO_SYSCTL && undo_item_link(item, &link))
		return false;
	if (knob_read(&undo->knobs, undo_kind_of(item), link.name, knob, &now))
		return false;
	lost = strcmp(now, set);
	snprintf(line, size, "%s%s%s is %s, no longer the %s that we set", link.name,
		 *link.name ? ": " : "", knob, now, set);
	free(now);
	return lost;
}

size_t undo_lost(struct undo *undo, void (*fn)(void *ctx, const char *line), void *ctx)
{
	struct json_object *list = undo_changes(undo);
	size_t lost = 0;
	char line[512];

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		if (!is_lost(undo, json_object_array_get_idx(list, i), line, sizeof(line)))
			continue;
		lost++;
		human_clean(line);
		if (fn)
			fn(ctx, line);
	}
	return lost;
}
