// SPDX-License-Identifier: GPL-2.0-only
// Bytes as people write them.
#include "text/hex.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>

char *hex_print(const uint8_t *bytes, size_t n, char *text)
{
	text[0] = 0;
	for (size_t i = 0; i < n; i++)
		sprintf(text + (i ? 3 * i - 1 : 0), i ? ":%02x" : "%02x", bytes[i]);
	return text;
}

int hex_parse(const char *text, uint8_t *bytes, size_t most)
{
	for (size_t n = 0;; text += 3) {
		unsigned int byte;

		if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]) ||
		    sscanf(text, "%2x", &byte) != 1)
			return -EINVAL;
		if (n == most)
			return -E2BIG;
		bytes[n++] = (uint8_t)byte;
		if (!text[2])
			return (int)n;
		if (text[2] != ':')
			return -EINVAL;
	}
}
