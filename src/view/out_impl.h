/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands open in a printer, and how a value gets there. Inner to view/out.h. */
#ifndef VIEW_OUT_IMPL_H
#define VIEW_OUT_IMPL_H

#include <json-c/json.h>
#include "view/out.h"

enum { OUT_DEPTH = 8 };

enum out_kind {
	OUT_TOP,
	OUT_LINE, /* an object outside of tables */
	OUT_LIST, /* an array outside of tables */
	OUT_TABLE,
	OUT_ROW,
	OUT_CELL, /* an object in a row: its fields are "key.field" */
};

struct out_level {
	enum out_kind kind;
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
	struct out_level level[OUT_DEPTH];
};

/* Keeps the first error. */
static inline void out_failed(struct out *out, int err)
{
	if (!out->err)
		out->err = err;
}

static inline struct out_level *out_top(struct out *out)
{
	return &out->level[out->depth];
}

/* Text: prints what is owed before anything else is. */
void out_begin(struct out *out);

/* Text: a key as words; and what stands before a field of a line, a list or neither. */
void out_put_key(struct out *out, const char *key);
void out_put_lead(struct out *out, const char *key);

/* Text: a field; in a table that is a cell. */
void out_put_text(struct out *out, const char *key, const char *text);
void out_put_cell(struct out *out, const char *key, const char *text);

/* JSON: puts a value into the object or array that is open; it is taken over. NULL is no memory. */
void out_put_node(struct out *out, const char *key, struct json_object *value);

/* The array "warnings" of an object, made if it is not there; NULL: no memory. */
struct json_object *out_warnings(struct json_object *root);

#endif
