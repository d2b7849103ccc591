// SPDX-License-Identifier: GPL-2.0-only
// From what was seen to what a packet costs.
#include "cmd/gain/stages.h"

#include <errno.h>
#include <stdlib.h>

static const char *cannot(const struct counting *counting, const struct gain_stages *stages)
{
	if (!stages->n)
		return "there is no inbound SA in this network namespace";
	if (*counting->why)
		return counting->why;
	for (size_t i = 0; i < stages->n; i++)
		if (stages->carried[i].packets)
			return NULL;
	return "none of the SAs carried a packet meanwhile";
}

int gain_stages_take(const struct counting *counting, const struct gain_sa *sas,
		     struct gain_stages *out)
{
	struct stage_facts facts = {
		.seconds = counting->stages.seconds,
		.cpu = counting->stages.cpu,
		.n = counting->sas.count,
	};

	out->asked = true;
	out->polls = counting->stages.polls;
	out->seconds = facts.seconds;
	out->sas = counting->sas.sa;
	out->n = facts.n;
	out->carried = calloc(facts.n + 1, sizeof(*out->carried));
	out->cost = calloc(facts.n + 1, sizeof(*out->cost));
	if (!out->carried || !out->cost)
		return -ENOMEM;
	for (size_t i = 0; i < facts.n; i++)
		if (!sas[i].hands_off)
			out->carried[i] = (struct stage_sa){.packets = sas[i].packets,
							    .bytes = sas[i].bytes,
							    .cpu = sas[i].cpu};
	out->cannot = cannot(counting, out);
	facts.sa = out->carried;
	stage_costs(&facts, &out->costs, out->cost);
	return 0;
}

void gain_stages_free(struct gain_stages *stages)
{
	free(stages->carried);
	free(stages->cost);
	*stages = (struct gain_stages){0};
}
