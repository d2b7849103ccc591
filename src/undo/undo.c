// SPDX-License-Identifier: GPL-2.0-only
// The record of settings that we change: opened, looked through, told of.
#include "undo/impl.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "text/because.h"

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
	if (!undo || !undo->dir_name || !undo->file)
		err = because(-ENOMEM, why, len, "%s; free some memory", strerror(ENOMEM));
	else if (!*file || strchr(file, '/'))
		err = because(-EINVAL, why, len,
			      "%s is no file name; give one without a slash", file);
	else
		err = undo_file_load(undo, why, len);
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

/* What the file holds may hold anything, and a line is one line. */
static void make_plain(char *line)
{
	for (; *line; line++)
		if (iscntrl((unsigned char)*line))
			*line = '?';
}

void undo_say(struct undo *undo, enum undo_outcome outcome, const char *fmt, ...)
{
	char *line = NULL;
	va_list ap;

	if (!undo->say)
		return;
	va_start(ap, fmt);
	if (vasprintf(&line, fmt, ap) >= 0) {
		make_plain(line);
		undo->say(undo->ctx, outcome, line);
		free(line);
	}
	va_end(ap);
}
