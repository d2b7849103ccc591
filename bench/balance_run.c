// SPDX-License-Identifier: GPL-2.0-only
// Runs a trace: what each step really costs the CPUs, what is seen of it, and who decides what.
#include "balance_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct run {
	unsigned int which; /* a bit for each policy */
	struct trace *trace;
	struct placement placement[POLICIES];
	double *seen;
};

static void run_close(struct run *r)
{
	for (int k = 0; k < POLICIES; k++) {
		struct placement *p = &r->placement[k];

		if (p->policy)
			p->policy->close(p);
		free(p->cpu);
	}
	free(r->seen);
	trace_free(r->trace);
}

static int run_open(struct run *r, const struct trace_kind *kind, size_t sas, size_t cpus,
		    uint64_t seed, unsigned int which)
{
	int err = 0;

	*r = (struct run){
		.which = which,
		.trace = trace_new(kind, sas, cpus, seed),
		.seen = calloc(sas, sizeof(*r->seen)),
	};
	if (!r->trace || !r->seen)
		err = -ENOMEM;
	for (int k = 0; k < POLICIES && !err; k++) {
		struct placement *p = &r->placement[k];

		if (!(which >> k & 1))
			continue;
		*p = (struct placement){
			.policy = policies[k],
			.n = sas,
			.cpus = cpus,
			.cpu = calloc(sas, sizeof(*p->cpu)),
		};
		err = p->cpu ? p->policy->open(p) : -ENOMEM;
	}
	if (err)
		run_close(r);
	return err;
}

static void arrivals(struct run *r, struct placement *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (r->trace->sa[i].arrived)
			p->cpu[i] = p->policy->arrive(p, r->trace, i);
}

/* The load of each CPU in this step: as it really is, or as it comes this time. */
static void load_cpus(const struct run *r, const struct placement *p, bool noisy,
		      double load[CPUS_MAX])
{
	for (size_t c = 0; c < p->cpus; c++)
		load[c] = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct trace_sa *sa = &r->trace->sa[i];

		if (sa->here)
			load[p->cpu[i]] += noisy ? sa->load * sa->noise : sa->load;
	}
}

static double floor_of(const struct trace *trace, bool *bound)
{
	double sum = 0, heaviest = 0;

	for (size_t i = 0; i < trace->n; i++) {
		sum += trace->sa[i].load;
		heaviest = fmax(heaviest, trace->sa[i].load);
	}
	*bound = heaviest >= sum / (double)trace->cpus;
	return fmax(heaviest, sum / (double)trace->cpus);
}

static void measure(const struct run *r, const struct placement *p, struct score *score)
{
	double load[CPUS_MAX], max = 0, min = INFINITY, charged = 0, floor, over, spread;
	bool bound;

	load_cpus(r, p, false, load);
	for (size_t c = 0; c < p->cpus; c++) {
		max = fmax(max, load[c]);
		min = fmin(min, load[c]);
		charged = fmax(charged, load[c] + p->charge[c]);
	}
	floor = floor_of(r->trace, &bound);
	over = max / floor;
	spread = min > 0 ? (max - min) / min : NAN;
	score->over_floor += over;
	score->worst_over_floor = fmax(score->worst_over_floor, over);
	score->spread += spread;
	score->worst_spread = fmax(score->worst_spread, spread);
	score->charged += charged / floor;
	score->bound &= bound;
	if (!bound) {
		score->free_spread += spread;
		score->free_steps++;
	}
}

/* A CPU can do no more than it can: what is too much is lost, of each of its SAs alike. */
static void decide(struct run *r, struct placement *p)
{
	double load[CPUS_MAX], done[CPUS_MAX];
	struct seen seen = {r->seen, load};

	if (!p->policy->step)
		return;
	load_cpus(r, p, true, load);
	for (size_t c = 0; c < p->cpus; c++) {
		done[c] = load[c] > 1 ? 1 / load[c] : 1;
		load[c] = fmin(load[c], 1);
	}
	for (size_t i = 0; i < p->n; i++) {
		const struct trace_sa *sa = &r->trace->sa[i];

		r->seen[i] = sa->here ? sa->load * sa->noise * done[p->cpu[i]] : 0;
	}
	p->policy->step(p, r->trace, &seen);
}

/* The first decisions take from the step after; so moves are counted from the warm-up's end on. */
static void step(struct run *r, unsigned int at, struct score scores[POLICIES])
{
	trace_step(r->trace);
	for (int k = 0; k < POLICIES; k++) {
		struct placement *p = &r->placement[k];
		uint64_t moves = p->moves;

		if (!p->policy)
			continue;
		arrivals(r, p);
		if (at >= STEPS_WARM_UP)
			measure(r, p, &scores[k]);
		memset(p->charge, 0, sizeof(p->charge));
		decide(r, p);
		if (at >= STEPS_WARM_UP)
			scores[k].moves += (double)(p->moves - moves);
	}
}

static void finish(struct score *score, unsigned int seeds)
{
	double steps = (double)STEPS_MEASURED * seeds;

	score->over_floor /= steps;
	score->charged /= steps;
	score->free_spread /= score->free_steps ? score->free_steps : 1;
	score->spread /= steps;
	if (isnan(score->spread))
		score->worst_spread = NAN;
	score->moves /= steps * STEP_S;
	score->round /= seeds;
}

int balance_run(const struct trace_kind *kind, size_t sas, size_t cpus, unsigned int seeds,
		unsigned int which, struct score scores[POLICIES])
{
	struct run r;

	for (int k = 0; k < POLICIES; k++)
		scores[k] = (struct score){.bound = true};
	for (unsigned int seed = 1; seed <= seeds; seed++) {
		int err = run_open(&r, kind, sas, cpus, seed, which);

		if (err)
			return err;
		for (unsigned int at = 0; at < STEPS_WARM_UP + STEPS_MEASURED; at++)
			step(&r, at, scores);
		for (int k = 0; k < POLICIES; k++) {
			const struct placement *p = &r.placement[k];

			if (p->rounds)
				scores[k].round += p->seconds / (double)p->rounds;
			scores[k].longest_round = fmax(scores[k].longest_round, p->longest);
		}
		run_close(&r);
	}
	for (int k = 0; k < POLICIES; k++)
		finish(&scores[k], seeds);
	return 0;
}
