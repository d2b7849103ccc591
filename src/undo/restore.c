// SPDX-License-Identifier: GPL-2.0-only
// Settings that we changed: put back.
#include "undo/impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The value is ours: put the old one back. 0: done with this item; 1: it must stay. */
static int put_back(struct undo *undo, struct json_object *item, const char *ifname)
{
	const char *knob = undo_text(item, "knob");
	const char *sep = ifname[0] ? ": " : "";
	int err;

	err = knob_write(&undo->knobs, undo_kind_of(item), ifname, knob, undo_text(item, "old"));
	if (err) {
		undo_say(undo, UNDO_FAILED,
			 "%s%s%s could not be put back to %s: %s; it stays written down in %s/%s",
			 ifname, sep, knob, undo_text(item, "old"), strerror(-err), undo->dir_name,
			 undo->file);
		return 1;
	}
	if (undo_kind_of(item) != UNDO_RULE) /* of these there may be thousands */
		undo_say(undo, UNDO_DONE, "%s%sput back: %s %s -> %s", ifname, sep, knob,
			 undo_text(item, "new"), undo_text(item, "old"));
	return 0;
}

/* 0: done with this item; 1: it must stay. */
static int restore_knob(struct undo *undo, struct json_object *item, const char *ifname)
{
	const char *knob = undo_text(item, "knob");
	const char *sep = ifname[0] ? ": " : "";
	char *now;
	int err;

	err = knob_read(&undo->knobs, undo_kind_of(item), ifname, knob, &now);
	if (knob_is_gone(err)) {
		undo_say(undo, UNDO_DONE, "%s%s%s is no longer there: nothing to put back", ifname,
			 sep, knob);
		return 0;
	}
	if (err) {
		undo_say(undo, UNDO_FAILED,
			 "%s%s%s could not be read: %s; it stays written down in %s/%s",
			 ifname, sep, knob, strerror(-err), undo->dir_name, undo->file);
		return 1;
	}
	if (!strcmp(now, undo_text(item, "new")))
		err = put_back(undo, item, ifname);
	else if (strcmp(now, undo_text(item, "old")))
		undo_say(undo, UNDO_LEFT_ALONE,
			 "%s%s%s is now %s, no longer the %s that we set: left alone", ifname, sep,
			 knob, now, undo_text(item, "new"));
	free(now);
	return err;
}

/*
 * What we changed goes with an interface into another network namespace. That is not ours to enter:
 * whoever took it there, a container's runtime as a rule, may have set it anew.
 */
static void say_gone(struct undo *undo, struct json_object *item)
{
	if (undo_kind_of(item) == UNDO_RULE)
		return;
	if (undo_item_moved(item))
		undo_say(undo, UNDO_LEFT_ALONE,
			 "%s: the interface is in another network namespace now: left alone; there "
			 "%s may still be %s, which we set, and was %s",
			 undo_text(item, "interface"), undo_text(item, "knob"),
			 undo_text(item, "new"), undo_text(item, "old"));
	else
		undo_say(undo, UNDO_DONE, "%s: the interface is gone: nothing to put back of %s",
			 undo_text(item, "interface"), undo_text(item, "knob"));
}

/* 0: done with this item; 1: it must stay. */
static int restore_item(struct undo *undo, struct json_object *item)
{
	struct link link;
	int err;

	if (undo_kind_of(item) == UNDO_SYSCTL)
		return restore_knob(undo, item, "");
	err = undo_item_link(item, &link);
	if (err == -ENODEV) {
		say_gone(undo, item);
		return 0;
	}
	return err ? 1 : restore_knob(undo, item, link.name);
}

int undo_take_back_many(struct undo *undo, const struct undo_entry *entry, size_t n)
{
	undo_say_fn say = undo->say;
	int failed = 0, err;

	while (n-- > 0) {
		ssize_t at = undo_change_find(undo, &entry[n]);

		if (at < 0)
			continue;
		undo->say = NULL;
		err = restore_item(undo, json_object_array_get_idx(undo_changes(undo), at));
		undo->say = say;
		if (err)
			failed++;
		else
			json_object_array_del_idx(undo_changes(undo), at, 1);
	}
	err = undo_file_save(undo);
	return err ? err : failed;
}

int undo_restore(struct undo *undo, int ifindex)
{
	struct json_object *list = undo_changes(undo), *item;
	size_t i, rules = 0;
	int failed = 0, err;

	for (i = json_object_array_length(list); i-- > 0;) {
		item = json_object_array_get_idx(list, i);
		if (ifindex && undo_number(item, "ifindex") != ifindex)
			continue;
		if (restore_item(undo, item)) {
			failed++;
			continue;
		}
		rules += undo_kind_of(item) == UNDO_RULE;
		json_object_array_del_idx(list, i, 1);
	}
	if (rules)
		undo_say(undo, UNDO_DONE, "%zu rules that we gave the NIC are no longer there", rules);
	undo_forget_gone(undo);
	err = undo_file_save(undo);
	return err ? err : failed;
}
