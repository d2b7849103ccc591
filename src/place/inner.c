// SPDX-License-Identifier: GPL-2.0-only
// Whether inner flows are to be spread.
#include "place/inner.h"

#include <math.h>
#include <stddef.h>

struct gain_of {
	double taken, gained; /* what other CPUs would do, and what the SA's own would no longer */
};

static struct gain_of gain_of(const struct inner_seen *seen)
{
	bool measured = !isnan(seen->after_ns);
	double after_ns = measured ? seen->after_ns : seen->packet_ns * INNER_PART;
	struct gain_of gain = {.taken = measured ? seen->after : seen->sa * INNER_PART};

	gain.gained = after_ns > 0 ? gain.taken * (1 - INNER_COST_NS / after_ns) : 0;
	return gain;
}

/* Gains the SA's CPU enough, without making another one the bound? */
static bool worth(const struct inner_seen *seen)
{
	struct gain_of gain = gain_of(seen);

	if (!seen->count || !(gain.gained >= INNER_GAIN))
		return false;
	return seen->others + gain.taken / seen->count <= seen->cpu - gain.gained;
}

/* The load that is seen is of both until then, and of what is left from then on. */
static double part_taken(const struct inner_seen *seen)
{
	double gained = gain_of(seen).gained, left = seen->sa - gained;

	return left > gained / INNER_TAKEN_MOST ? gained / left : INNER_TAKEN_MOST;
}

/* What is on stays on unless there is little to do, what the others took included. */
static bool by_sight(const struct inner *inner, const struct inner_seen *seen)
{
	if (!seen || !seen->count)
		return false;
	if (inner->on)
		return seen->cpu + seen->sa * inner->taken >= INNER_IDLE;
	return seen->cpu >= INNER_BUSY && worth(seen);
}

bool inner_tick(struct inner *inner, const struct inner_seen *seen, uint64_t now_ns)
{
	bool to = by_sight(inner, seen);

	if (to == inner->on) {
		inner->turning = false;
		return false;
	}
	if (!inner->turning) {
		inner->turning = true;
		inner->since_ns = now_ns;
	}
	if (now_ns - inner->since_ns < (to ? INNER_ON_NS : INNER_OFF_NS))
		return false;
	*inner = (struct inner){.on = to, .taken = to ? part_taken(seen) : 0};
	return true;
}

void inner_cpus(const cpu_set_t *wanted, const cpu_set_t *online, int sas, cpu_set_t *left)
{
	CPU_AND(left, wanted, online);
	if (sas >= 0)
		CPU_CLR((size_t)sas, left);
}
