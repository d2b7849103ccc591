/* SPDX-License-Identifier: GPL-2.0-only */
/* What SAs carried and CPUs did between two looks; if asked for, in which stages of a packet's way.
 */
#ifndef CMD_GAIN_COUNT_H
#define CMD_GAIN_COUNT_H

#include "cli/complain.h"
#include "host/stages.h"
#include "nic/cpus.h"
#include "sad/reading.h"
#include "sas/maps.h"

struct count_how {
	unsigned int seconds;
	bool measure;	    /* the stages too */
	enum stage backlog; /* as stages_start() wants it */
};

struct counting {
	double seconds;
	struct sad_reading sas; /* what each carried */
	struct cpus_busy cpu[CPU_SETSIZE];
	struct stages_seen stages;
	char why[256]; /* why the stages could not be measured; "": they were, or nobody asked */
};

/*
 * Waits meanwhile; without SAs there is nothing to wait for. @maps: those of the SAs that are
 * steered here, NULL: none are. Their rings count what the kernel's counters do not: SAs that other
 * programs decrypt. Complains.
 */
enum status count(const struct count_how *how, const struct maps *maps, struct counting *out);

#endif
