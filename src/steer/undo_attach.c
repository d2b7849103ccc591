// SPDX-License-Identifier: GPL-2.0-only
/* Settings that drivers change themselves when a program is attached or detached. */
#include "steer/undo_impl.h"
#include "nic/ethtool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* In the order in which they are put back: a table depends on the channels. */
static const struct {
	enum undo_kind kind;
	const char *knob;
} fixed_knobs[] = {
	{UNDO_CHANNELS, "channels"},
	{UNDO_INDIR, "indirection-table"},
	{UNDO_KEY, "hash-key"},
	{UNDO_HFUNC, "hash-function"},
};

static struct json_object *knob_new(enum undo_kind kind, const char *knob, const char *value)
{
	struct json_object *item = json_object_new_object();

	if (item && undo_item_add(item, "kind", json_object_new_string(knob_kind_word(kind))) &&
	    undo_item_add(item, "knob", json_object_new_string(knob)) &&
	    (!value || undo_item_add(item, "value", json_object_new_string(value))))
		return item;
	json_object_put(item);
	return NULL;
}

static int list_add(struct json_object *list, struct json_object *item)
{
	if (list && item && !json_object_array_add(list, item))
		return 0;
	json_object_put(item);
	return -ENOMEM;
}

static int read_fixed(struct undo *undo, const char *ifname, struct json_object *list)
{
	char *value;
	int err = 0;

	for (size_t i = 0; i < sizeof(fixed_knobs) / sizeof(fixed_knobs[0]) && !err; i++) {
		err = knob_read(&undo->knobs, fixed_knobs[i].kind, ifname, fixed_knobs[i].knob,
				&value);
		if (!err)
			err = list_add(list,
				       knob_new(fixed_knobs[i].kind, fixed_knobs[i].knob, value));
		else if (knob_is_gone(err)) /* what the NIC does not have cannot be put back either */
			err = 0;
		free(value);
	}
	return err;
}

static int read_features(const char *ifname, struct json_object *list)
{
	const struct nic_feature *feature;
	struct nic_features features;
	int fd, err;
	size_t i;

	fd = ethtool_open();
	if (fd < 0)
		return fd;
	err = ethtool_features(fd, ifname, &features);
	close(fd);
	if (knob_is_gone(err))
		err = 0;
	for (i = 0; i < features.count && !err; i++) {
		feature = &features.feature[i];
		if (!feature->fixed && knob_valid(UNDO_FEATURE, feature->name))
			err = list_add(list, knob_new(UNDO_FEATURE, feature->name,
						      feature->active ? "on" : "off"));
	}
	ethtool_features_free(&features);
	return err;
}

/* All settings that an attach may change, as a list; NULL and why. */
static struct json_object *snapshot(struct undo *undo, const char *ifname, int *err)
{
	struct json_object *list = json_object_new_array();

	*err = list ? read_fixed(undo, ifname, list) : -ENOMEM;
	if (!*err)
		*err = read_features(ifname, list);
	if (!*err)
		return list;
	json_object_put(list);
	return NULL;
}

static struct json_object *list_find(struct json_object *list, struct json_object *knob)
{
	struct json_object *item;
	size_t i;

	for (i = 0; list && i < json_object_array_length(list); i++) {
		item = json_object_array_get_idx(list, i);
		if (undo_kind_of(item) == undo_kind_of(knob) &&
		    !strcmp(undo_text(item, "knob"), undo_text(knob, "knob")))
			return item;
	}
	return NULL;
}

/* Index of the attachment of an interface, -1 if none. */
static ssize_t find(const struct undo *undo, int ifindex)
{
	struct json_object *list = undo_attached(undo);
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++)
		if (undo_number(json_object_array_get_idx(list, i), "ifindex") == ifindex)
			return i;
	return -1;
}

/* The attachment of an interface that is there, and its present link; else NULL and why. */
static struct json_object *attachment(struct undo *undo, int ifindex, struct link *link, int *err)
{
	ssize_t at = find(undo, ifindex);
	struct json_object *item;

	*err = at < 0 ? -ENOENT : 0;
	if (*err)
		return NULL;
	item = json_object_array_get_idx(undo_attached(undo), at);
	*err = undo_item_link(item, link);
	return *err ? NULL : item;
}

void undo_forget_gone(struct undo *undo)
{
	struct json_object *list = undo_attached(undo);
	struct link link;
	size_t i;

	for (i = json_object_array_length(list); i-- > 0;)
		if (undo_item_link(json_object_array_get_idx(list, i), &link) == -ENODEV)
			json_object_array_del_idx(list, i, 1);
}

/* What could not be put back of an earlier attachment is still to be put back to what it was then. */
static int take_over(struct json_object *list, struct json_object *earlier)
{
	struct json_object *before = json_object_object_get(earlier, "before"), *old, *now;
	size_t i;

	for (i = 0; before && i < json_object_array_length(before); i++) {
		old = json_object_array_get_idx(before, i);
		now = list_find(list, old);
		if (!now ? list_add(list, json_object_get(old))
			 : !undo_item_add(now, "value",
					  json_object_new_string(undo_text(old, "value"))))
			return -ENOMEM;
	}
	return 0;
}

/* A new attachment in the place of the one that is written down, if there is one. */
static int put_attachment(struct undo *undo, const struct link *link)
{
	ssize_t at = find(undo, link->ifindex);
	int err;
	struct json_object *list = snapshot(undo, link->name, &err);
	struct json_object *item = undo_item_new(link);

	if (!err && !item)
		err = -ENOMEM;
	if (!err && at >= 0)
		err = take_over(list, json_object_array_get_idx(undo_attached(undo), at));
	if (err)
		json_object_put(list);
	else if (!undo_item_add(item, "before", list))
		err = -ENOMEM;
	if (err) {
		json_object_put(item);
		return err;
	}
	if (at >= 0)
		json_object_array_del_idx(undo_attached(undo), at, 1);
	return list_add(undo_attached(undo), item);
}

int undo_before_attach(struct undo *undo, int ifindex)
{
	struct link link;
	int err;

	/* Left by a crash whose program is gone as well: put back first, then look afresh. */
	(void)undo_after_detach(undo, ifindex);
	err = link_get_index(ifindex, &link);
	if (!err)
		err = put_attachment(undo, &link);
	return err ? err : undo_file_save(undo);
}

int undo_after_attach(struct undo *undo, int ifindex)
{
	struct json_object *item, *list;
	struct link link;
	int err;

	item = attachment(undo, ifindex, &link, &err);
	if (!item)
		return err;
	list = snapshot(undo, link.name, &err);
	if (!list)
		return err;
	return undo_item_add(item, "after", list) ? undo_file_save(undo) : -ENOMEM;
}

/* Adds the knob to KEEP if it differs. One that cannot be read now may be when it is put back. */
static int note_knob(struct undo *undo, struct json_object *keep, struct json_object *knob,
		     const char *ifname)
{
	const char *name = undo_text(knob, "knob");
	int err = 0;
	char *now;

	if (knob_read(&undo->knobs, undo_kind_of(knob), ifname, name, &now))
		return 0;
	if (strcmp(now, undo_text(knob, "value")))
		err = list_add(keep, knob_new(undo_kind_of(knob), name, NULL));
	free(now);
	return err;
}

/* Whatever differs from what the attach left was changed by somebody else since. */
static int note_changed(struct undo *undo, struct json_object *item, const char *ifname)
{
	struct json_object *after = json_object_object_get(item, "after"), *keep;
	int err;

	if (!after)
		return 0;
	keep = json_object_new_array();
	err = keep ? 0 : -ENOMEM;
	for (size_t i = 0; !err && i < json_object_array_length(after); i++)
		err = note_knob(undo, keep, json_object_array_get_idx(after, i), ifname);
	if (err) {
		json_object_put(keep);
		return err;
	}
	return undo_item_add(item, "keep", keep) ? 0 : -ENOMEM;
}

int undo_before_detach(struct undo *undo, int ifindex)
{
	struct json_object *item;
	struct link link;
	int err;

	item = attachment(undo, ifindex, &link, &err);
	if (!item)
		return err == -ENOENT ? 0 : err;
	err = note_changed(undo, item, link.name);
	return err ? err : undo_file_save(undo);
}

/* It differs from what it was. 0: done with it; 1: it could not be put back. */
static int put_knob_back(struct undo *undo, struct json_object *knob, const char *now,
			 const char *ifname)
{
	const char *name = undo_text(knob, "knob"), *was = undo_text(knob, "value");
	int err = knob_write(&undo->knobs, undo_kind_of(knob), ifname, name, was);

	if (err)
		undo_say(undo, UNDO_FAILED,
			 "%s: %s could not be put back from %s to %s: %s; it stays written down in "
			 "%s/%s",
			 ifname, name, now, was, strerror(-err), undo->dir_name, undo->file);
	else
		undo_say(undo, UNDO_DONE,
			 "%s: put back, the driver changed it with the program: %s %s -> %s", ifname,
			 name, now, was);
	return err ? 1 : 0;
}

/* It could not be read: what the attach left of it is noted in LEFT once more. 1, as it stays. */
static int keep_unread(struct undo *undo, struct json_object *knob, int why, const char *ifname,
		       struct json_object *after, struct json_object *left)
{
	struct json_object *was = list_find(after, knob);

	undo_say(undo, UNDO_FAILED,
		 "%s: %s could not be read: %s; what it was stays written down in %s/%s", ifname,
		 undo_text(knob, "knob"), strerror(-why), undo->dir_name, undo->file);
	if (was)
		(void)list_add(left, json_object_get(was));
	return 1;
}

/* 0; 1: it could not be put back, and what it is now is noted in LEFT. */
static int compare_restore(struct undo *undo, struct json_object *knob, struct json_object *item,
			   const char *ifname, struct json_object *left)
{
	const char *name = undo_text(knob, "knob");
	int failed = 0, err;
	char *now;

	err = knob_read(&undo->knobs, undo_kind_of(knob), ifname, name, &now);
	if (err)
		return knob_is_gone(err) ? 0
					 : keep_unread(undo, knob, err, ifname,
						       json_object_object_get(item, "after"), left);
	if (strcmp(now, undo_text(knob, "value"))) {
		if (list_find(json_object_object_get(item, "keep"), knob))
			undo_say(undo, UNDO_LEFT_ALONE,
				 "%s: %s is now %s, changed by somebody else while we steered: "
				 "left alone",
				 ifname, name, now);
		else
			failed = put_knob_back(undo, knob, now, ifname);
	}
	if (failed)
		(void)list_add(left, knob_new(undo_kind_of(knob), name, now));
	free(now);
	return failed;
}

/*
 * Leaves of the attachment what could not be put back, and tells how much that is. What it is now
 * counts as what the attach left, so that a later change by somebody else is seen as such.
 */
static int restore_all(struct undo *undo, struct json_object *item, const char *ifname)
{
	struct json_object *before = json_object_object_get(item, "before");
	struct json_object *left = json_object_new_array();
	int failed = 0;

	/* In this order: channels come before the table that depends on them. */
	for (size_t i = 0; i < json_object_array_length(before);) {
		if (compare_restore(undo, json_object_array_get_idx(before, i), item, ifname, left)) {
			failed++;
			i++;
		} else {
			json_object_array_del_idx(before, i, 1);
		}
	}
	json_object_object_del(item, "keep");
	(void)undo_item_add(item, "after", left);
	return failed;
}

/* Settles one attachment. The number of its settings that could not be put back, or -errno. */
static int settle(struct undo *undo, int ifindex)
{
	struct json_object *item;
	struct link link;
	int failed, err;

	item = attachment(undo, ifindex, &link, &err);
	if (!item)
		return err == -ENOENT || err == -ENODEV ? 0 : err;
	if (!json_object_object_get(item, "keep"))
		err = note_changed(undo, item, link.name);
	if (err)
		return err;
	failed = restore_all(undo, item, link.name);
	if (!failed)
		json_object_array_del_idx(undo_attached(undo), find(undo, ifindex), 1);
	return failed;
}

int undo_after_detach(struct undo *undo, int ifindex)
{
	struct json_object *list = undo_attached(undo);
	int failed = 0, bad = 0, err;

	if (ifindex)
		failed = settle(undo, ifindex);
	for (size_t i = json_object_array_length(list); !ifindex && i-- > 0;) {
		err = settle(undo, undo_number(json_object_array_get_idx(list, i), "ifindex"));
		if (err < 0)
			bad = err;
		else
			failed += err;
	}
	undo_forget_gone(undo);
	err = undo_file_save(undo);
	return err ? err : bad ? bad : failed;
}
