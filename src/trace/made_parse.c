// SPDX-License-Identifier: GPL-2.0-only
// The options of made-up traffic, from a line of words.
#include "trace/made.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "text/because.h"
#include "text/number.h"

enum { VALUE_MAX = 32 }; /* no value is as long */

/* A number, a real number, or one of some words that stand for 0, 1, 2. */
struct made_key {
	const char *name;
	enum { KEY_U32, KEY_U64, KEY_REAL, KEY_CHOICE } type;
	size_t offset;
	__u64 least, most;
	const char *choices[4];
	const char *what; /* a value must be */
};

#define AT(member) offsetof(struct made, member)

static const struct made_key keys[] = {
	{"sas", KEY_U32, AT(sas), 1, 1000000, {NULL}, "1 to 1000000"},
	{"pairs", KEY_U32, AT(pairs), 1, 1000000, {NULL}, "1 to 1000000"},
	{"zipf", KEY_REAL, AT(zipf), 0, 5, {NULL}, "0 to 5"},
	{"size", KEY_U32, AT(size), 64, 65535, {"imix"}, "imix or 64 to 65535"},
	{"encap", KEY_CHOICE, AT(encap), 0, 0, {"none", "udp", "mix"}, "none, udp or mix"},
	{"ip", KEY_CHOICE, AT(ip), 0, 0, {"4", "6", "mix"}, "4, 6 or mix"},
	{"seed", KEY_U64, AT(seed), 0, UINT64_MAX, {NULL}, "0 or more"},
	{"packets", KEY_U64, AT(packets), 1, 1000000000000, {NULL}, "1 to 1000000000000"},
	{"rate", KEY_U64, AT(rate), 1, 1000000000, {NULL}, "1 to 1000000000 a second"},
};

enum { KEYS = sizeof(keys) / sizeof(*keys) };

static const struct made_key *find_key(const char *name, size_t length)
{
	for (size_t i = 0; i < KEYS; i++)
		if (strlen(keys[i].name) == length && strncmp(keys[i].name, name, length) == 0)
			return &keys[i];
	return NULL;
}

static bool set_number(const struct made_key *key, const char *text, void *member)
{
	uint64_t value;

	if (!number_unsigned(text, key->least, key->most, &value))
		return false;
	if (key->type == KEY_U64)
		*(__u64 *)member = value;
	else
		*(__u32 *)member = (__u32)value;
	return true;
}

static bool set_value(const struct made_key *key, const char *text, struct made *made)
{
	void *member = (char *)made + key->offset;

	for (__u32 i = 0; i < 4 && key->choices[i]; i++) {
		if (strcmp(key->choices[i], text) == 0) {
			*(__u32 *)member = i;
			return true;
		}
	}
	if (key->type == KEY_CHOICE)
		return false;
	return key->type == KEY_REAL ? number_real(text, (double)key->least, (double)key->most, member)
				     : set_number(key, text, member);
}

static int unknown(const char *word, size_t length, char *why, size_t size)
{
	int n = snprintf(why, size, "%.*s: not one of", (int)length, word);

	for (size_t i = 0; i < KEYS && n > 0 && (size_t)n < size; i++)
		n += snprintf(why + n, size - (size_t)n, "%s %s=", i ? "," : "", keys[i].name);
	return -EINVAL;
}

static int parse_word(const char *word, size_t length, struct made *made, char *why, size_t size)
{
	size_t name = strcspn(word, "=");
	const struct made_key *key = name < length ? find_key(word, name) : NULL;
	char value[VALUE_MAX];
	int n;

	if (!key)
		return unknown(word, name < length ? name : length, why, size);
	n = snprintf(value, sizeof(value), "%.*s", (int)(length - name - 1), word + name + 1);
	if (n < VALUE_MAX && set_value(key, value, made))
		return 0;
	return because(-EINVAL, why, size, "%s=%s: not %s", key->name, value, key->what);
}

int made_parse(const char *text, struct made *made, char *why, size_t size)
{
	struct made read = *made;
	size_t length;
	int err;

	for (;; text += length + 1) {
		length = strcspn(text, ",");
		err = parse_word(text, length, &read, why, size);
		if (err)
			return err;
		if (!text[length])
			break;
	}
	*made = read;
	return 0;
}
