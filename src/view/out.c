// SPDX-License-Identifier: GPL-2.0-only
// One printer for text and JSON: what is opened and closed.
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "view/out_impl.h"

static struct out_level *push(struct out *out, enum out_kind kind, const char *key)
{
	assert(out->depth + 1 < OUT_DEPTH);
	out->level[++out->depth] = (struct out_level){.kind = kind, .key = key};
	return out_top(out);
}

struct out *out_new(FILE *file, bool json)
{
	struct out *out = calloc(1, sizeof(*out));

	if (!out)
		return NULL;
	out->file = file;
	out->json = json;
	out->style = bar_style_of(file);
	if (!json)
		return out;
	out->level[0].node = json_object_new_object();
	if (!out->level[0].node) {
		free(out);
		return NULL;
	}
	return out;
}

static void print_json(struct out *out)
{
	struct json_object *root = out->level[0].node;
	const char *text;

	/* The list is always there, so that a reader of the JSON need not ask whether it is. */
	if (json_object_object_get_ex(root, "version", NULL) && !out_warnings(root))
		out_failed(out, -ENOMEM);
	text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!text)
		out_failed(out, -ENOMEM);
	else if (!out->err)
		fprintf(out->file, "%s\n", text);
	json_object_put(root);
}

int out_close(struct out *out)
{
	int err;

	while (out->depth)
		out_up(out);
	if (out->json)
		print_json(out);
	errno = 0;
	if (fflush(out->file) || ferror(out->file))
		out_failed(out, errno ? -errno : -EIO);
	err = out->err;
	free(out);
	return err;
}

void out_set_style(struct out *out, const struct bar_style *style)
{
	out->style = *style;
}

bool out_is_json(const struct out *out)
{
	return out->json;
}

static void open_json(struct out *out, const char *key, struct json_object *value)
{
	out_put_node(out, key, value);
	push(out, OUT_TOP, key)->node = out->err ? NULL : value;
}

void out_object(struct out *out, const char *key)
{
	bool within = out_top(out)->kind != OUT_TOP;

	if (out->json) {
		open_json(out, key, json_object_new_object());
		return;
	}
	if (out->table) {
		push(out, OUT_CELL, key);
		return;
	}
	out_put_lead(out, NULL);
	out_put_key(out, key);
	fputs(within ? " (" : ": ", out->file);
	push(out, OUT_LINE, key);
}

void out_array(struct out *out, const char *key)
{
	if (out->json) {
		open_json(out, key, json_object_new_array());
		return;
	}
	out_put_lead(out, key);
	push(out, OUT_LIST, key);
}

static void end_table(struct out *out)
{
	if (out->table && table_rows(out->table)) {
		out_begin(out);
		table_print(out->table, out->style.fill, out->file);
	}
	table_free(out->table);
	out->table = NULL;
}

/*
 * An object of an array is complete: its text takes its place, for there may be a hundred thousand
 * of them, and a text takes a fifth of the memory.
 */
static void pack(struct out *out, struct json_object *object)
{
	struct json_object *array = out_top(out)->node, *packed;
	const char *text;
	char *copy;

	if (!json_object_is_type(array, json_type_array) ||
	    !json_object_is_type(object, json_type_object))
		return;
	text = json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE);
	copy = text ? strdup(text) : NULL;
	packed = copy ? json_object_new_boolean(false) : NULL; /* of any type: it is but its text */
	if (!packed) {
		free(copy);
		out_failed(out, -ENOMEM);
		return;
	}
	json_object_set_serializer(packed, json_object_userdata_to_json_string, copy,
				   json_object_free_userdata);
	json_object_array_put_idx(array, json_object_array_length(array) - 1, packed);
}

void out_up(struct out *out)
{
	const struct out_level *level = out_top(out);
	enum out_kind below;

	assert(out->depth > 0);
	out->depth--;
	if (out->json) {
		pack(out, level->node);
		return;
	}
	below = out_top(out)->kind;
	if (level->kind == OUT_LIST && !level->filled)
		fputs("none", out->file);
	if (level->kind == OUT_TABLE)
		end_table(out);
	else if (level->kind == OUT_LINE && below != OUT_TOP)
		fputc(')', out->file);
	else if (level->kind == OUT_LINE || (level->kind == OUT_LIST && below == OUT_TOP))
		fputc('\n', out->file);
}

void out_table(struct out *out, const char *key, const struct table_column *columns)
{
	struct json_object *here = out_top(out)->node;

	if (out->json && key) {
		open_json(out, key, json_object_new_array());
		return;
	}
	if (out->json) {
		push(out, OUT_TOP, key)->node = here;
		return;
	}
	out->table = table_new(columns);
	if (!out->table)
		out_failed(out, -ENOMEM);
	push(out, OUT_TABLE, key);
}

void out_row(struct out *out, const char *key)
{
	if (out->json) {
		open_json(out, key, json_object_new_object());
		return;
	}
	if (out->table && table_row(out->table)) {
		out_failed(out, -ENOMEM);
		table_free(out->table);
		out->table = NULL;
	}
	push(out, OUT_ROW, key);
}
