// SPDX-License-Identifier: GPL-2.0-only
// What the file is made of: items, each of an interface.
#include "undo/impl.h"

#include <errno.h>
#include <string.h>
#include "text/hex.h"

struct json_object *undo_changes(const struct undo *undo)
{
	return json_object_object_get(undo->state, "changes");
}

struct json_object *undo_attached(const struct undo *undo)
{
	return json_object_object_get(undo->state, "attached");
}

const char *undo_text(struct json_object *item, const char *key)
{
	return json_object_get_string(json_object_object_get(item, key));
}

int undo_number(struct json_object *item, const char *key)
{
	return json_object_get_int(json_object_object_get(item, key));
}

enum undo_kind undo_kind_of(struct json_object *item)
{
	return knob_kind_of(undo_text(item, "kind"));
}

bool undo_item_add(struct json_object *item, const char *key, struct json_object *value)
{
	if (!value)
		return false;
	if (json_object_object_add(item, key, value)) {
		json_object_put(value);
		return false;
	}
	return true;
}

struct json_object *undo_item_new(const struct link *link)
{
	struct json_object *item = json_object_new_object();
	char mac[HEX_LEN(LINK_MAC_LEN)];

	hex_print(link->mac, link->mac_len, mac);
	if (item && undo_item_add(item, "interface", json_object_new_string(link->name)) &&
	    undo_item_add(item, "ifindex", json_object_new_int(link->ifindex)) &&
	    undo_item_add(item, "mac", json_object_new_string(mac)))
		return item;
	json_object_put(item);
	return NULL;
}

int undo_item_link(struct json_object *item, struct link *out)
{
	struct json_object *now;
	bool same;
	int err;

	err = link_get_index(undo_number(item, "ifindex"), out);
	if (err)
		return err;
	now = undo_item_new(out);
	if (!now)
		return -ENOMEM;
	/* An xfrm interface has no address: of such a one the number must do. */
	same = !strcmp(undo_text(now, "interface"), undo_text(item, "interface")) ||
	       !strcmp(undo_text(now, "mac"), undo_text(item, "mac"));
	json_object_put(now);
	return same ? 0 : -ENODEV;
}

bool undo_item_moved(struct json_object *item)
{
	uint8_t mac[LINK_MAC_LEN];
	int len = hex_parse(undo_text(item, "mac"), mac, sizeof(mac));
	struct link link;

	return len > 0 && !link_get_elsewhere(undo_text(item, "interface"), mac, len, &link);
}
