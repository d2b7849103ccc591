// SPDX-License-Identifier: GPL-2.0-only
// What a NIC does by itself, and taking turns: placements that know of no load.
#include <stdlib.h>
#include "balance_policy.h"
#include "core/indir.h"

/* Entries of the NIC's indirection table, as with many drivers. */
enum { TABLE = 128 };

struct rss {
	struct toeplitz toeplitz;
	struct indir table;
};

static int rss_open(struct placement *p)
{
	struct rss *rss = calloc(1, sizeof(*rss));

	if (!rss)
		return -ENOMEM;
	policy_hash_key(&rss->toeplitz);
	indir_fill(&rss->table, TABLE, (uint32_t)p->cpus);
	p->state = rss;
	return 0;
}

static int arrive_by_spi(struct placement *p, const struct trace *trace, size_t sa)
{
	const struct rss *rss = p->state;

	return indir_pick(&rss->table, policy_hash(&rss->toeplitz, &trace->sa[sa], true));
}

static int arrive_by_addresses(struct placement *p, const struct trace *trace, size_t sa)
{
	const struct rss *rss = p->state;

	return indir_pick(&rss->table, policy_hash(&rss->toeplitz, &trace->sa[sa], false));
}

const struct policy policy_rss_spi = {"rss-spi", 0, rss_open, policy_free, arrive_by_spi, NULL};
const struct policy policy_rss_addresses = {"rss-addresses",	 0,   rss_open, policy_free,
					    arrive_by_addresses, NULL};

static int turn_open(struct placement *p)
{
	p->state = calloc(1, sizeof(size_t));
	return p->state ? 0 : -ENOMEM;
}

static int arrive_in_turn(struct placement *p, const struct trace *trace, size_t sa)
{
	size_t *turn = p->state;

	return (int)((*turn)++ % p->cpus);
}

const struct policy policy_round_robin = {"round-robin",  0,   turn_open, policy_free,
					  arrive_in_turn, NULL};
