// SPDX-License-Identifier: GPL-2.0-only
// From what a packet costs to what bounds the heaviest SA.
#include "cmd/gain/remedies.h"

#include <math.h>

/* What an SA took of its CPU, a share of it. */
static double busy(const struct gain_stages *stages, size_t i)
{
	const struct stage_cost *cost = &stages->cost[i];

	if (!stages->carried[i].packets)
		return 0;
	return (cost->decrypt + (stages->spread ? 0 : cost->after)) *
	       (double)stages->carried[i].packets / 1e9 / stages->seconds;
}

static size_t heaviest(const struct gain_stages *stages)
{
	size_t most = 0;

	for (size_t i = 1; i < stages->n; i++)
		if (busy(stages, i) > busy(stages, most))
			most = i;
	return most;
}

/* Of all SAs on the CPU of this one. */
static double busy_beside(const struct gain_stages *stages, size_t sa)
{
	double sum = 0;

	for (size_t i = 0; i < stages->n; i++)
		if (i == sa ||
		    (stages->cost[sa].cpu >= 0 && stages->cost[i].cpu == stages->cost[sa].cpu))
			sum += busy(stages, i);
	return sum;
}

static bool with_receiving(const struct stage_costs *costs, int cpu)
{
	cpu_set_t both;

	if (cpu >= 0)
		return CPU_ISSET((size_t)cpu, &costs->where[STAGE_RECEIVE]);
	CPU_AND(&both, &costs->where[STAGE_RECEIVE], &costs->where[STAGE_DECRYPT]);
	return CPU_COUNT(&both) > 0;
}

void gain_remedies_take(const struct gain_stages *stages, double byte_ns, unsigned int cpus,
			struct gain_remedies *out)
{
	size_t i = heaviest(stages);

	*out = (struct gain_remedies){0};
	if (!stages->asked || stages->cannot || busy(stages, i) <= 0)
		return;
	out->sa = &stages->sas[i];
	out->cpu = stages->cost[i].cpu;
	out->carried = (double)stages->carried[i].packets / stages->seconds;
	out->fitted = !isnan(byte_ns);
	out->facts = (struct remedy_facts){
		.receive = stages->costs.receive,
		.decrypt = stages->cost[i].decrypt,
		.after = stages->cost[i].after,
		.bytes = (double)stages->carried[i].bytes / (double)stages->carried[i].packets,
		.byte_ns = byte_ns,
		.busy = busy_beside(stages, i),
		.busy_sa = busy(stages, i),
		.with_receiving = with_receiving(&stages->costs, out->cpu),
		.spread = stages->spread,
		.cpus = cpus,
		.receiving = (unsigned int)CPU_COUNT(&stages->costs.where[STAGE_RECEIVE]),
	};
	remedies_judge(&out->facts, &out->bound);
}
