// SPDX-License-Identifier: GPL-2.0-only
// A report of inspect --report, read again.
#include "cmd/report_read.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nic/measured.h"
#include "nic/rss_text.h"
#include "text/because.h"
#include "text/mistake.h"

enum { FILE_MOST = 1 << 20 };

/* A member of that type; NULL: it is null, or the object is missing already. After a mistake all
 * reads as nothing. */
static struct json_object *member(struct first_mistake *r, struct json_object *o, const char *key,
				  enum json_type type)
{
	struct json_object *value = NULL;

	if (!o)
		return NULL;
	if (!json_object_object_get_ex(o, key, &value))
		mistake(r, -EBADMSG, "\"%s\" is missing", key);
	else if (value && !json_object_is_type(value, type))
		mistake(r, -EBADMSG, "\"%s\" is no %s", key, json_type_to_name(type));
	else
		return value;
	return NULL;
}

/* The same, and it must not be null. */
static struct json_object *must(struct first_mistake *r, struct json_object *o, const char *key,
				enum json_type type)
{
	struct json_object *value = member(r, o, key, type);

	if (!value)
		mistake(r, -EBADMSG, "\"%s\" is null", key);
	return value;
}

static uint64_t number_of(struct first_mistake *r, struct json_object *value, const char *key,
			  int64_t most)
{
	int64_t number = value ? json_object_get_int64(value) : 0;

	if (value && !json_object_is_type(value, json_type_int))
		mistake(r, -EBADMSG, "\"%s\" holds what is no number", key);
	else if (number < 0 || number > most)
		mistake(r, -EBADMSG, "\"%s\": %" PRId64 " is not in 0 to %" PRId64, key, number,
			most);
	return r->err ? 0 : (uint64_t)number;
}

static uint64_t number(struct first_mistake *r, struct json_object *o, const char *key,
		       int64_t most)
{
	return number_of(r, must(r, o, key, json_type_int), key, most);
}

static bool flag(struct first_mistake *r, struct json_object *o, const char *key)
{
	struct json_object *value = o ? must(r, o, key, json_type_boolean) : NULL;

	return value && json_object_get_boolean(value);
}

/* Null is "". What is too long is cut: it is for people. */
static void text(struct first_mistake *r, struct json_object *o, const char *key, char *out,
		 size_t size)
{
	struct json_object *value = member(r, o, key, json_type_string);

	snprintf(out, size, "%s", value ? json_object_get_string(value) : "");
	for (char *c = out; *c; c++)
		if ((unsigned char)*c < ' ' || (unsigned char)*c >= 0x7f)
			*c = '?'; /* it is printed on terminals */
}

/* One of these words, or null: its index, or -1. */
static int word(struct first_mistake *r, struct json_object *o, const char *key,
		const char *const words[], int n)
{
	struct json_object *value = member(r, o, key, json_type_string);
	int i = 0;

	if (!value)
		return -1;
	while (i < n && strcmp(words[i], json_object_get_string(value)))
		i++;
	if (i == n)
		mistake(r, -EBADMSG, "\"%s\" is none of the words that it may be", key);
	return i < n ? i : -1;
}

static int read_errno(struct first_mistake *r, struct json_object *o, const char *key)
{
	struct json_object *value = member(r, o, key, json_type_string);
	int err = value ? claims_errno_parse(json_object_get_string(value)) : 0;

	if (value && !err)
		mistake(r, -EBADMSG, "\"%s\" is no errno", key);
	return err;
}

/* "0x%08x", as this program writes it. */
static uint32_t hexadecimal(struct first_mistake *r, struct json_object *value, const char *key)
{
	const char *said = value ? json_object_get_string(value) : "";

	if (value && (strlen(said) != 10 || memcmp(said, "0x", 2) ||
		      strspn(said + 2, "0123456789abcdef") != 8))
		mistake(r, -EBADMSG, "\"%s\" is no number like 0x0123abcd", key);
	return value && !r->err ? (uint32_t)strtoul(said, NULL, 16) : 0;
}

static void read_fields(struct first_mistake *r, struct json_object *claim, struct claims *out)
{
	struct json_object *fields = must(r, claim, "fields", json_type_object);

	for (int i = 0; i < CLAIMS_FLOWS; i++) {
		struct claims_fields *f = &out->fields[i];
		struct json_object *value = must(r, fields, f->name, json_type_string);

		if (value && claims_fields_parse(json_object_get_string(value), f))
			mistake(r, -EBADMSG, "\"%s\" holds no hash fields", f->name);
	}
}

static void read_claim(struct first_mistake *r, struct json_object *claim, struct claims *out)
{
	int function = word(r, claim, "function", claims_functions, CLAIMS_FUNCTIONS);
	int symmetric = word(r, claim, "symmetric", claims_symmetries, CLAIMS_SYMMETRIES);

	text(r, claim, "version", out->version, sizeof(out->version));
	text(r, claim, "firmware", out->firmware, sizeof(out->firmware));
	text(r, claim, "package", out->package, sizeof(out->package));
	out->channels = (uint32_t)number(r, claim, "queues", UINT16_MAX);
	out->max_channels = (uint32_t)number(r, claim, "queues_max", UINT16_MAX);
	out->channels_err = read_errno(r, claim, "queues_error");
	out->table_size = (uint32_t)number(r, claim, "table", UINT32_MAX);
	out->key_size = (uint32_t)number(r, claim, "key", UINT32_MAX);
	out->hfunc = function < 0 ? 0 : (uint8_t)(1 << function);
	out->input_xfrm = symmetric < 0 ? 0 : (uint8_t)symmetric;
	out->rss_err = read_errno(r, claim, "table_error");
	out->rules = (uint32_t)number(r, claim, "rules", UINT32_MAX);
	out->max_rules = (uint32_t)number(r, claim, "rules_max", UINT32_MAX);
	out->rules_err = read_errno(r, claim, "rules_error");
	read_fields(r, claim, out);
}

/* The key and the table, as long as the claim says or not there. */
static void read_table(struct first_mistake *r, struct json_object *report, struct claims *out)
{
	struct json_object *key = member(r, report, "key", json_type_string);
	struct json_object *table = must(r, report, "table", json_type_array);
	size_t entries = table ? json_object_array_length(table) : 0;
	uint8_t bytes[RSS_KEY_MAX];
	int n = key ? rss_key_parse(json_object_get_string(key), bytes) : 0;

	if (n < 0 || (n && (uint32_t)n != out->key_size))
		mistake(r, -EBADMSG, "\"key\" is no key of %u bytes", out->key_size);
	else
		memcpy(out->key, bytes, (size_t)n);
	out->key_known = n > 0;
	if (entries && (entries != out->table_size || entries > INDIR_SIZE_MAX))
		mistake(r, -EBADMSG, "\"table\" has %zu entries, not %u", entries, out->table_size);
	if (r->err)
		return;
	out->table.size = (uint32_t)entries;
	for (size_t i = 0; i < entries; i++)
		out->table.entry[i] = (uint16_t)number_of(r, json_object_array_get_idx(table, i),
							  "table", UINT16_MAX);
}

static void read_sample(struct first_mistake *r, struct json_object *sample,
			struct model_sample *out)
{
	struct json_object *kind = must(r, sample, "kind", json_type_string);
	struct json_object *hash = member(r, sample, "hash_difference", json_type_string);
	struct json_object *queue = member(r, sample, "queue", json_type_int);
	struct json_object *spi = must(r, sample, "spi_difference", json_type_string);

	*out = (struct model_sample){
		.pair = (uint32_t)number(r, sample, "pair", REPORT_SAMPLES),
		.family = (uint8_t)number(r, sample, "family", 6),
		.kind = kind ? measured_kind(json_object_get_string(kind)) : 0,
		.hashed = hash,
		.queue = (uint16_t)number_of(r, queue, "queue", MEASURE_NO_QUEUE - 1),
		.spi = hexadecimal(r, spi, "spi_difference"),
		.hash = hexadecimal(r, hash, "hash_difference"),
		.packets = number(r, sample, "packets", 1ll << 50),
	};
	if (!queue)
		out->queue = MEASURE_NO_QUEUE;
	if (!out->kind)
		mistake(r, -EBADMSG, "a sample of a kind that is none");
	if (out->family != 4 && out->family != 6)
		mistake(r, -EBADMSG, "a sample of family %u", out->family);
}

static void read_samples(struct first_mistake *r, struct json_object *report, struct report *out)
{
	struct json_object *samples = must(r, report, "samples", json_type_array);
	size_t n = samples ? json_object_array_length(samples) : 0;

	if (n > REPORT_SAMPLES)
		mistake(r, -EBADMSG, "\"samples\" are more than %d", REPORT_SAMPLES);
	if (r->err || !n)
		return;
	out->sample = calloc(n, sizeof(*out->sample));
	if (!out->sample) {
		r->err = -ENOMEM;
		snprintf(r->why, r->size, "no memory");
		return;
	}
	for (size_t i = 0; i < n && !r->err; i++) {
		struct json_object *sample = json_object_array_get_idx(samples, i);

		if (json_object_is_type(sample, json_type_object))
			read_sample(r, sample, &out->sample[out->n++]);
		else
			mistake(r, -EBADMSG, "\"samples\" holds what is no object");
	}
}

static void read_all(struct first_mistake *r, struct json_object *root, struct report *out)
{
	struct json_object *report, *measurement;

	if (!json_object_is_type(root, json_type_object)) {
		mistake(r, -EBADMSG, "no JSON object");
		return;
	}
	if (number(r, root, "version", INT32_MAX) != 1)
		mistake(r, -EBADMSG, "not of version 1");
	report = must(r, root, "report", json_type_object);
	measurement = member(r, root, "measurement", json_type_object);
	text(r, root, "driver", out->claims.driver, sizeof(out->claims.driver));
	text(r, report, "kernel", out->kernel, sizeof(out->kernel));
	read_claim(r, must(r, root, "claim", json_type_object), &out->claims);
	read_table(r, report, &out->claims);
	out->by_cpu = flag(r, measurement, "by_cpu");
	out->hashes_of_nic = flag(r, measurement, "hashes_of_nic");
	read_samples(r, report, out);
}

int report_parse(const char *bytes, size_t len, struct report *out, char *why, size_t size)
{
	struct first_mistake r = {.why = why, .size = size};
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *root;

	memset(out, 0, sizeof(*out));
	claims_ask_nothing(&out->claims);
	if (!tokener)
		return because(-ENOMEM, why, size, "no memory");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	root = json_tokener_parse_ex(tokener, bytes, (int)len);
	if (json_tokener_get_error(tokener) == json_tokener_success)
		read_all(&r, root, out);
	else
		mistake(&r, -EBADMSG, "not whole JSON");
	json_object_put(root);
	json_tokener_free(tokener);
	return r.err;
}

int report_read(const char *path, struct report *out, char *why, size_t size)
{
	char *bytes = malloc(FILE_MOST + 1);
	FILE *file = bytes ? fopen(path, "re") : NULL;
	int err = !bytes ? -ENOMEM : !file ? -errno : 0;
	size_t len = 0;

	memset(out, 0, sizeof(*out));
	if (file) {
		len = fread(bytes, 1, FILE_MOST + 1, file);
		err = ferror(file) ? -errno : len > FILE_MOST ? -EFBIG : 0;
		fclose(file);
	}
	if (err)
		snprintf(why, size, "%s", strerror(-err));
	else
		err = report_parse(bytes, len, out, why, size);
	free(bytes);
	return err;
}

void report_free(struct report *report)
{
	free(report->sample);
	*report = (struct report){0};
}
