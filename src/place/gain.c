// SPDX-License-Identifier: GPL-2.0-only
// What spreading the SAs over CPUs could bring.
#include "place/gain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "place/assign.h"
#include "place/cost.h"

/* In CPU time, as the daemon first estimates it: nothing is fitted here. */
static double cost(const struct gain_sa *sa)
{
	struct cost each = cost_start();

	return (double)sa->packets * each.packet + (double)sa->bytes * each.byte;
}

/* Does it cost a CPU anything? */
static bool counts(const struct gain_sa *sa)
{
	return !sa->hands_off && (sa->packets || sa->bytes);
}

/* Sums what the CPUs decrypt; the sum of costs. */
static double weigh(const struct gain_facts *facts, struct gain *gain)
{
	double sum = 0, heaviest = 0;

	for (size_t i = 0; i < facts->n; i++) {
		const struct gain_sa *sa = &facts->sas[i];

		gain->hands_off += sa->hands_off;
		if (!counts(sa))
			continue;
		gain->active++;
		gain->packets += sa->packets;
		gain->bytes += sa->bytes;
		sum += cost(sa);
		if (cost(sa) > heaviest) {
			heaviest = cost(sa);
			gain->heaviest = i;
		}
	}
	gain->share = sum > 0 ? heaviest / sum : 0;
	return sum;
}

/* By placement; false if it is not known of all. */
static bool placed(const struct gain_facts *facts, double part[CPU_SETSIZE])
{
	for (size_t i = 0; i < facts->n; i++) {
		const struct gain_sa *sa = &facts->sas[i];

		if (!counts(sa))
			continue;
		if (sa->cpu < 0 || sa->cpu >= CPU_SETSIZE)
			return false;
		part[sa->cpu] += cost(sa);
	}
	return true;
}

/* By softirq time; false if there was too little. */
static bool by_softirq(const struct gain_facts *facts, double part[CPU_SETSIZE])
{
	unsigned int sum = 0;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		part[cpu] = facts->softirq[cpu];
		sum += facts->softirq[cpu];
	}
	return sum >= GAIN_SOFTIRQ_LEAST;
}

/* How the CPUs share the work now. */
static void look_at_cpus(const struct gain_facts *facts, struct gain *gain)
{
	double part[CPU_SETSIZE] = {0}, sum = 0;
	int most = 0;

	gain->seen = placed(facts, part) || by_softirq(facts, part);
	gain->busiest = -1;
	gain->now = 1;
	if (!gain->seen)
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		sum += part[cpu];
		if (part[cpu] > part[most])
			most = cpu;
	}
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		gain->receiving += part[cpu] * 10 > part[most];
	gain->busiest = most;
	gain->now = part[most] / sum;
}

/* The largest load of a CPU, relative to all, if the SAs are placed anew. */
static int spread(const struct gain_facts *facts, double sum, struct gain *gain)
{
	size_t cpus = (size_t)CPU_COUNT(&facts->cpus), n = 0;
	struct assign_sa *sas = calloc(gain->active, sizeof(*sas));
	struct assign_cpu *empty = calloc(cpus, sizeof(*empty));
	struct assign *assign = assign_new(gain->active, cpus);
	struct assign_limits limits = assign_defaults(gain->active);
	struct assign_result result;
	int err = sas && empty && assign ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < facts->n; i++) {
		const struct gain_sa *sa = &facts->sas[i];

		if (counts(sa))
			sas[n++] = (struct assign_sa){.load = cost(sa) / sum, .cpu = -1};
	}
	if (!err)
		err = assign_round(assign, &limits, sas, n, empty, cpus, &result);
	if (!err)
		gain->best = result.after;
	assign_free(assign);
	free(empty);
	free(sas);
	return err;
}

static enum gain_verdict judge(const struct gain_facts *facts, const struct gain *gain)
{
	if (CPU_COUNT(&facts->cpus) == 1)
		return GAIN_ONE_CPU;
	/* However the others are placed, that SA's CPU has this much. */
	if (gain->share * GAIN_LEAST > 1)
		return GAIN_ONE_SA;
	return gain->times < GAIN_LEAST ? GAIN_SPREAD : GAIN_WORTH;
}

int gain_decide(const struct gain_facts *facts, struct gain *gain)
{
	double sum;
	int err;

	memset(gain, 0, sizeof(*gain));
	if (!CPU_COUNT(&facts->cpus))
		return -EINVAL;
	sum = weigh(facts, gain);
	if (!gain->active) {
		gain->busiest = -1;
		gain->verdict = facts->n ? GAIN_NO_TRAFFIC : GAIN_NO_SAS;
		return 0;
	}
	look_at_cpus(facts, gain);
	err = spread(facts, sum, gain);
	if (err)
		return err;
	gain->times = gain->now / gain->best;
	gain->verdict = judge(facts, gain);
	return 0;
}
