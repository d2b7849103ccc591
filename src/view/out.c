// SPDX-License-Identifier: GPL-2.0-only
/* One printer for text and JSON. */
#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>
#include "view/human.h"
#include "view/out.h"
#include "view/wrap.h"

enum { DEPTH = 8 };

enum level_kind {
	LEVEL_TOP,
	LEVEL_LINE, /* an object outside of tables */
	LEVEL_LIST, /* an array outside of tables */
	LEVEL_TABLE,
	LEVEL_ROW,
	LEVEL_CELL, /* an object in a row: its fields are "key.field" */
};

struct level {
	enum level_kind kind;
	const char *key;
	bool filled;		  /* something stands in it: the next needs a comma */
	struct json_object *node; /* belongs to the level below; NULL as text */
};

struct out {
	FILE *file;
	bool json, gap, printed;
	int err;
	struct bar_style style;
	struct table *table; /* that is open, as text */
	int depth;
	struct level level[DEPTH];
};

static void failed(struct out *out, int err)
{
	if (!out->err)
		out->err = err;
}

static struct level *top(struct out *out)
{
	return &out->level[out->depth];
}

static struct level *push(struct out *out, enum level_kind kind, const char *key)
{
	assert(out->depth + 1 < DEPTH);
	out->level[++out->depth] = (struct level){.kind = kind, .key = key};
	return top(out);
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

static struct json_object *warnings(struct json_object *root)
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

static void print_json(struct out *out)
{
	struct json_object *root = out->level[0].node;
	const char *text;

	/* The list is always there, so that a reader of the JSON need not ask whether it is. */
	if (json_object_object_get_ex(root, "version", NULL) && !warnings(root))
		failed(out, -ENOMEM);
	text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_NOSLASHESCAPE);
	if (!text)
		failed(out, -ENOMEM);
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
		failed(out, errno ? -errno : -EIO);
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

/* Text: what is owed before anything else is printed. */
static void begin(struct out *out)
{
	if (out->gap && out->printed)
		fputc('\n', out->file);
	out->gap = false;
	out->printed = true;
}

/* A key as words. */
static void words(struct out *out, const char *key)
{
	for (; *key; key++)
		fputc(*key == '_' ? ' ' : *key, out->file);
}

/* Puts a value into the object or array that is open. */
static void put_json(struct out *out, const char *key, struct json_object *value, bool null)
{
	struct json_object *parent = top(out)->node;
	int err;

	if ((!value && !null) || !parent) {
		json_object_put(value);
		failed(out, -ENOMEM);
		return;
	}
	if (json_object_is_type(parent, json_type_array))
		err = json_object_array_add(parent, value);
	else
		err = json_object_object_add(parent, key, value);
	if (err) {
		json_object_put(value);
		failed(out, -ENOMEM);
	}
}

static void put_cell(struct out *out, const char *key, const char *text)
{
	const struct level *level = top(out);
	char path[64];

	if (level->kind == LEVEL_CELL) {
		snprintf(path, sizeof(path), "%s.%s", level->key, key);
		key = path;
	}
	if (out->table && table_cell(out->table, key, text))
		failed(out, -ENOMEM);
}

/* What stands before a field of a line, a list or neither. */
static void put_words(struct out *out, const char *key)
{
	struct level *level = top(out);

	if (level->kind == LEVEL_TOP)
		begin(out);
	if (level->filled)
		fputs(level->kind == LEVEL_LIST ? "," : ", ", out->file);
	level->filled = level->kind != LEVEL_TOP;
	if (key && level->kind != LEVEL_LIST) {
		words(out, key);
		fputc(' ', out->file);
	}
}

static void put_text(struct out *out, const char *key, const char *text)
{
	if (out->table) {
		put_cell(out, key, text);
		return;
	}
	put_words(out, key);
	fputs(text, out->file);
	if (top(out)->kind == LEVEL_TOP)
		fputc('\n', out->file);
}

static void __attribute__((format(printf, 3, 0)))
say(struct out *out, const char *before, const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0) {
		failed(out, -ENOMEM);
		return;
	}
	begin(out);
	fputs(before, out->file);
	human_clean(text);
	if (out->style.fill)
		wrap(text, (unsigned int)strlen(before), out->file);
	else
		fprintf(out->file, "%s\n", text);
	free(text);
}

void out_say(struct out *out, const char *format, ...)
{
	va_list args;

	if (out->json)
		return;
	va_start(args, format);
	say(out, "", format, args);
	va_end(args);
}

void out_item(struct out *out, const char *mark, const char *format, ...)
{
	va_list args;

	if (out->json)
		return;
	va_start(args, format);
	say(out, mark, format, args);
	va_end(args);
}

void out_line(struct out *out, const char *format, ...)
{
	va_list args;
	char *text;
	int length;

	if (out->json)
		return;
	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0) {
		failed(out, -ENOMEM);
		return;
	}
	begin(out);
	fprintf(out->file, "%s\n", human_clean(text));
	free(text);
}

void out_gap(struct out *out)
{
	out->gap = true;
}

static void __attribute__((format(printf, 2, 0)))
warn_json(struct out *out, const char *format, va_list args)
{
	struct json_object *list = warnings(out->level[0].node), *value = NULL;
	char *text;

	if (vasprintf(&text, format, args) >= 0) {
		value = json_object_new_string(human_clean(text));
		free(text);
	}
	if (!list || !value || json_object_array_add(list, value)) {
		json_object_put(value);
		failed(out, -ENOMEM);
	}
}

void out_warn(struct out *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (out->json)
		warn_json(out, format, args);
	else
		say(out, "warning: ", format, args);
	va_end(args);
}

static void open_json(struct out *out, const char *key, struct json_object *value)
{
	put_json(out, key, value, false);
	push(out, LEVEL_TOP, key)->node = out->err ? NULL : value;
}

void out_object(struct out *out, const char *key)
{
	bool within = top(out)->kind != LEVEL_TOP;

	if (out->json) {
		open_json(out, key, json_object_new_object());
		return;
	}
	if (out->table) {
		push(out, LEVEL_CELL, key);
		return;
	}
	put_words(out, NULL);
	words(out, key);
	fputs(within ? " (" : ": ", out->file);
	push(out, LEVEL_LINE, key);
}

void out_array(struct out *out, const char *key)
{
	if (out->json) {
		open_json(out, key, json_object_new_array());
		return;
	}
	put_words(out, key);
	push(out, LEVEL_LIST, key);
}

static void end_table(struct out *out)
{
	if (out->table && table_rows(out->table)) {
		begin(out);
		table_print(out->table, out->style.fill, out->file);
	}
	table_free(out->table);
	out->table = NULL;
}

void out_up(struct out *out)
{
	const struct level *level = top(out);
	enum level_kind below;

	assert(out->depth > 0);
	out->depth--;
	if (out->json)
		return;
	below = top(out)->kind;
	if (level->kind == LEVEL_LIST && !level->filled)
		fputs("none", out->file);
	if (level->kind == LEVEL_TABLE)
		end_table(out);
	else if (level->kind == LEVEL_LINE && below != LEVEL_TOP)
		fputc(')', out->file);
	else if (level->kind == LEVEL_LINE || (level->kind == LEVEL_LIST && below == LEVEL_TOP))
		fputc('\n', out->file);
}

void out_table(struct out *out, const char *key, const struct table_column *columns)
{
	struct json_object *here = top(out)->node;

	if (out->json && key) {
		open_json(out, key, json_object_new_array());
		return;
	}
	if (out->json) {
		push(out, LEVEL_TOP, key)->node = here;
		return;
	}
	out->table = table_new(columns);
	if (!out->table)
		failed(out, -ENOMEM);
	push(out, LEVEL_TABLE, key);
}

void out_row(struct out *out, const char *key)
{
	if (out->json) {
		open_json(out, key, json_object_new_object());
		return;
	}
	if (out->table && table_row(out->table)) {
		failed(out, -ENOMEM);
		table_free(out->table);
		out->table = NULL;
	}
	push(out, LEVEL_ROW, key);
}

void out_string(struct out *out, const char *key, const char *value)
{
	char *text;

	if (!value) {
		out_null(out, key);
		return;
	}
	text = strdup(value);
	if (!text) {
		failed(out, -ENOMEM);
		return;
	}
	human_clean(text);
	if (out->json)
		put_json(out, key, json_object_new_string(text), false);
	else
		put_text(out, key, text);
	free(text);
}

void out_number(struct out *out, const char *key, int64_t value)
{
	char text[HUMAN_LEN];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	if (out->json)
		put_json(out, key, json_object_new_int64(value), false);
	else
		put_text(out, key, text);
}

void out_number_or_null(struct out *out, const char *key, int value)
{
	if (value < 0)
		out_null(out, key);
	else
		out_number(out, key, value);
}

/* An exact number as JSON, `text` as text. */
static void out_exact(struct out *out, const char *key, uint64_t value, const char *text)
{
	if (out->json)
		put_json(out, key, json_object_new_uint64(value), false);
	else
		put_text(out, key, text);
}

void out_count(struct out *out, const char *key, uint64_t value)
{
	char text[HUMAN_LEN];

	human_count(text, value);
	out_exact(out, key, value, text);
}

void out_bytes(struct out *out, const char *key, uint64_t value)
{
	char text[HUMAN_LEN];

	human_bytes(text, value);
	out_exact(out, key, value, text);
}

void out_real(struct out *out, const char *key, double value, int decimals)
{
	char text[HUMAN_LEN];

	if (!isfinite(value)) {
		out_null(out, key);
		return;
	}
	if (out->json) {
		snprintf(text, sizeof(text), "%.4f", value);
		put_json(out, key, json_object_new_double_s(value, text), false);
		return;
	}
	snprintf(text, sizeof(text), "%.*f", decimals, value);
	put_text(out, key, text);
}

void out_spi(struct out *out, const char *key, uint32_t spi)
{
	char text[16];

	snprintf(text, sizeof(text), "0x%08x", spi);
	out_string(out, key, text);
}

void out_share(struct out *out, const char *key, double part)
{
	char text[16];

	if (out->json || !isfinite(part)) {
		out_real(out, key, part, 0);
		return;
	}
	snprintf(text, sizeof(text), part < 0.9995 ? "%.1f%%" : "%.0f%%", 100 * part);
	put_text(out, key, text);
}

void out_bool(struct out *out, const char *key, bool value)
{
	if (out->json)
		put_json(out, key, json_object_new_boolean(value), false);
	else
		put_text(out, key, value ? "yes" : "no");
}

void out_null(struct out *out, const char *key)
{
	if (out->json)
		put_json(out, key, NULL, true);
	else
		put_text(out, key, "-");
}

void out_cell(struct out *out, const char *key, const char *text)
{
	if (!out->json)
		put_cell(out, key, text);
}

void out_bar(struct out *out, const char *key, double share, unsigned int width, enum bar_tone tone)
{
	char bar[BAR_SIZE(200)];

	if (out->json || bar_draw(bar, sizeof(bar), share, width, &out->style, tone) < 0)
		return;
	put_cell(out, key, bar);
}
