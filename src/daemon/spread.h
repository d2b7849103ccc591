/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Inner spreading (--inner): RPS on the interfaces that SAs come out of, so that what comes after
 * decryption is done on other CPUs than the SA's, each inner flow in order on one. It works where a
 * packet comes off a cpumap, for it then bears neither queue number nor hash of the outer packet
 * (net/core/dev.c get_rps_cpu() goes by those if they are there), and both kinds of interface hand
 * on by gro_cells (net/xfrm/xfrm_input.c), after which the kernel asks for the masks of the inner
 * interface.
 */
#ifndef DAEMON_SPREAD_H
#define DAEMON_SPREAD_H

#include "daemon/spread_wants.h"
#include "undo/undo.h"

struct spread {
	struct spread_needs needs;
	struct undo *undo;
	struct report *report;
	cpu_set_t given; /* by --inner CPUS; spread_choose() */
	/* Its own: */
	struct spread_auto by_load;
	struct spread_place *place; /* the interfaces whose masks we set */
	size_t places;
	enum inner_state said;
};

/*
 * The CPUs that --inner names; empty with auto and off. 0; or, said: -ENODEV, one is not online;
 * -EINVAL, none would be left beside @roles' only CPU.
 */
int spread_choose(const struct run_options *options, const struct cpu_roles *roles,
		  cpu_set_t *given);

/*
 * Gets ready for what --inner says now: with auto, to measure what comes after decryption, if we
 * may.
 */
void spread_prepare(struct spread *spread, const struct run_options *options);

/* Once a second: interfaces, SAs and loads may be others now. */
void spread_tick(struct spread *spread, uint64_t now_ns);

/* Masks stay as they are; undo has what is to be put back. */
void spread_close(struct spread *spread);

#endif
