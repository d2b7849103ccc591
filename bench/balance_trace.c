// SPDX-License-Identifier: GPL-2.0-only
// Made-up traces. Every parameter of theirs is here or in balance_trace.h.
#include "balance_trace.h"

#include <math.h>
#include <stdlib.h>
#include "core/random.h"
#include "spi.h"

#define SECOND 10 /* steps */

/* What is seen of an SA in a step is off by so much (standard deviation), anew in each step. */
static const double NOISE = 0.1;

/* onoff: an SA is silent half of its time. Means of exponential times. */
static const unsigned int ON = 10 * SECOND, OFF = 10 * SECOND;

/* churn: how long an SA lives, and until another one comes in its stead. Likewise. */
static const unsigned int LIFE = 30 * SECOND, GONE = 3 * SECOND;

/* ramp: how long an SA's load takes from one value to the next. */
static const unsigned int RAMP = 20 * SECOND;

/* elephant: so often another SA turns into one; for so long; and that heavy, in mean CPUs' loads.
 */
static const unsigned int ELEPHANT_EVERY = 10 * SECOND, ELEPHANT_LASTS = 8 * SECOND;
static const double ELEPHANT = 1.0;

/* rekey: an SA lives that many steps at least, and at most that many more. */
static const unsigned int REKEY = SECOND / 2, REKEY_MORE = SECOND;

double trace_real(struct trace *trace)
{
	return (double)(random_next(&trace->random) >> 11) * 0x1p-53;
}

/* At least one step. */
unsigned int trace_exponential(struct trace *trace, unsigned int mean)
{
	return 1 + (unsigned int)(-log1p(-trace_real(trace)) * mean);
}

/* About 1, never negative: of the sum of four uniform numbers. */
static double noise(struct trace *trace)
{
	uint64_t r = random_next(&trace->random);
	double sum = (double)(r & 0xffff) + (double)(r >> 16 & 0xffff) +
		     (double)(r >> 32 & 0xffff) + (double)(r >> 48);

	return 1 + NOISE * (sum / 65535 - 2) * sqrt(3);
}

static double random_weight(struct trace *trace)
{
	return trace->weights[random_below(&trace->random, (uint32_t)trace->n)];
}

static void arrive(struct trace *trace, struct trace_sa *sa)
{
	sa->here = true;
	sa->arrived = true;
	sa->spi = bench_spi(trace->last_spi++);
	sa->peer = trace->last_peer++ / SAS_A_PEER;
}

static void onoff_start(struct trace *trace, struct trace_sa *sa)
{
	sa->on = random_next(&trace->random) & 1;
	sa->until = trace_exponential(trace, sa->on ? ON : OFF);
	sa->load = sa->on ? sa->weight : 0;
}

static void onoff_step(struct trace *trace)
{
	for (size_t i = 0; i < trace->n; i++) {
		struct trace_sa *sa = &trace->sa[i];

		if (trace->step < sa->until)
			continue;
		sa->on = !sa->on;
		sa->until = trace->step + trace_exponential(trace, sa->on ? ON : OFF);
		sa->load = sa->on ? sa->weight * trace->scale : 0;
	}
}

static void churn_start(struct trace *trace, struct trace_sa *sa)
{
	sa->until = trace_exponential(trace, LIFE);
}

static void churn_step(struct trace *trace)
{
	for (size_t i = 0; i < trace->n; i++) {
		struct trace_sa *sa = &trace->sa[i];

		if (trace->step < sa->until)
			continue;
		if (sa->here) {
			sa->here = false;
			sa->load = 0;
			sa->until = trace->step + trace_exponential(trace, GONE);
		} else {
			arrive(trace, sa);
			sa->load = random_weight(trace) * trace->scale;
			sa->until = trace->step + trace_exponential(trace, LIFE);
		}
	}
}

static void ramp_start(struct trace *trace, struct trace_sa *sa)
{
	sa->next_weight = random_weight(trace);
	sa->span = RAMP;
	sa->until = random_below(&trace->random, RAMP);
}

static void ramp_step(struct trace *trace)
{
	for (size_t i = 0; i < trace->n; i++) {
		struct trace_sa *sa = &trace->sa[i];
		double left;

		if (trace->step >= sa->until) {
			sa->weight = sa->next_weight;
			sa->next_weight = random_weight(trace);
			sa->until = trace->step + sa->span;
		}
		left = (double)(sa->until - trace->step) / sa->span;
		sa->load = (left * sa->weight + (1 - left) * sa->next_weight) * trace->scale;
	}
}

static void elephant_step(struct trace *trace)
{
	unsigned int at = trace->step % ELEPHANT_EVERY;

	if (at == 0)
		trace->sa[random_below(&trace->random, (uint32_t)trace->n)].on = true;
	if (at != 0 && at != ELEPHANT_LASTS)
		return;
	for (size_t i = 0; i < trace->n; i++) {
		struct trace_sa *sa = &trace->sa[i];

		sa->on &= at == 0;
		sa->load = sa->weight * trace->scale + (sa->on ? ELEPHANT * TRACE_LOAD : 0);
	}
}

static unsigned int next_rekey(struct trace *trace)
{
	return trace->step + REKEY + random_below(&trace->random, REKEY_MORE + 1);
}

static void rekey_start(struct trace *trace, struct trace_sa *sa)
{
	sa->until = next_rekey(trace);
}

/* The peer stays who it is, and its load what it was; the SPI is another one. */
static void rekey_step(struct trace *trace)
{
	for (size_t i = 0; i < trace->n; i++) {
		struct trace_sa *sa = &trace->sa[i];

		sa->rekeyed = trace->step >= sa->until;
		if (!sa->rekeyed)
			continue;
		sa->arrived = true;
		sa->spi = bench_spi(trace->last_spi++);
		sa->until = next_rekey(trace);
	}
}

const struct trace_kind trace_kinds[TRACE_KINDS] = {
	{"uniform", false, 0, NULL, NULL},
	{"zipf-0.5", false, 0.5, NULL, NULL},
	{"zipf-0.8", false, 0.8, NULL, NULL},
	{"zipf-1.0", false, 1.0, NULL, NULL},
	{"zipf-1.2", false, 1.2, NULL, NULL},
	{"onoff", true, 0.5, onoff_start, onoff_step},
	{"churn", true, 0.5, churn_start, churn_step},
	{"ramp", true, 0.5, ramp_start, ramp_step},
	{"elephant", true, 0.5, NULL, elephant_step},
	{"web", true, 0.5, web_start, web_step},
	{"day", true, 0.8, NULL, day_step},
	{"rekey", true, 0.8, rekey_start, rekey_step},
};

/* Of 100 SAs one carries anything. */
static void sparse_start(struct trace *trace, struct trace_sa *sa)
{
	sa->weight = (sa - trace->sa) % 100 == 0 ? sa->weight : 0;
	onoff_start(trace, sa);
}

const struct trace_kind trace_sparse = {"sparse", true, 0.5, sparse_start, onoff_step};

/* The ranks in random order, and the scale that makes the first step's load what it shall be. */
static void weigh(struct trace *trace)
{
	double sum = 0;

	for (size_t i = 0; i < trace->n; i++)
		trace->weights[i] = pow((double)(i + 1), -trace->kind->zipf);
	for (size_t i = trace->n - 1; i > 0; i--) {
		size_t j = random_below(&trace->random, (uint32_t)i + 1);
		double w = trace->weights[i];

		trace->weights[i] = trace->weights[j];
		trace->weights[j] = w;
	}
	for (size_t i = 0; i < trace->n; i++) {
		struct trace_sa *sa = &trace->sa[i];

		sa->weight = sa->load = trace->weights[i];
		if (trace->kind->start)
			trace->kind->start(trace, sa);
		sum += sa->load;
	}
	trace->scale = sum > 0 ? TRACE_LOAD * (double)trace->cpus / sum : 0;
	for (size_t i = 0; i < trace->n; i++)
		trace->sa[i].load *= trace->scale;
}

struct trace *trace_new(const struct trace_kind *kind, size_t sas, size_t cpus, uint64_t seed)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	if (!trace)
		return NULL;
	*trace = (struct trace){.kind = kind, .n = sas, .cpus = cpus, .random = seed};
	trace->sa = calloc(sas, sizeof(*trace->sa));
	trace->weights = calloc(sas, sizeof(*trace->weights));
	trace->user = calloc(kind->start == web_start ? sas * WEB_USERS : 1, sizeof(*trace->user));
	if (!trace->sa || !trace->weights || !trace->user) {
		trace_free(trace);
		return NULL;
	}
	weigh(trace);
	return trace;
}

void trace_free(struct trace *trace)
{
	if (!trace)
		return;
	free(trace->sa);
	free(trace->weights);
	free(trace->user);
	free(trace);
}

void trace_step(struct trace *trace)
{
	for (size_t i = 0; i < trace->n; i++) {
		trace->sa[i].arrived = false;
		if (!trace->step)
			arrive(trace, &trace->sa[i]);
		trace->sa[i].noise = noise(trace);
	}
	if (trace->kind->step && trace->step)
		trace->kind->step(trace);
	trace->step++;
}
