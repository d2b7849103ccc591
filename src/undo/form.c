// SPDX-License-Identifier: GPL-2.0-only
// Is it a file that we would have written? So its readers need not ask again.
#include "undo/impl.h"

#include <limits.h>
#include <string.h>

static bool is_text(struct json_object *item, const char *key, size_t max)
{
	struct json_object *value = json_object_object_get(item, key);

	return json_object_is_type(value, json_type_string) &&
	       (size_t)json_object_get_string_len(value) <= max &&
	       strlen(json_object_get_string(value)) == (size_t)json_object_get_string_len(value);
}

static bool is_knob(struct json_object *item)
{
	if (!json_object_is_type(item, json_type_object) || !is_text(item, "kind", 32) ||
	    !is_text(item, "knob", UNDO_KNOB_LEN - 1))
		return false;
	return knob_valid(undo_kind_of(item), undo_text(item, "knob"));
}

static bool is_interface(struct json_object *item)
{
	struct json_object *ifindex = json_object_object_get(item, "ifindex");

	return json_object_is_type(item, json_type_object) &&
	       is_text(item, "interface", IFNAMSIZ - 1) && is_text(item, "mac", 3 * LINK_MAC_LEN) &&
	       json_object_is_type(ifindex, json_type_int) && json_object_get_int64(ifindex) >= 0 &&
	       json_object_get_int64(ifindex) <= INT_MAX;
}

static bool is_change(struct json_object *item)
{
	if (!is_interface(item) || !is_knob(item))
		return false;
	if (!undo_number(item, "ifindex") && undo_kind_of(item) != UNDO_SYSCTL)
		return false;
	return is_text(item, "old", UNDO_FILE_MAX) && is_text(item, "new", UNDO_FILE_MAX) &&
	       is_text(item, "reason", UNDO_FILE_MAX);
}

/* OPTIONAL: may be missing. */
static bool are_knobs(struct json_object *item, const char *key, bool values, bool optional)
{
	struct json_object *list = json_object_object_get(item, key), *knob;
	size_t i;

	if (!list)
		return optional;
	if (!json_object_is_type(list, json_type_array))
		return false;
	for (i = 0; i < json_object_array_length(list); i++) {
		knob = json_object_array_get_idx(list, i);
		if (!is_knob(knob) || (values && !is_text(knob, "value", UNDO_FILE_MAX)))
			return false;
	}
	return true;
}

static bool is_attached(struct json_object *item)
{
	return is_interface(item) && undo_number(item, "ifindex") &&
	       are_knobs(item, "before", true, false) && are_knobs(item, "after", true, true) &&
	       are_knobs(item, "keep", false, true);
}

static bool all_are(struct json_object *list, bool (*is)(struct json_object *))
{
	size_t i;

	if (!json_object_is_type(list, json_type_array))
		return false;
	for (i = 0; i < json_object_array_length(list); i++)
		if (!is(json_object_array_get_idx(list, i)))
			return false;
	return true;
}

const char *undo_form_fault(const struct undo *undo)
{
	struct json_object *version = json_object_object_get(undo->state, "version");

	if (!json_object_is_type(undo->state, json_type_object))
		return "no JSON object";
	if (!json_object_is_type(version, json_type_int) || json_object_get_int(version) != 1)
		return "not of version 1";
	if (!all_are(undo_changes(undo), is_change))
		return "a change that we would not have written";
	if (!all_are(undo_attached(undo), is_attached))
		return "an attachment that we would not have written";
	return NULL;
}
