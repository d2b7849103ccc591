// SPDX-License-Identifier: GPL-2.0-only
// What the daemon left in the report of what a heavy SA is given.
#include <string.h>
#include "show/snapshot_impl.h"

static void take_inner(struct snapshot_heavy *to, const struct report_inner *from)
{
	__u32 state = LOAD(from->state);

	to->state = state < INNER_STATES ? (enum inner_state)state : INNER_OFF;
	to->inner_spi = LOAD(from->spi);
	to->if_id = LOAD(from->if_id);
	to->interfaces = LOAD(from->interfaces);
	memcpy(to->name, from->name, sizeof(from->name));
	for (size_t cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (LOAD(from->cpus[cpu / 64]) >> cpu % 64 & 1)
			CPU_SET(cpu, &to->cpus);
}

/* Masks stay when a daemon goes with --keep, and so does what it said of them. */
void snapshot_take_heavy(struct snapshot *snapshot, const struct report *report)
{
	struct snapshot_heavy *to = &snapshot->heavy;

	to->cpu = -1;
	if (snapshot->measured && LOAD(report->round.kept) &&
	    LOAD(report->round.kept_cpu) < CPU_SETSIZE) {
		to->cpu = (int)LOAD(report->round.kept_cpu);
		to->spi = LOAD(report->round.kept_spi);
	}
	take_inner(to, &report->inner);
}
