// SPDX-License-Identifier: GPL-2.0-only
// Names like one that was mistyped.
#include <stdint.h>
#include <string.h>
#include "text/near.h"

enum { LONGEST = 32 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to put in, leave out, change or swap with the next, to make b of a. */
static size_t distance(const char *a, const char *b)
{
	size_t row[3][LONGEST + 1] = {0};
	size_t n = strlen(a), m = strlen(b);

	for (size_t j = 0; j <= m; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *now = row[i % 3], *last = row[(i - 1) % 3], *before = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			now[j] = least(last[j], now[j - 1]) + 1;
			now[j] = least(now[j], last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return row[n % 3][m];
}

/* How far a name is from what was typed; SIZE_MAX: not near. */
static size_t near_distance(const char *typed, const char *name)
{
	size_t n = strlen(typed), whole = strlen(name), d;

	if (!n || n > LONGEST || whole > LONGEST)
		return SIZE_MAX;
	/* The beginning of a name is near, however much is missing. */
	d = strncmp(typed, name, n) ? distance(typed, name) : 1;
	/* Of a short name little is left after two changes. */
	return d > 2 || 2 * d >= whole ? SIZE_MAX : d;
}

bool near_is(const char *typed, const char *name)
{
	return near_distance(typed, name) != SIZE_MAX;
}

void near_try(struct near *near, const char *name)
{
	size_t d = near_distance(near->typed, name);

	if (d == SIZE_MAX)
		return;
	if (!near->best || d < near->distance) {
		near->best = name;
		near->distance = d;
	}
}
