// SPDX-License-Identifier: GPL-2.0-only
// RSS++ as a policy.
#include <stdlib.h>
#include <string.h>
#include "balance_policy.h"
#include "rsspp.h"

/* The table of its authors' experiments; its default of 128 is coarser. */
enum { BUCKETS = 512 };

struct rsspp_state {
	struct rsspp rsspp;
	struct toeplitz toeplitz;
	float load[RSSPP_CORES], packets[RSSPP_BUCKETS]; /* since the last tick: sums over steps */
	unsigned int steps;
};

/*
 * Its shortest period in the experiments is a step, and its longest the same. In the kernel they
 * are 200 ms and a second: it then chooses.
 */
enum { KERNEL_SHORTEST = 2 };

static unsigned int shortest(const struct placement *p)
{
	return p->policy->period > 1 ? KERNEL_SHORTEST : 1;
}

static int rsspp_open(struct placement *p)
{
	struct rsspp_state *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	rsspp_init(&s->rsspp, (int)p->cpus, BUCKETS, p->policy->period / shortest(p));
	policy_hash_key(&s->toeplitz);
	p->state = s;
	return 0;
}

static uint32_t bucket_of(const struct rsspp_state *s, const struct trace *trace, size_t sa)
{
	return policy_hash(&s->toeplitz, &trace->sa[sa], true) & (BUCKETS - 1);
}

static int rsspp_arrive(struct placement *p, const struct trace *trace, size_t sa)
{
	const struct rsspp_state *s = p->state;

	return s->rsspp.core[bucket_of(s, trace, sa)];
}

static void rsspp_step(struct placement *p, const struct trace *trace, const struct seen *seen)
{
	struct rsspp_state *s = p->state;
	double began;

	for (size_t i = 0; i < p->n; i++)
		if (trace->sa[i].here)
			s->packets[bucket_of(s, trace, i)] += (float)seen->sa[i];
	for (size_t c = 0; c < p->cpus; c++)
		s->load[c] += (float)seen->cpu[c];
	if (++s->steps < s->rsspp.period * shortest(p))
		return;
	for (size_t c = 0; c < p->cpus; c++)
		s->load[c] /= (float)s->steps;
	began = policy_clock();
	rsspp_tick(&s->rsspp, s->load, s->packets);
	policy_round(p, began);
	memset(s->packets, 0, sizeof(s->packets));
	memset(s->load, 0, sizeof(s->load));
	s->steps = 0;
	for (size_t i = 0; i < p->n; i++)
		if (trace->sa[i].here)
			policy_move(p, i, s->rsspp.core[bucket_of(s, trace, i)]);
}

const struct policy policy_rsspp = {"rsspp", 1, rsspp_open, policy_free, rsspp_arrive, rsspp_step};
const struct policy policy_rsspp_kernel = {"rsspp-kernel", 10,		 rsspp_open,
					   policy_free,	   rsspp_arrive, rsspp_step};
