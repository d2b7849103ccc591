// SPDX-License-Identifier: GPL-2.0-only
// Settings that we change: written down first, then changed.
#include "undo/impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

ssize_t undo_change_find(const struct undo *undo, const struct undo_entry *entry)
{
	struct json_object *list = undo_changes(undo), *item;
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++) {
		item = json_object_array_get_idx(list, i);
		if (undo_number(item, "ifindex") == entry->ifindex &&
		    undo_kind_of(item) == entry->kind &&
		    !strcmp(undo_text(item, "knob"), entry->knob))
			return i;
	}
	return -1;
}

static struct json_object *change_new(const struct undo_entry *entry, const struct link *link,
				      const char *old)
{
	struct json_object *item = undo_item_new(link);

	if (item &&
	    undo_item_add(item, "kind", json_object_new_string(knob_kind_word(entry->kind))) &&
	    undo_item_add(item, "knob", json_object_new_string(entry->knob)) &&
	    undo_item_add(item, "old", json_object_new_string(old)) &&
	    undo_item_add(item, "new", json_object_new_string(entry->new_value)) &&
	    undo_item_add(item, "reason", json_object_new_string(entry->reason)))
		return item;
	json_object_put(item);
	return NULL;
}

/* Put ITEM at index AT, or behind the last for -1; takes it over. */
static int change_put(struct undo *undo, ssize_t at, struct json_object *item)
{
	struct json_object *list = undo_changes(undo);
	int err;

	err = at < 0 ? json_object_array_add(list, item)
		     : json_object_array_put_idx(list, at, item);
	if (err)
		json_object_put(item);
	return err ? -ENOMEM : 0;
}

/* PREVIOUS gets what was recorded of this knob before, NULL if nothing; to be put by the caller. */
static int record(struct undo *undo, const struct undo_entry *entry, struct json_object **previous)
{
	ssize_t at = undo_change_find(undo, entry);
	const char *old = entry->old_value;
	struct link link = {0};
	struct json_object *item;
	int err;

	*previous = NULL;
	if (!knob_valid(entry->kind, entry->knob))
		return -EINVAL;
	if (entry->kind != UNDO_SYSCTL) {
		err = link_get_index(entry->ifindex, &link);
		if (err)
			return err;
	}
	if (at >= 0) {
		*previous = json_object_get(json_object_array_get_idx(undo_changes(undo), at));
		/* The value that we find is the one that we set: the first old one is the
		 * operator's. */
		if (!strcmp(undo_text(*previous, "new"), old))
			old = undo_text(*previous, "old");
	}
	item = change_new(entry, &link, old);
	return item ? change_put(undo, at, item) : -ENOMEM;
}

/* As it was before record(); not saved yet. */
static void unrecord(struct undo *undo, const struct undo_entry *entry,
		     struct json_object *previous)
{
	ssize_t at = undo_change_find(undo, entry);

	if (previous)
		(void)change_put(undo, at, json_object_get(previous));
	else if (at >= 0)
		json_object_array_del_idx(undo_changes(undo), at, 1);
}

static int record_saved(struct undo *undo, const struct undo_entry *entry,
			struct json_object **previous)
{
	int err;

	err = record(undo, entry, previous);
	if (err)
		return err;
	err = undo_file_save(undo);
	if (err)
		unrecord(undo, entry, *previous);
	return err;
}

int undo_record(struct undo *undo, const struct undo_entry *entry)
{
	struct json_object *previous;
	int err;

	err = record_saved(undo, entry, &previous);
	json_object_put(previous);
	return err;
}

int undo_set(struct undo *undo, const struct undo_entry *entry)
{
	struct json_object *previous;
	int err;

	err = record_saved(undo, entry, &previous);
	if (!err) {
		err = knob_write(&undo->knobs, entry->kind, entry->ifname, entry->knob,
				 entry->new_value);
		if (err) {
			unrecord(undo, entry, previous);
			(void)undo_file_save(undo);
		}
	}
	json_object_put(previous);
	if (!err)
		undo_say(undo, UNDO_DONE, "%s%s%s: %s %s -> %s", entry->ifname, entry->ifname[0] ? ": " : "",
			 entry->reason, entry->knob, entry->old_value, entry->new_value);
	return err;
}

/* Makes the changes that are written down, and takes the records of those that fail back. */
static int make_many(struct undo *undo, const struct undo_entry *entry, size_t n, int *err,
		     struct json_object **previous)
{
	bool failed = false;

	for (size_t i = 0; i < n; i++) {
		err[i] = knob_write(&undo->knobs, entry[i].kind, entry[i].ifname, entry[i].knob,
				    entry[i].new_value);
		if (err[i])
			unrecord(undo, &entry[i], previous[i]);
		failed |= err[i] != 0;
	}
	return failed ? undo_file_save(undo) : 0;
}

int undo_set_many(struct undo *undo, const struct undo_entry *entry, size_t n, int *err)
{
	struct json_object **previous = calloc(n ? n : 1, sizeof(struct json_object *));
	int bad = previous ? 0 : -ENOMEM;
	size_t done = 0;

	for (; !bad && done < n; done++)
		bad = record(undo, &entry[done], &previous[done]);
	if (!bad)
		bad = undo_file_save(undo);
	if (bad)
		while (done-- > 0)
			unrecord(undo, &entry[done], previous[done]);
	else
		(void)make_many(undo, entry, n, err, previous);
	for (size_t i = 0; previous && i < n; i++)
		json_object_put(previous[i]);
	free(previous);
	return bad;
}
