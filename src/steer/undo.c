// SPDX-License-Identifier: GPL-2.0-only
/* Settings that we change: written down first, then changed, later put back. */
#include "steer/undo_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int undo_open(struct undo **out, const char *dir, const char *file, undo_say_fn say, void *ctx,
	      char *why, size_t len)
{
	struct undo *undo = calloc(1, sizeof(*undo));
	int err;

	*out = NULL;
	if (undo) {
		undo->dir = -1;
		undo->say = say;
		undo->ctx = ctx;
		knobs_init(&undo->knobs);
		undo->dir_name = strdup(dir);
		undo->file = strdup(file);
	}
	if (!undo || !undo->dir_name || !undo->file) {
		snprintf(why, len, "%s; free some memory", strerror(ENOMEM));
		undo_close(undo);
		return -ENOMEM;
	}
	if (!*file || strchr(file, '/')) {
		snprintf(why, len, "%s is no file name; give one without a slash", file);
		err = -EINVAL;
	} else {
		err = undo_file_load(undo, why, len);
	}
	if (err) {
		undo_close(undo);
		return err;
	}
	knobs_open(&undo->knobs);
	*out = undo;
	return 0;
}

void undo_close(struct undo *undo)
{
	if (!undo)
		return;
	knobs_close(&undo->knobs);
	json_object_put(undo->state);
	if (undo->dir >= 0)
		close(undo->dir);
	free(undo->dir_name);
	free(undo->file);
	free(undo);
}

void undo_tell(struct undo *undo, undo_say_fn say, void *ctx)
{
	undo->say = say;
	undo->ctx = ctx;
}

size_t undo_count(const struct undo *undo)
{
	return json_object_array_length(undo_changes(undo));
}

static int by_number(const void *a, const void *b)
{
	int left = *(const int *)a, right = *(const int *)b;

	return left < right ? -1 : left > right;
}

int undo_interfaces(const struct undo *undo, int **ifindexes)
{
	struct json_object *const of[] = {undo_changes(undo), undo_attached(undo)};
	size_t most = json_object_array_length(of[0]) + json_object_array_length(of[1]);
	int *list = calloc(most + 1, sizeof(*list));
	size_t n = 0, kept = 0;

	*ifindexes = list;
	if (!list)
		return -ENOMEM;
	for (int i = 0; i < 2; i++)
		for (size_t k = 0; k < json_object_array_length(of[i]); k++)
			list[n++] = undo_number(json_object_array_get_idx(of[i], k), "ifindex");
	qsort(list, n, sizeof(*list), by_number);
	for (size_t i = 0; i < n; i++)
		if (!kept || list[kept - 1] != list[i])
			list[kept++] = list[i];
	return (int)kept;
}

bool undo_any_here(const struct undo *undo)
{
	struct json_object *const of[] = {undo_changes(undo), undo_attached(undo)};
	struct link link;

	for (int i = 0; i < 2; i++)
		for (size_t k = 0; k < json_object_array_length(of[i]); k++) {
			struct json_object *item = json_object_array_get_idx(of[i], k);

			if (undo_number(item, "ifindex") && undo_item_link(item, &link) != -ENODEV)
				return true;
		}
	return false;
}

static ssize_t change_find(const struct undo *undo, const struct undo_entry *entry)
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
	ssize_t at = change_find(undo, entry);
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
	ssize_t at = change_find(undo, entry);

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

void undo_each(const struct undo *undo, int ifindex, enum undo_kind kind,
	       void (*fn)(void *ctx, const char *knob, const char *value), void *ctx)
{
	struct json_object *list = undo_changes(undo), *item;

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		item = json_object_array_get_idx(list, i);
		if (undo_number(item, "ifindex") == ifindex && undo_kind_of(item) == kind)
			fn(ctx, undo_text(item, "knob"), undo_text(item, "new"));
	}
}

int undo_read(struct undo *undo, const struct undo_entry *knob, char **value)
{
	return knob_read(&undo->knobs, knob->kind, knob->ifname, knob->knob, value);
}

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
		ssize_t at = change_find(undo, &entry[n]);

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
