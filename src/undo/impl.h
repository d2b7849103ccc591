/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of undo share. Inner to undo. */
#ifndef UNDO_IMPL_H
#define UNDO_IMPL_H

#include "nic/link.h"
#include "undo/undo.h"
#include "undo/knob.h"

#include <json-c/json.h>

/*
 * The file, as a tree that undo_form_fault() has checked, so that its readers need not:
 * {"version": 1,
 *  "changes": [{interface, ifindex, mac, kind, knob, old, new, reason}],
 *  "attached": [{interface, ifindex, mac, before: [{kind, knob, value}], after: [the same],
 *                keep: [{kind, knob}]}]}
 */
struct undo {
	int dir;
	char *dir_name, *file;
	struct json_object *state;
	undo_say_fn say;
	void *ctx;
	struct knobs knobs;
};

/* The largest real file: a few NICs with tables of 4,096 entries. */
#define UNDO_FILE_MAX (16 << 20)

/* What is wrong with the state, or NULL. */
const char *undo_form_fault(const struct undo *undo);

int undo_file_load(struct undo *undo, char *why, size_t len);
/* Write the state, or remove the file when there is nothing in it. */
int undo_file_save(struct undo *undo);

struct json_object *undo_changes(const struct undo *undo);
struct json_object *undo_attached(const struct undo *undo);

/* Index of the change of a knob, -1 if there is none. */
ssize_t undo_change_find(const struct undo *undo, const struct undo_entry *entry);

const char *undo_text(struct json_object *item, const char *key);
int undo_number(struct json_object *item, const char *key);
enum undo_kind undo_kind_of(struct json_object *item);

/* A new object with the interface's name, ifindex and hardware address. NULL: out of memory. */
struct json_object *undo_item_new(const struct link *link);
/* Add a member; false when out of memory. */
bool undo_item_add(struct json_object *item, const char *key, struct json_object *value);

/*
 * The present link of an item: same ifindex, and same name or hardware address, of which both may have none.
 * -ENODEV if gone.
 */
int undo_item_link(struct json_object *item, struct link *out);

/* Is the item's interface, which is gone from here, in another network namespace that we know of? */
bool undo_item_moved(struct json_object *item);

/* Forget the attachments of interfaces that are gone; not saved yet. */
void undo_forget_gone(struct undo *undo);

__attribute__((format(printf, 3, 4))) void undo_say(struct undo *undo, enum undo_outcome outcome,
						    const char *fmt, ...);

#endif
