/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a round did what it did, in a word (core/report.h). */
#ifndef DAEMON_ROUND_WHY_H
#define DAEMON_ROUND_WHY_H

#include "core/report.h"
#include "place/assign.h"
#include "sas/loads.h"

struct round_found {
	const struct sas_loads *loads;
	const struct assign_result *result;
	const struct assign_limits *limits;
	double heaviest;     /* load of the heaviest SA, if result->heaviest names one */
	unsigned int cpu;    /* and its CPU */
	bool still;	     /* nothing can be moved, by some method */
	bool gapless;	     /* some SA could not be moved now (sas_can_move()) */
	bool more;	     /* more moves are wanted than were begun */
	__u32 moves;	     /* that were begun */
};

enum round_why round_why_of(const struct round_found *found);

#endif
