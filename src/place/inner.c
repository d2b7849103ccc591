// SPDX-License-Identifier: GPL-2.0-only
// Whether inner flows are to be spread.
#include "place/inner.h"

#include <math.h>
#include <stddef.h>

/* Gains the SA's CPU enough, without making another one the bound? */
static bool worth(const struct inner_seen *seen)
{
	bool measured = !isnan(seen->after_ns);
	double after_ns = measured ? seen->after_ns : seen->packet_ns * INNER_PART;
	double taken = measured ? seen->after : seen->sa * INNER_PART;
	double gained = after_ns > 0 ? taken * (1 - INNER_COST_NS / after_ns) : 0;

	if (!seen->count || !(gained >= INNER_GAIN))
		return false;
	return seen->others + taken / seen->count <= seen->cpu - gained;
}

/* What is on stays on unless there is little to do: the others are then busy by what they took. */
static bool by_sight(const struct inner *inner, const struct inner_seen *seen)
{
	if (!seen || !seen->count)
		return false;
	return inner->on ? seen->cpu >= INNER_IDLE : seen->cpu >= INNER_BUSY && worth(seen);
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
	*inner = (struct inner){.on = to};
	return true;
}

void inner_cpus(const cpu_set_t *wanted, const cpu_set_t *online, int sas, cpu_set_t *left)
{
	CPU_AND(left, wanted, online);
	if (sas >= 0)
		CPU_CLR((size_t)sas, left);
}
