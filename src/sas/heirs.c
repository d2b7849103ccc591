// SPDX-License-Identifier: GPL-2.0-only
// One entry for each hash: a rekey that is not recognised costs a move at most.
#include "sas/heirs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "core/random.h"

int heirs_init(struct heirs *heirs, __u32 size)
{
	*heirs = (struct heirs){.size = size};
	heirs->last = calloc(size, sizeof(*heirs->last));
	heirs->before = calloc(size, sizeof(*heirs->before));
	if (heirs->last && heirs->before)
		return 0;
	heirs_free(heirs);
	return -ENOMEM;
}

void heirs_free(struct heirs *heirs)
{
	free(heirs->last);
	free(heirs->before);
	*heirs = (struct heirs){0};
}

static __u32 *last_of(const struct heirs *heirs, const struct sa *sa)
{
	uint64_t hash = random_mix((uint64_t)sa->if_id << 32 | sa->reqid) ^ (uint32_t)sa->pcpu;

	for (int i = 0; i < 4; i++)
		hash = random_mix(hash ^ ((uint64_t)sa->src[i] << 32 | sa->id.dst[i]));
	return &heirs->last[(hash >> 32) * heirs->size >> 32];
}

/* Per-CPU SAs of one tunnel differ by their number alone, and a rekey leaves that too. */
static bool alike(const struct sa_cold *cold, const struct sa *sa)
{
	return cold->reqid == sa->reqid && cold->if_id == sa->if_id &&
	       (int32_t)cold->pcpu == sa->pcpu && cold->family == sa->id.family &&
	       cold->protocol == sa->id.protocol &&
	       !memcmp(cold->src, sa->src, sizeof(cold->src)) &&
	       !memcmp(cold->dst, sa->id.dst, sizeof(cold->dst));
}

int heirs_find(const struct heirs *heirs, const struct table *table, const struct sa *sa)
{
	const struct sa_cold *cold;
	__u32 last;

	if (!heirs->size || !sa->reqid)
		return -1;
	last = *last_of(heirs, sa);
	if (!last || !table_word(table, last - 1))
		return -1;
	cold = table_cold(table, last - 1);
	if (!alike(cold, sa) || cold->load == LOAD_UNKNOWN || !cold->load)
		return -1;
	return (int)last - 1;
}

void heirs_note(struct heirs *heirs, __u32 slot, const struct sa *sa, int before)
{
	if (!heirs->size)
		return;
	*last_of(heirs, sa) = slot + 1;
	heirs->before[slot] = (__u32)(before + 1);
}

int heirs_before(const struct heirs *heirs, __u32 slot)
{
	return heirs->size ? (int)heirs->before[slot] - 1 : -1;
}
