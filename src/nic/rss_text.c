// SPDX-License-Identifier: GPL-2.0-only
// Hash keys and indirection tables as text.
#include "nic/rss_text.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 4096 };

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int rss_key_parse(const char *text, uint8_t key[RSS_KEY_MAX])
{
	uint8_t bytes[RSS_KEY_MAX];
	int n = 0;

	while (*text) {
		int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);

		if (low < 0)
			return -EINVAL;
		if (n == RSS_KEY_MAX)
			return -E2BIG;
		bytes[n++] = (uint8_t)(high << 4 | low);
		text += 2;
		if (*text == ':' && !*++text)
			return -EINVAL;
	}
	if (!n)
		return -EINVAL;
	memcpy(key, bytes, (size_t)n);
	return n;
}

/* Entries of a line; one that begins "16:" goes on with entry 16. */
static int read_entries(char *line, struct indir *table)
{
	char *rest = NULL, *token = strtok_r(line, " \t\r\n", &rest), *end;
	bool first = true;

	for (; token; token = strtok_r(NULL, " \t\r\n", &rest), first = false) {
		unsigned long value;

		if (!isdigit((unsigned char)*token))
			return -EINVAL;
		value = strtoul(token, &end, 10);
		if (first && !strcmp(end, ":")) {
			if (value != table->size)
				return -EINVAL;
			continue;
		}
		if (*end || value > UINT16_MAX)
			return -EINVAL;
		if (table->size == INDIR_SIZE_MAX)
			return -E2BIG;
		table->entry[table->size++] = (__u16)value;
	}
	return 0;
}

static int read_key(char *line, struct rss_text *out)
{
	int n;

	line[strcspn(line, "\r\n")] = 0;
	if (strstr(line, "not supported"))
		return 0;
	n = rss_key_parse(line, out->key);
	if (n < 0)
		return n;
	out->key_len = (size_t)n;
	return 0;
}

/* What comes behind the table in `ethtool -x`, a title at the start of each part. */
enum part { PART_TABLE, PART_KEY, PART_REST };

static enum part part_of(const char *line, enum part now)
{
	if (!strncmp(line, "RX flow hash indirection table", 30))
		return PART_TABLE;
	if (!strncmp(line, "RSS hash key:", 13))
		return PART_KEY;
	return strncmp(line, "RSS ", 4) ? now : PART_REST;
}

int rss_text_read(FILE *file, struct rss_text *out, unsigned int *at)
{
	enum part part = PART_TABLE;
	char line[LINE];
	int err = 0;

	memset(out, 0, sizeof(*out));
	*at = 0;
	errno = 0;
	while (!err && fgets(line, sizeof(line), file)) {
		enum part now;

		++*at;
		if (!strchr(line, '\n') && !feof(file))
			return -EINVAL;
		line[strcspn(line, "#")] = 0;
		now = part_of(line, part);
		if (now != part || !strncmp(line, "R", 1)) {
			part = now;
			continue;
		}
		if (part == PART_TABLE)
			err = read_entries(line, &out->table);
		else if (part == PART_KEY && !out->key_len)
			err = read_key(line, out);
	}
	if (!err && ferror(file))
		err = errno ? -errno : -EIO;
	return !err && !out->table.size ? -EINVAL : err;
}
