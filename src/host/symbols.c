// SPDX-License-Identifier: GPL-2.0-only
// Functions of the kernel by name: "ADDRESS TYPE NAME [MODULE]", in no order as a whole.
#include "host/symbols.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct starts {
	uint64_t *at;
	size_t n, room;
};

static int add_start(struct starts *starts, uint64_t at)
{
	uint64_t *grown;

	if (starts->n == starts->room) {
		starts->room = starts->room ? 2 * starts->room : 1 << 17;
		grown = reallocarray(starts->at, starts->room, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		starts->at = grown;
	}
	starts->at[starts->n++] = at;
	return 0;
}

/* The index of the name, or @n. */
static size_t name_of(const char *symbol, const char *const *names, size_t n)
{
	size_t length = strcspn(symbol, ".");

	for (size_t i = 0; i < n; i++)
		if (!strncmp(names[i], symbol, length) && !names[i][length])
			return i;
	return n;
}

/* A line of a function; false: of something else. */
static bool parse(const char *line, uint64_t *at, char name[128])
{
	char module[64] = "", type;

	if (sscanf(line, "%" SCNx64 " %c %127s [%63[^]]", at, &type, name, module) < 3)
		return false;
	return strchr("tTwW", type) && strcmp(module, "bpf") != 0;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static uint32_t size_at(const struct starts *starts, uint64_t at)
{
	size_t low = 0, high = starts->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (starts->at[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	if (low == starts->n || starts->at[low] - at > UINT32_MAX)
		return 0;
	return (uint32_t)(starts->at[low] - at);
}

static int read_all(FILE *file, const char *const *names, size_t n, struct symbol *out, size_t room,
		    struct starts *starts)
{
	size_t found = 0;
	char line[512], name[128];
	uint64_t at;
	int err = 0;

	while (!err && fgets(line, sizeof(line), file)) {
		size_t index;

		if (!parse(line, &at, name))
			continue;
		if (!at)
			return -EACCES;
		err = add_start(starts, at);
		index = name_of(name, names, n);
		if (index < n && found < room)
			out[found++] = (struct symbol){.name = index, .start = at};
	}
	return err ?: (int)found;
}

int symbols_find(const char *path, const char *const *names, size_t n, struct symbol *out,
		 size_t room)
{
	struct starts starts = {0};
	FILE *file = fopen(path, "re");
	int found;

	if (!file)
		return -errno;
	found = read_all(file, names, n, out, room, &starts);
	fclose(file);
	if (found > 0)
		qsort(starts.at, starts.n, sizeof(*starts.at), compare);
	for (int i = 0; i < found; i++)
		out[i].size = size_at(&starts, out[i].start);
	free(starts.at);
	return found;
}
