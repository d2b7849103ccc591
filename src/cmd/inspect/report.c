// SPDX-License-Identifier: GPL-2.0-only
// inspect --report: facts of a NIC to send back.
#include "cmd/inspect/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/utsname.h>
#include "cmd/report_read.h"
#include "host/file.h"

/* The hash of an entry's first packet that had one; 0: none had. */
static uint32_t hash_of(const struct measured_entry *entry)
{
	for (unsigned int i = 0; i < measured_samples(entry); i++)
		if (entry->value.hash[i])
			return entry->value.hash[i];
	return 0;
}

static void print_sample(struct out *out, const struct measured_entry *entry,
			 const struct measured_entry *first, size_t pair)
{
	uint32_t hash = hash_of(entry), base = hash_of(first);
	char text[16];

	out_object(out, NULL);
	out_number(out, "pair", (int64_t)pair);
	out_number(out, "family", entry->key.family);
	out_string(out, "kind", measured_kind_word(entry->key.kind));
	out_spi(out, "spi_difference", entry->key.spi ^ first->key.spi);
	snprintf(text, sizeof(text), "0x%08x", hash ^ base);
	out_string(out, "hash_difference", hash && base ? text : NULL);
	out_number_or_null(out, "queue",
			   entry->key.queue == MEASURE_NO_QUEUE ? -1 : entry->key.queue);
	out_count(out, "packets", entry->value.packets);
	out_up(out);
}

static void print_samples(struct out *out, const struct measured *measured)
{
	const struct measured_entry *first = measured->n ? &measured->entry[0] : NULL;
	size_t pair = 0;

	out_array(out, "samples");
	for (size_t i = 0; i < measured->n && i < REPORT_SAMPLES; i++) {
		if (!measured_same_pair(first, &measured->entry[i])) {
			first = &measured->entry[i];
			pair++;
		}
		print_sample(out, &measured->entry[i], first, pair);
	}
	out_up(out);
}

static void print_table(struct out *out, const struct claims *claims)
{
	char key[3 * CLAIMS_KEY_MAX + 1] = "";

	for (uint32_t i = 0; claims->key_known && i < claims->key_size; i++)
		snprintf(key + (i ? 3 * (size_t)i - 1 : 0), 4, i ? ":%02x" : "%02x",
			 claims->key[i]);
	out_string(out, "key", *key ? key : NULL);
	out_array(out, "table");
	for (uint32_t i = 0; i < claims->table.size; i++)
		out_number(out, NULL, claims->table.entry[i]);
	out_up(out);
}

static int print(FILE *file, const struct inspection *in)
{
	struct out *out = out_new(file, true);
	struct utsname names;

	if (!out)
		return -ENOMEM;
	inspect_print(out, in);
	out_object(out, "report");
	out_string(out, "kernel", uname(&names) ? NULL : names.release);
	out_string(out, "program", ESPALIER_VERSION);
	print_table(out, &in->facts.claims);
	print_samples(out, &in->measured);
	out_up(out);
	return out_close(out);
}

int report_write(const char *path, const struct inspection *in)
{
	FILE *file = file_create(AT_FDCWD, path, 0644);
	int err, bad;

	if (!file)
		return -errno;
	err = print(file, in);
	bad = file_close(file);
	return err ? err : bad;
}
