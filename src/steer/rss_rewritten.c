// SPDX-License-Identifier: GPL-2.0-only
// What of a NIC's hashing was rewritten.
#include "steer/rss_rewritten.h"

#include <stdio.h>
#include <string.h>

static void add(char *what, size_t size, const char *part)
{
	size_t n = strlen(what);

	snprintf(what + n, size - n, "%s%s", n ? ", " : "", part);
}

static bool same_table(const struct indir *a, const struct indir *b)
{
	return a->size == b->size && !memcmp(a->entry, b->entry, a->size * sizeof(a->entry[0]));
}

static bool same_key(const struct claims *a, const struct claims *b)
{
	return a->key_known == b->key_known && a->key_size == b->key_size &&
	       !memcmp(a->key, b->key, sizeof(a->key));
}

/* What is refused is no fields; that it is refused with another errno is nothing. */
static void add_fields(char *what, size_t size, const struct claims_fields *was,
		       const struct claims_fields *is)
{
	char part[128], before[32], after[32];

	if (was->err ? is->err : !is->err && was->fields == is->fields)
		return;
	snprintf(part, sizeof(part), "the hash fields of %s (%s -> %s)", was->name,
		 claims_fields_words(was, before), claims_fields_words(is, after));
	add(what, size, part);
}

bool rss_rewritten(const struct claims *was, const struct claims *is, char *what, size_t size)
{
	what[0] = '\0';
	if (!same_table(&was->table, &is->table))
		add(what, size, "the indirection table");
	if (!same_key(was, is))
		add(what, size, "the hash key");
	if (was->hfunc != is->hfunc || was->input_xfrm != is->input_xfrm)
		add(what, size, "the hash function");
	for (int i = 0; i < CLAIMS_FLOWS; i++)
		add_fields(what, size, &was->fields[i], &is->fields[i]);
	return what[0];
}
