/* SPDX-License-Identifier: GPL-2.0-only */
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
	if (item && !json_object_array_add(list, item))
		return 0;
	json_object_put(item);
	return -ENOMEM;
}

static int read_fixed(struct undo *undo, const char *ifname, struct json_object *list)
{
	char *value;
	size_t i;
	int err;

	for (i = 0; i < sizeof(fixed_knobs) / sizeof(fixed_knobs[0]); i++) {
		/* What the NIC does not have or tell cannot be put back either. */
		if (knob_read(&undo->knobs, fixed_knobs[i].kind, ifname, fixed_knobs[i].knob,
			      &value))
			continue;
		err = list_add(list, knob_new(fixed_knobs[i].kind, fixed_knobs[i].knob, value));
		free(value);
		if (err)
			return err;
	}
	return 0;
}

static int read_features(const char *ifname, struct json_object *list)
{
	const struct nic_feature *feature;
	struct nic_features features;
	int fd, err = 0;
	size_t i;

	fd = ethtool_open();
	if (fd < 0)
		return fd;
	(void)ethtool_features(fd, ifname, &features);
	close(fd);
	for (i = 0; i < features.count && !err; i++) {
		feature = &features.feature[i];
		if (!feature->fixed && knob_valid(UNDO_FEATURE, feature->name))
			err = list_add(list, knob_new(UNDO_FEATURE, feature->name,
						      feature->active ? "on" : "off"));
	}
	ethtool_features_free(&features);
	return err;
}

/* All settings that an attach may change, as a list; NULL: out of memory. */
static struct json_object *snapshot(struct undo *undo, const char *ifname)
{
	struct json_object *list = json_object_new_array();

	if (list && !read_fixed(undo, ifname, list) && !read_features(ifname, list))
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

/* Index of the attachment of a link, -1 if none. */
static ssize_t find(const struct undo *undo, int ifindex)
{
	struct json_object *list = undo_attached(undo);
	size_t i;

	for (i = 0; i < json_object_array_length(list); i++)
		if (undo_number(json_object_array_get_idx(list, i), "ifindex") == ifindex)
			return i;
	return -1;
}

/* The attachment of an interface by its present name; NULL if there is none. */
static struct json_object *attachment(struct undo *undo, const char *ifname, struct link *link,
				      int *err)
{
	ssize_t at;

	*err = link_get(ifname, link);
	if (*err)
		return NULL;
	at = find(undo, link->ifindex);
	return at < 0 ? NULL : json_object_array_get_idx(undo_attached(undo), at);
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

int undo_before_attach(struct undo *undo, const char *ifname)
{
	struct json_object *item, *list;
	struct link link;
	int err;

	undo_forget_gone(undo);
	/* Left by a crash whose program is gone as well: put back first, then look afresh. */
	if (attachment(undo, ifname, &link, &err))
		(void)undo_after_detach(undo, ifname);
	if (err)
		return err;
	list = snapshot(undo, link.name);
	item = undo_item_new(&link);
	if (!item)
		json_object_put(list);
	if (!item || !undo_item_add(item, "before", list)) {
		json_object_put(item);
		return -ENOMEM;
	}
	err = list_add(undo_attached(undo), item);
	return err ? err : undo_file_save(undo);
}

int undo_after_attach(struct undo *undo, const char *ifname)
{
	struct json_object *item;
	struct link link;
	int err;

	item = attachment(undo, ifname, &link, &err);
	if (err)
		return err;
	if (!item)
		return -ENOENT;
	if (!undo_item_add(item, "after", snapshot(undo, link.name)))
		return -ENOMEM;
	return undo_file_save(undo);
}

/* Whatever differs from what the attach left was changed by somebody else since. */
int undo_before_detach(struct undo *undo, const char *ifname)
{
	struct json_object *item, *after, *now, *keep, *knob, *same;
	struct link link;
	size_t i;
	int err;

	item = attachment(undo, ifname, &link, &err);
	if (err || !item)
		return err;
	after = json_object_object_get(item, "after");
	if (!after)
		return 0;
	keep = json_object_new_array();
	now = snapshot(undo, link.name);
	if (!now || !keep)
		err = -ENOMEM;
	for (i = 0; !err && i < json_object_array_length(after); i++) {
		knob = json_object_array_get_idx(after, i);
		same = list_find(now, knob);
		if (same && strcmp(undo_text(same, "value"), undo_text(knob, "value")))
			err = list_add(keep,
				       knob_new(undo_kind_of(knob), undo_text(knob, "knob"), NULL));
	}
	json_object_put(now);
	if (err || !undo_item_add(item, "keep", keep)) {
		if (err)
			json_object_put(keep);
		return err ? err : -ENOMEM;
	}
	return undo_file_save(undo);
}

/* 0 or 1: could not be put back. */
static int compare_restore(struct undo *undo, struct json_object *knob, bool keep,
			   const char *ifname)
{
	const char *name = undo_text(knob, "knob"), *was = undo_text(knob, "value");
	char *now;
	int err;

	if (knob_read(&undo->knobs, undo_kind_of(knob), ifname, name, &now))
		return 0;
	if (!strcmp(now, was)) {
		err = 0;
	} else if (keep) {
		err = 0;
		undo_say(undo,
			 "%s: %s is now %s, changed by somebody else while we steered: left alone",
			 ifname, name, now);
	} else {
		err = knob_write(&undo->knobs, undo_kind_of(knob), ifname, name, was);
		if (err)
			undo_say(undo, "%s: %s could not be put back from %s to %s: %s", ifname,
				 name, now, was, strerror(-err));
		else
			undo_say(
				undo,
				"%s: put back, the driver changed it with the program: %s %s -> %s",
				ifname, name, now, was);
	}
	free(now);
	return err ? 1 : 0;
}

static int restore_all(struct undo *undo, struct json_object *item, const char *ifname)
{
	struct json_object *before = json_object_object_get(item, "before");
	struct json_object *keep = json_object_object_get(item, "keep"), *knob;
	int failed = 0;
	size_t i;

	for (i = 0; i < json_object_array_length(before); i++) {
		knob = json_object_array_get_idx(before, i);
		failed += compare_restore(undo, knob, list_find(keep, knob), ifname);
	}
	return failed;
}

int undo_after_detach(struct undo *undo, const char *ifname)
{
	struct json_object *item;
	struct link link;
	int failed = 0, err;

	item = attachment(undo, ifname, &link, &err);
	if (item) {
		failed = restore_all(undo, item, link.name);
		json_object_array_del_idx(undo_attached(undo), find(undo, link.ifindex), 1);
	}
	undo_forget_gone(undo);
	err = undo_file_save(undo);
	return err ? err : failed;
}
