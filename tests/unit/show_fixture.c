// SPDX-License-Identifier: GPL-2.0-only
// What `show` prints of a snapshot, as text and as JSON.
#include "show_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include "printed.h"

char *print_to(struct snapshot *s, bool json, struct show_view view, bool terminal)
{
	struct bar_style style = {.fill = terminal};
	struct printed printed;

	printed_begin(&printed, json);
	out_set_style(printed.out, &style);
	show_print(printed.out, s, &view);
	return printed_end(&printed);
}

char *print(struct snapshot *s, bool json, struct show_view view)
{
	return print_to(s, json, view, false);
}

struct json_object *print_json(struct snapshot *s)
{
	struct show_view view = {.interfaces = s->interfaces};
	char *text = print(s, true, view);
	struct json_object *root = json_tokener_parse(text);

	assert_non_null(root);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);
	return root;
}

struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no key \"%s\" in %s", key, json_object_to_json_string(object));
	return value;
}

void has(struct json_object *object, const char *types, ...)
{
	va_list keys;

	va_start(keys, types);
	for (; *types; types++) {
		const char *key = va_arg(keys, const char *);
		struct json_object *value = member(object, key);
		static const char letters[] = {
			[json_type_null] = 'n',	  [json_type_boolean] = 'b',
			[json_type_double] = 'd', [json_type_int] = 'i',
			[json_type_object] = 'o', [json_type_array] = 'a',
			[json_type_string] = 's',
		};

		if (letters[json_object_get_type(value)] != *types)
			fail_msg("\"%s\" is %s, not %c", key, json_object_to_json_string(value),
				 *types);
	}
	va_end(keys);
}

void has_string(struct json_object *object, const char *key, const char *value)
{
	assert_string_equal(json_object_get_string(member(object, key)), value);
}

void has_int(struct json_object *object, const char *key, int64_t value)
{
	assert_int_equal(json_object_get_int64(member(object, key)), value);
}

void has_counts(struct json_object *object, const char *key, int64_t packets, int64_t bytes)
{
	struct json_object *counts = member(object, key);

	has(counts, "ii", "packets", "bytes");
	has_int(counts, "packets", packets);
	has_int(counts, "bytes", bytes);
}
