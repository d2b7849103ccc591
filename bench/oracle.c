// SPDX-License-Identifier: GPL-2.0-only
// The heaviest first to the coldest CPU, then steps from the hottest one. Few SAs: every way.
#include "oracle.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* So near to the floor is near enough where not every way is tried. */
static const double NEAR = 1e-5;

struct item {
	double load;
	size_t sa;
};

struct oracle {
	const double *load;
	size_t n, cpus;
	struct item *order;	/* the heaviest first */
	double *sum;		/* of each CPU */
	int *cpu, *trial;	/* of each SA */
	size_t *first, *listed; /* CPU c has the SAs listed[first[c]] to listed[first[c + 1] - 1] */
	double floor, best;
};

struct oracle *oracle_new(size_t max_sas, size_t max_cpus)
{
	struct oracle *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->order = calloc(max_sas + 1, sizeof(*o->order));
	o->sum = calloc(max_cpus + 1, sizeof(*o->sum));
	o->cpu = calloc(max_sas + 1, sizeof(*o->cpu));
	o->trial = calloc(max_sas + 1, sizeof(*o->trial));
	o->first = calloc(max_cpus + 2, sizeof(*o->first));
	o->listed = calloc(max_sas + 1, sizeof(*o->listed));
	if (o->order && o->sum && o->cpu && o->trial && o->first && o->listed)
		return o;
	oracle_free(o);
	return NULL;
}

void oracle_free(struct oracle *o)
{
	if (!o)
		return;
	free(o->order);
	free(o->sum);
	free(o->cpu);
	free(o->trial);
	free(o->first);
	free(o->listed);
	free(o);
}

static int heavier(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->load != y->load)
		return x->load < y->load ? 1 : -1;
	return x->sa < y->sa ? -1 : x->sa > y->sa;
}

static size_t coldest(const struct oracle *o)
{
	size_t best = 0;

	for (size_t c = 1; c < o->cpus; c++)
		if (o->sum[c] < o->sum[best])
			best = c;
	return best;
}

static size_t hottest(const struct oracle *o)
{
	size_t best = 0;

	for (size_t c = 1; c < o->cpus; c++)
		if (o->sum[c] > o->sum[best])
			best = c;
	return best;
}

static void begin(struct oracle *o, const double *load, size_t n, size_t cpus)
{
	double sum = 0;

	o->load = load;
	o->n = n;
	o->cpus = cpus;
	for (size_t i = 0; i < n; i++) {
		o->order[i] = (struct item){load[i], i};
		sum += load[i];
	}
	qsort(o->order, n, sizeof(*o->order), heavier);
	o->floor = fmax(n ? o->order[0].load : 0, sum / (double)cpus);
}

/* Those without load in turn: they may have some by the next time. */
static void heaviest_first(struct oracle *o)
{
	for (size_t k = 0; k < o->n; k++) {
		size_t c = o->order[k].load > 0 ? coldest(o) : k % o->cpus;

		o->cpu[o->order[k].sa] = (int)c;
		o->sum[c] += o->order[k].load;
	}
}

/* Lists the SAs of each CPU, the heaviest first. */
static void list(struct oracle *o)
{
	memset(o->first, 0, (o->cpus + 2) * sizeof(*o->first));
	for (size_t i = 0; i < o->n; i++)
		o->first[o->cpu[i] + 2]++;
	for (size_t c = 2; c < o->cpus + 2; c++)
		o->first[c] += o->first[c - 1];
	for (size_t k = 0; k < o->n; k++) {
		size_t sa = o->order[k].sa;

		o->listed[o->first[o->cpu[sa] + 1]++] = sa;
	}
}

struct step {
	size_t out, back, to; /* back: n for a single move */
	double max;	      /* of the two CPUs, afterwards */
};

static void consider(const struct oracle *o, struct step *best, const struct step *step, size_t hot)
{
	double w = o->load[step->out] - (step->back < o->n ? o->load[step->back] : 0);
	double max = fmax(o->sum[hot] - w, o->sum[step->to] + w);

	if (w > 0 && max < best->max) {
		*best = *step;
		best->max = max;
	}
}

/* Moves and exchanges between two CPUs: the partners nearest to what is best, for each SA. */
static void consider_pair(const struct oracle *o, struct step *best, size_t hot, size_t cold)
{
	double aim = (o->sum[hot] - o->sum[cold]) / 2;
	size_t k = o->first[cold];

	for (size_t i = o->first[hot]; i < o->first[hot + 1]; i++) {
		struct step step = {.out = o->listed[i], .back = o->n, .to = cold};

		consider(o, best, &step, hot);
		while (k < o->first[cold + 1] && o->load[step.out] - o->load[o->listed[k]] < aim)
			k++;
		for (size_t j = k > o->first[cold] ? k - 1 : k; j < o->first[cold + 1] && j <= k;
		     j++) {
			step.back = o->listed[j];
			consider(o, best, &step, hot);
		}
	}
}

/* The best of all moves from the hottest CPU and of all exchanges with it. */
static struct step best_step(struct oracle *o, size_t hot)
{
	struct step best = {.out = o->n, .max = o->sum[hot] * (1 - 1e-12)};

	list(o);
	for (size_t c = 0; c < o->cpus; c++)
		if (c != hot)
			consider_pair(o, &best, hot, c);
	return best;
}

static void bring(struct oracle *o, size_t sa, size_t to)
{
	o->sum[o->cpu[sa]] -= o->load[sa];
	o->sum[to] += o->load[sa];
	o->cpu[sa] = (int)to;
}

static void improve(struct oracle *o)
{
	for (size_t k = 0; k < o->n; k++) {
		size_t hot = hottest(o);
		struct step step;

		if (o->sum[hot] <= o->floor * (1 + NEAR))
			return;
		step = best_step(o, hot);
		if (step.out == o->n)
			return;
		bring(o, step.out, step.to);
		if (step.back < o->n)
			bring(o, step.back, hot);
	}
}

static bool same_as_before(const struct oracle *o, size_t c)
{
	for (size_t b = 0; b < c; b++)
		if (o->sum[b] == o->sum[c])
			return true;
	return false;
}

/* Every way to place the SAs from the k-th on, but for those that cannot be better. */
static void every_way(struct oracle *o, size_t k)
{
	double load = k < o->n ? o->order[k].load : 0;

	if (k == o->n) {
		o->best = o->sum[hottest(o)];
		memcpy(o->cpu, o->trial, o->n * sizeof(*o->cpu));
		return;
	}
	for (size_t c = 0; c < o->cpus; c++) {
		double sum = o->sum[c];

		if (sum + load >= o->best || same_as_before(o, c))
			continue;
		o->sum[c] = sum + load;
		o->trial[o->order[k].sa] = (int)c;
		every_way(o, k + 1);
		o->sum[c] = sum;
	}
}

static void search(struct oracle *o)
{
	o->best = o->sum[hottest(o)];
	memset(o->sum, 0, o->cpus * sizeof(*o->sum));
	every_way(o, 0);
}

/* Takes a placement that was given, if it is one. */
static bool take(struct oracle *o, const int *cpu)
{
	for (size_t i = 0; i < o->n; i++)
		if (cpu[i] < 0 || (size_t)cpu[i] >= o->cpus)
			return false;
	memcpy(o->cpu, cpu, o->n * sizeof(*o->cpu));
	return true;
}

static void sum_up(struct oracle *o)
{
	memset(o->sum, 0, o->cpus * sizeof(*o->sum));
	for (size_t i = 0; i < o->n; i++)
		o->sum[o->cpu[i]] += o->load[i];
}

double oracle_solve(struct oracle *o, const double *load, size_t n, size_t cpus, int *cpu)
{
	double largest = INFINITY, again;

	begin(o, load, n, cpus);
	if (take(o, cpu)) {
		sum_up(o);
		improve(o);
		sum_up(o);
		largest = o->sum[hottest(o)];
		memcpy(cpu, o->cpu, n * sizeof(*cpu));
		if (largest <= o->floor * (1 + NEAR))
			return largest;
	}
	memset(o->sum, 0, cpus * sizeof(*o->sum));
	heaviest_first(o);
	improve(o);
	if (n <= ORACLE_EXACT_SAS && cpus <= ORACLE_EXACT_CPUS)
		search(o);
	sum_up(o);
	again = o->sum[hottest(o)];
	if (largest < again)
		return largest;
	memcpy(cpu, o->cpu, n * sizeof(*cpu));
	return again;
}
