// SPDX-License-Identifier: GPL-2.0-only
// Espalier as a policy: its own code, from counters to moves, as the daemon calls it.
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "balance_policy.h"
#include "place/assign.h"
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
	double *load;		  /* of each CPU as of the last round */
	unsigned int steps, wait; /* since it, and until the next one */
	unsigned int *count;
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
	free(e->load);
	free(e->count);
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
	e->load = calloc(p->cpus, sizeof(*e->load));
	e->count = calloc(p->cpus, sizeof(*e->count));
	return e->assign && e->sa && e->index && e->cpu && e->rate && e->packets && e->load &&
			       e->count
		       ? 0
		       : -ENOMEM;
}

static int espalier_arrive(struct placement *p, const struct trace *trace, size_t sa)
{
	struct espalier *e = p->state;
	size_t best = 0;

	if (trace->sa[sa].rekeyed)
		return p->cpu[sa]; /* an heir: its forecast, and its place */
	memset(&e->rate[sa], 0, sizeof(e->rate[sa]));
	e->packets[sa] = 0;
	for (size_t c = 1; c < p->cpus; c++)
		if (e->load[c] < e->load[best] - 0.02 ||
		    (e->load[c] <= e->load[best] + 0.02 && e->count[c] < e->count[best]))
			best = c;
	e->count[best]++;
	return (int)best;
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

	memset(e->load, 0, p->cpus * sizeof(*e->load));
	memset(e->count, 0, p->cpus * sizeof(*e->count));
	for (size_t i = 0; i < p->n; i++) {
		if (!trace->sa[i].here)
			continue;
		e->load[p->cpu[i]] += fmax(load_share(&e->rate[i], &cost), 0);
		e->count[p->cpu[i]]++;
	}
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
