/* SPDX-License-Identifier: GPL-2.0-only */
/* What `show` prints of a snapshot, as text and as JSON. */
#ifndef TESTS_UNIT_SHOW_FIXTURE_H
#define TESTS_UNIT_SHOW_FIXTURE_H

#include <json-c/json.h>
#include "cmd/show/print.h"

/* As text or JSON, for a terminal or not; to be freed. */
char *print_to(struct snapshot *s, bool json, struct show_view view, bool terminal);
char *print(struct snapshot *s, bool json, struct show_view view);

/* Parsed; to be put. */
struct json_object *print_json(struct snapshot *s);

/* The test fails where there is none. */
struct json_object *member(struct json_object *object, const char *key);

/* Keys with a letter for the type: o object, a array, s string, i integer, d real, b bool, n null.
 */
void has(struct json_object *object, const char *types, ...);
void has_string(struct json_object *object, const char *key, const char *value);
void has_int(struct json_object *object, const char *key, int64_t value);
void has_counts(struct json_object *object, const char *key, int64_t packets, int64_t bytes);

#endif
