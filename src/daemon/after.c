// SPDX-License-Identifier: GPL-2.0-only
// Measures what comes after decryption, and stops as soon as nobody asks.
#include "daemon/after.h"

#include <math.h>
#include <stdlib.h>
#include "cli/say.h"
#include "place/stage_costs.h"

#define PACKETS_LEAST 200 /* fewer tell nothing of what one costs */

static void cannot(struct after *after, const char *why)
{
	say("--inner auto goes by an estimate of what comes after decryption, which cannot be measured: "
	    "%s",
	    why);
	after_close(after);
}

void after_open(struct after *after)
{
	char why[256];

	/* Nothing is spread while it measures, so a backlog holds somebody else's packets. */
	if (stages_load(&after->stages, STAGE_OTHER, why, sizeof(why)))
		cannot(after, why);
}

static void begin(struct after *after, const struct after_sa *sa, uint64_t now_ns)
{
	char why[256];

	if (stages_begin(after->stages, why, sizeof(why))) {
		cannot(after, why);
		return;
	}
	after->running = true;
	after->since_ns = now_ns;
	after->sa = *sa;
	after->cost = (struct after_cost){0};
}

static void end(struct after *after)
{
	if (after->running)
		stages_end(after->stages);
	after->running = false;
	after->since_ns = 0;
}

static struct after_cost cost_of(const struct stages_seen *seen, const struct after_sa *sa,
				 uint64_t packets)
{
	struct stage_sa carried = {.packets = packets, .cpu = sa->cpu};
	struct stage_facts facts = {
		.seconds = seen->seconds, .cpu = seen->cpu, .sa = &carried, .n = 1};
	struct stage_costs *costs = malloc(sizeof(*costs));
	struct after_cost cost = {0};
	struct stage_cost its;

	if (!costs)
		return cost;
	stage_costs(&facts, costs, &its);
	cost.share = costs->spent[sa->cpu][STAGE_AFTER] / seen->seconds;
	cost.ns = cost.share * seen->seconds * 1e9 / (double)packets;
	free(costs);
	return cost;
}

/* What was measured until now. */
static void conclude(struct after *after, const struct after_sa *sa, uint64_t now_ns)
{
	struct stages_seen *seen = malloc(sizeof(*seen));
	uint64_t packets = sa->packets - after->sa.packets;
	int err = seen ? stages_read(after->stages, seen) : -1;

	end(after);
	if (!err && packets >= PACKETS_LEAST && seen->seconds > 0) {
		after->cost = cost_of(seen, sa, packets);
		after->since_ns = now_ns;
	}
	free(seen);
}

struct after_cost after_look(struct after *after, const struct after_sa *sa, uint64_t now_ns)
{
	bool same = sa && sa->spi == after->sa.spi && sa->cpu == after->sa.cpu;

	if (!after->stages)
		return (struct after_cost){NAN, NAN};
	if (after->running && !same)
		end(after);
	if (!sa)
		return (struct after_cost){0};
	if (after->running && now_ns - after->since_ns >= AFTER_MEASURE_NS)
		conclude(after, sa, now_ns);
	else if (!after->running &&
		 (!same || !after->since_ns || now_ns - after->since_ns >= AFTER_KNOWN_NS))
		begin(after, sa, now_ns);
	return after->stages ? after->cost : (struct after_cost){NAN, NAN};
}

void after_close(struct after *after)
{
	stages_free(after->stages);
	*after = (struct after){0};
}
