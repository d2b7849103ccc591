// SPDX-License-Identifier: GPL-2.0-only
// The oracle as a policy: each round anew, from what the SAs really cost just before it.
#include <stdlib.h>
#include <string.h>
#include "balance_policy.h"
#include "oracle.h"

struct oracle_state {
	struct oracle *oracle;
	double *load, *old; /* of the SAs that are here: now, and as solved last */
	size_t *index, n;   /* which these are */
	bool arrived;	    /* some did since */
	int *cpu;
	double cpu_load[CPUS_MAX];
	unsigned int count[CPUS_MAX];
};

static void oracle_close(struct placement *p)
{
	struct oracle_state *s = p->state;

	if (!s)
		return;
	oracle_free(s->oracle);
	free(s->load);
	free(s->old);
	free(s->index);
	free(s->cpu);
	free(s);
}

static int oracle_open(struct placement *p)
{
	struct oracle_state *s = p->state = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->oracle = oracle_new(p->n, p->cpus);
	s->load = calloc(p->n, sizeof(*s->load));
	s->old = calloc(p->n, sizeof(*s->old));
	s->index = calloc(p->n, sizeof(*s->index));
	s->cpu = calloc(p->n, sizeof(*s->cpu));
	if (s->oracle && s->load && s->old && s->index && s->cpu)
		return 0;
	return -ENOMEM;
}

/* To the CPU that is the coldest by the last round; it knows what the SA brings. */
static int oracle_arrive(struct placement *p, const struct trace *trace, size_t sa)
{
	struct oracle_state *s = p->state;
	size_t best = 0;

	for (size_t c = 1; c < p->cpus; c++)
		if (s->cpu_load[c] < s->cpu_load[best] ||
		    (s->cpu_load[c] <= s->cpu_load[best] && s->count[c] < s->count[best]))
			best = c;
	s->arrived = true;
	s->cpu_load[best] += trace->sa[sa].load;
	s->count[best]++;
	return (int)best;
}

/* The SAs that are here, and their loads. Whether these are others than before. */
static bool gather(struct placement *p, const struct trace *trace)
{
	struct oracle_state *s = p->state;
	double *old = s->load;
	size_t n = 0;
	bool same;

	s->load = s->old;
	s->old = old;
	for (size_t i = 0; i < p->n; i++) {
		if (!trace->sa[i].here)
			continue;
		s->load[n] = trace->sa[i].load;
		s->cpu[n] = p->cpu[i];
		s->index[n++] = i;
	}
	same = !s->arrived && n == s->n && !memcmp(s->load, s->old, n * sizeof(*s->load));
	s->n = n;
	s->arrived = false;
	return !same;
}

static void solve(struct placement *p)
{
	struct oracle_state *s = p->state;

	oracle_solve(s->oracle, s->load, s->n, p->cpus, s->cpu);
	memset(s->cpu_load, 0, sizeof(s->cpu_load));
	memset(s->count, 0, sizeof(s->count));
	for (size_t k = 0; k < s->n; k++) {
		policy_move(p, s->index[k], s->cpu[k]);
		s->cpu_load[s->cpu[k]] += s->load[k];
		s->count[s->cpu[k]]++;
	}
}

static void oracle_step(struct placement *p, const struct trace *trace, const struct seen *seen)
{
	double began;

	if (trace->step % p->policy->period)
		return;
	began = policy_clock();
	if (!gather(p, trace))
		return; /* it has solved that */
	solve(p);
	policy_round(p, began);
}

const struct policy policy_oracle = {"oracle",	    1,		oracle_open, oracle_close,
				     oracle_arrive, oracle_step};
const struct policy policy_oracle_slow = {"oracle-500ms", 5,	      oracle_open, oracle_close,
					  oracle_arrive,  oracle_step};
