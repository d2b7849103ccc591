/* SPDX-License-Identifier: GPL-2.0-only */
/* Hash keys and indirection tables as text: as `ethtool -x` prints them, or by hand. */
#ifndef NIC_RSS_TEXT_H
#define NIC_RSS_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "core/indir.h"

#define RSS_KEY_MAX 64 /* the longest of a driver's that we know has 52 */

struct rss_text {
	struct indir table; /* size 0: there was none */
	uint8_t key[RSS_KEY_MAX];
	size_t key_len; /* 0: there was none */
};

/*
 * A key: pairs of hexadecimal digits, with or without colons between them. Its length in bytes;
 * -EINVAL: it is none; -E2BIG: longer than RSS_KEY_MAX. *key is only written on success.
 */
int rss_key_parse(const char *text, uint8_t key[RSS_KEY_MAX]);

/*
 * Reads a table, and a key if there is one: what `ethtool -x IF` prints, or only the entries'
 * queues, parted by blanks and line ends. `#` starts a comment. 0; -EINVAL: neither, and *line says
 * where; -E2BIG: more than INDIR_SIZE_MAX entries; else of reading.
 */
int rss_text_read(FILE *file, struct rss_text *out, unsigned int *line);

#endif
