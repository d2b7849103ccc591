// SPDX-License-Identifier: GPL-2.0-only
// A CPU for a heavy SA.
#include "place/heavy.h"

#include "host/cpuset.h"

#define ON    0.5 /* of a CPU: an SA below bounds nobody yet */
#define OFF   0.25
#define SLACK 1.5 /* what the others may have to do, in terms of its load, until it ends */

static double each_other(const struct heavy_seen *seen)
{
	return seen->rest / (double)(seen->cpus - 1);
}

/* The SA that is heavy by what is seen; -1: none is. What is heavy already needs less for it. */
static int64_t by_sight(const struct heavy *heavy, const struct heavy_seen *seen)
{
	bool already = heavy->is && heavy->sa == seen->sa;

	if (seen->sa < 0 || seen->cpus < 2 || !(seen->load >= (already ? OFF : ON)))
		return -1;
	return each_other(seen) <= seen->load * (already ? SLACK : 1) ? seen->sa : -1;
}

bool heavy_tick(struct heavy *heavy, const struct heavy_seen *seen, uint64_t now_ns)
{
	int64_t is = heavy->is ? heavy->sa : -1, to = by_sight(heavy, seen);

	if (to == is) {
		heavy->turning = false;
		if (heavy->is)
			heavy->load = seen->load;
		return false;
	}
	if (!heavy->turning || heavy->to != to) {
		heavy->turning = true;
		heavy->to = to;
		heavy->since_ns = now_ns;
	}
	if (now_ns - heavy->since_ns < (to < 0 ? HEAVY_OFF_NS : HEAVY_ON_NS))
		return false;
	*heavy = (struct heavy){.is = to >= 0, .sa = to, .load = to >= 0 ? seen->load : 0};
	return true;
}

void heavy_roles(const cpu_set_t *cpus, int kept, bool strays_asked, bool ike_asked,
		 struct cpu_roles *roles)
{
	cpu_set_t others = *cpus;

	if (kept < 0 || !CPU_ISSET(kept, cpus) || CPU_COUNT(cpus) < 2)
		return;
	CPU_CLR(kept, &others);
	if (!strays_asked)
		CPU_CLR(kept, &roles->strays);
	if (!CPU_COUNT(&roles->strays))
		CPU_SET(cpuset_last(&others), &roles->strays);
	if (!ike_asked && roles->ike == kept)
		roles->ike = cpuset_first(&others);
}
