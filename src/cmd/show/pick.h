/* SPDX-License-Identifier: GPL-2.0-only */
/* Which SAs of a snapshot are asked for. Pure. */
#ifndef CMD_SHOW_PICK_H
#define CMD_SHOW_PICK_H

#include "cli/options.h"
#include "steer/snapshot.h"

/* What was asked for; zero, or -1 of cpu: whatever it is. */
struct show_pick {
	uint32_t spi;
	bool by_reqid;
	uint32_t reqid;
	int cpu;
	struct option_address peer; /* the source */
};

/* Is anything asked for at all? */
bool show_picks(const struct show_pick *pick);

/* Leaves only those in the snapshot; its CPUs and the rest stay as they are. */
void show_pick(struct snapshot *snapshot, const struct show_pick *pick);

#endif
