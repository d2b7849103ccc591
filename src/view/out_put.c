// SPDX-License-Identifier: GPL-2.0-only
// How a value gets to where the printer stands: into a node of JSON, a cell, or a line.
#include <errno.h>
#include <stdio.h>
#include "view/out_impl.h"

void out_begin(struct out *out)
{
	if (out->gap && out->printed)
		fputc('\n', out->file);
	out->gap = false;
	out->printed = true;
}

void out_put_key(struct out *out, const char *key)
{
	for (; *key; key++)
		fputc(*key == '_' ? ' ' : *key, out->file);
}

static void put_node(struct out *out, const char *key, struct json_object *value)
{
	struct json_object *parent = out_top(out)->node;
	int err = -ENOMEM;

	if (parent && json_object_is_type(parent, json_type_array))
		err = json_object_array_add(parent, value);
	else if (parent)
		err = json_object_object_add(parent, key, value);
	if (err) {
		json_object_put(value);
		out_failed(out, -ENOMEM);
	}
}

void out_put_node(struct out *out, const char *key, struct json_object *value)
{
	if (value)
		put_node(out, key, value);
	else
		out_failed(out, -ENOMEM);
}

void out_put_cell(struct out *out, const char *key, const char *text)
{
	const struct out_level *level = out_top(out);
	char path[64];

	if (level->kind == OUT_CELL) {
		snprintf(path, sizeof(path), "%s.%s", level->key, key);
		key = path;
	}
	if (out->table && table_cell(out->table, key, text))
		out_failed(out, -ENOMEM);
}

void out_put_lead(struct out *out, const char *key)
{
	struct out_level *level = out_top(out);

	if (level->kind == OUT_TOP)
		out_begin(out);
	if (level->filled)
		fputs(level->kind == OUT_LIST ? "," : ", ", out->file);
	level->filled = level->kind != OUT_TOP;
	if (key && level->kind != OUT_LIST) {
		out_put_key(out, key);
		fputc(' ', out->file);
	}
}

void out_put_text(struct out *out, const char *key, const char *text)
{
	if (out->table) {
		out_put_cell(out, key, text);
		return;
	}
	out_put_lead(out, key);
	fputs(text, out->file);
	if (out_top(out)->kind == OUT_TOP)
		fputc('\n', out->file);
}

void out_null(struct out *out, const char *key)
{
	if (out->json)
		put_node(out, key, NULL);
	else
		out_put_text(out, key, "-");
}

struct json_object *out_warnings(struct json_object *root)
{
	struct json_object *list;

	if (json_object_object_get_ex(root, "warnings", &list))
		return list;
	list = json_object_new_array();
	if (list && json_object_object_add(root, "warnings", list)) {
		json_object_put(list);
		return NULL;
	}
	return list;
}
