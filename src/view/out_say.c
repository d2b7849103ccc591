// SPDX-License-Identifier: GPL-2.0-only
// Sentences: lines of text, and warnings, which JSON has too.
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "view/human.h"
#include "view/out_impl.h"
#include "view/wrap.h"

/* The sentence, to be freed; NULL: no memory, which is kept. */
static char *__attribute__((format(printf, 2, 0)))
sentence(struct out *out, const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) >= 0)
		return human_clean(text);
	out_failed(out, -ENOMEM);
	return NULL;
}

static void __attribute__((format(printf, 4, 0)))
say(struct out *out, const char *before, bool fill, const char *format, va_list args)
{
	char *text = out->json ? NULL : sentence(out, format, args);

	if (!text)
		return;
	out_begin(out);
	fputs(before, out->file);
	if (fill)
		wrap(text, (unsigned int)strlen(before), out->file);
	else
		fprintf(out->file, "%s\n", text);
	free(text);
}

void out_say(struct out *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(out, "", out->style.fill, format, args);
	va_end(args);
}

void out_item(struct out *out, const char *mark, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(out, mark, out->style.fill, format, args);
	va_end(args);
}

void out_line(struct out *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(out, "", false, format, args);
	va_end(args);
}

void out_gap(struct out *out)
{
	out->gap = true;
}

static void __attribute__((format(printf, 2, 0)))
warn_json(struct out *out, const char *format, va_list args)
{
	struct json_object *list = out_warnings(out->level[0].node);
	char *text = sentence(out, format, args);
	struct json_object *value = text ? json_object_new_string(text) : NULL;

	free(text);
	if (!list || !value || json_object_array_add(list, value)) {
		json_object_put(value);
		out_failed(out, -ENOMEM);
	}
}

void out_warn(struct out *out, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (out->json)
		warn_json(out, format, args);
	else
		say(out, "warning: ", out->style.fill, format, args);
	va_end(args);
}
