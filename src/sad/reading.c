// SPDX-License-Identifier: GPL-2.0-only
// The lifetime counters of all inbound SAs at one time, and what they carried between two.
#include "sad/reading.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What tells SAs apart (sad/sad.h). */
static int compare(const void *left, const void *right)
{
	const struct sa *a = left, *b = right;
	int ids = memcmp(&a->id, &b->id, sizeof(a->id));

	if (ids)
		return ids;
	if (a->mark_value != b->mark_value)
		return a->mark_value < b->mark_value ? -1 : 1;
	if (a->mark_mask != b->mark_mask)
		return a->mark_mask < b->mark_mask ? -1 : 1;
	return a->if_id < b->if_id ? -1 : a->if_id > b->if_id;
}

static int append(void *arg, const struct sa *sa)
{
	struct sad_reading *reading = arg;

	reading->sa[reading->count++] = *sa;
	return 0;
}

int sad_reading_take(const struct sad *sad, struct sad_reading *out)
{
	out->count = 0;
	out->sa = calloc(sad_count(sad) + 1, sizeof(*out->sa));
	if (!out->sa)
		return -ENOMEM;
	sad_each(sad, append, out);
	qsort(out->sa, out->count, sizeof(*out->sa), compare);
	return 0;
}

void sad_reading_free(struct sad_reading *reading)
{
	free(reading->sa);
	*reading = (struct sad_reading){0};
}

void sad_reading_since(struct sad_reading *now, const struct sad_reading *then)
{
	for (size_t i = 0; i < now->count; i++) {
		struct sa *sa = &now->sa[i];
		const struct sa *was =
			then->count ? bsearch(sa, then->sa, then->count, sizeof(*sa), compare)
				    : NULL;

		if (!was || was->packets > sa->packets || was->bytes > sa->bytes)
			continue;
		sa->packets -= was->packets;
		sa->bytes -= was->bytes;
	}
}
