// SPDX-License-Identifier: GPL-2.0-only
// Espalier as a policy: its own code, from counters to moves, as the daemon calls it.
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "balance_policy.h"
#include "place/assign.h"
#include "place/first.h"
#include "place/load.h"
#include "place/pace.h"

/* Of all packets; what counts is that the daemon's reckoning of loads is gone through. */
static const double PACKET_BYTES = 1000;

enum { STEP_MS = (int)(STEP_S * 1000) };

struct espalier {
	struct assign *assign;
	struct assign_sa *sa; /* those that are here */
	size_t *index;	      /* and which these are */
	struct assign_cpu *cpu;
	struct load_rate *rate;
	double *packets;	  /* of each SA in this round */
	cpu_set_t cpus;		  /* all of them */
	double load[CPUS_MAX];	  /* of each CPU as of the last round, and what came since */
	double mean;		  /* of the SAs' loads */
	unsigned int steps, wait; /* since it, and until the next one */
	unsigned int count[CPUS_MAX];
};

static void espalier_close(struct placement *p)
{
	struct espalier *e = p->state;

	if (!e)
		return;
	assign_free(e->assign);
	free(e->sa);
	free(e->index);
	free(e->cpu);
	free(e->rate);
	free(e->packets);
	free(e);
}

static int espalier_open(struct placement *p)
{
	struct espalier *e = p->state = calloc(1, sizeof(*e));

	if (!e)
		return -ENOMEM;
	e->assign = assign_new(p->n, p->cpus);
	e->sa = calloc(p->n, sizeof(*e->sa));
	e->index = calloc(p->n, sizeof(*e->index));
	e->cpu = calloc(p->cpus, sizeof(*e->cpu));
	e->rate = calloc(p->n, sizeof(*e->rate));
	e->packets = calloc(p->n, sizeof(*e->packets));
	for (size_t c = 0; c < p->cpus; c++)
		CPU_SET(c, &e->cpus);
	return e->assign && e->sa && e->index && e->cpu && e->rate && e->packets ? 0 : -ENOMEM;
}

/* As the daemon places a new SA (sas/place.c). */
static int espalier_arrive(struct placement *p, const struct trace *trace, size_t sa)
{
	struct espalier *e = p->state;
	int cpu;

	if (trace->sa[sa].rekeyed)
		return p->cpu[sa]; /* an heir: its forecast, and its place */
	memset(&e->rate[sa], 0, sizeof(e->rate[sa]));
	e->packets[sa] = 0;
	cpu = first_cpu(&e->cpus, e->count, e->load);
	e->load[cpu] += e->mean;
	e->count[cpu]++;
	return cpu;
}

static struct assign_sa sa_of(const struct load_rate *rate, int cpu)
{
	const struct cost cost = cost_start();
	double load = load_share(rate, &cost);

	return (struct assign_sa){.load = load, .doubt = load * load_doubt(rate), .cpu = cpu};
}

/* It has no load, and had none before: it takes no part in the round. */
static bool idle(const struct load_rate *rate, double packets)
{
	return !(packets > 0) && rate->count > 0 && rate->packets == 0;
}

static size_t gather(struct placement *p, const struct trace *trace)
{
	struct espalier *e = p->state;
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (idle(&e->rate[i], e->packets[i]) || !trace->sa[i].here)
			continue;
		load_add(&e->rate[i], e->packets[i], e->packets[i] * PACKET_BYTES,
			 e->steps * STEP_S);
		e->packets[i] = 0;
		e->index[n] = i;
		e->sa[n++] = sa_of(&e->rate[i], p->cpu[i]);
	}
	return n;
}

static void espalier_round(struct placement *p, const struct trace *trace)
{
	struct espalier *e = p->state;
	struct assign_limits limits;
	struct assign_result result;
	size_t n = gather(p, trace);

	limits = assign_defaults(n);
	if (assign_round(e->assign, &limits, e->sa, n, e->cpu, p->cpus, &result))
		abort(); /* there is scratch for all of them */
	e->wait = pace_next(e->steps * STEP_MS, p->policy->period * STEP_MS,
			    result.moves || result.waiting) /
		  STEP_MS;
	for (size_t i = 0; i < result.moves; i++)
		policy_move(p, e->index[result.move[i].sa], result.move[i].to);
}

/* What the next SAs that arrive are placed by. */
static void take_stock(struct placement *p, const struct trace *trace)
{
	const struct cost cost = cost_start();
	struct espalier *e = p->state;

	double sum = 0;
	size_t n = 0;

	memset(e->load, 0, sizeof(e->load));
	memset(e->count, 0, sizeof(e->count));
	for (size_t i = 0; i < p->n; i++) {
		double load = load_share(&e->rate[i], &cost);

		if (!trace->sa[i].here)
			continue;
		e->count[p->cpu[i]]++;
		if (!(load >= 0))
			continue;
		e->load[p->cpu[i]] += load;
		sum += load;
		n++;
	}
	e->mean = n ? sum / (double)n : 0;
}

static void espalier_step(struct placement *p, const struct trace *trace, const struct seen *seen)
{
	const struct cost cost = cost_start();
	double packet = cost.packet + cost.byte * PACKET_BYTES, began;
	struct espalier *e = p->state;

	for (size_t i = 0; i < p->n; i++)
		e->packets[i] += seen->sa[i] * STEP_S / packet;
	if (++e->steps < e->wait)
		return;
	began = policy_clock();
	espalier_round(p, trace);
	policy_round(p, began);
	e->steps = 0;
	take_stock(p, trace);
}

const struct policy policy_espalier = {
	"espalier", 1, espalier_open, espalier_close, espalier_arrive, espalier_step};
const struct policy policy_espalier_own = {
	"espalier-own", 5, espalier_open, espalier_close, espalier_arrive, espalier_step};
