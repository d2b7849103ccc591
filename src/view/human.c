// SPDX-License-Identifier: GPL-2.0-only
/* Numbers and words as people read them. */
#include <stdio.h>
#include "view/human.h"

/* Three digits; the prefix is the first with which they round to less than 1000. */
static void scaled(char buf[HUMAN_LEN], uint64_t n, const char *unit)
{
	static const char prefixes[] = "kMGTPE";
	double x = (double)n / 1000;
	size_t i = 0;

	while (x >= 999.5 && i < sizeof(prefixes) - 2) {
		x /= 1000;
		i++;
	}
	snprintf(buf, HUMAN_LEN, "%.*f %c%s",
		 x < 9.995   ? 2
		 : x < 99.95 ? 1
			     : 0,
		 x, prefixes[i], unit);
}

void human_count(char buf[HUMAN_LEN], uint64_t n)
{
	if (n < 10000)
		snprintf(buf, HUMAN_LEN, "%u", (unsigned int)n);
	else
		scaled(buf, n, "");
}

void human_bytes(char buf[HUMAN_LEN], uint64_t n)
{
	if (n < 1000)
		snprintf(buf, HUMAN_LEN, "%u B", (unsigned int)n);
	else
		scaled(buf, n, "B");
}

void human_time(char buf[HUMAN_LEN], double seconds)
{
	if (seconds < 120)
		snprintf(buf, HUMAN_LEN, "%.0f s", seconds);
	else if (seconds < 7200)
		snprintf(buf, HUMAN_LEN, "%.0f min", seconds / 60);
	else if (seconds < 172800)
		snprintf(buf, HUMAN_LEN, "%.0f h", seconds / 3600);
	else
		snprintf(buf, HUMAN_LEN, "%.0f d", seconds / 86400);
}

char *human_clean(char *text)
{
	for (char *c = text; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return text;
}

size_t human_width(const char *text)
{
	size_t width = 0;

	while (*text) {
		if (text[0] == '\033' && text[1] == '[') {
			for (text += 2; *text && (*text < '@' || *text > '~');)
				text++;
			if (*text)
				text++;
			continue;
		}
		/* Bytes 10xxxxxx continue a character. */
		if ((*text++ & 0xc0) != 0x80)
			width++;
	}
	return width;
}
