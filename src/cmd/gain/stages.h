/* SPDX-License-Identifier: GPL-2.0-only */
/* What a packet costs in each stage, as `gain --measure` found it, and its printing. */
#ifndef CMD_GAIN_STAGES_H
#define CMD_GAIN_STAGES_H

#include "cmd/gain/count.h"
#include "place/gain.h"
#include "place/stage_costs.h"
#include "view/out.h"

struct gain_stages {
	bool asked;
	const char *cannot; /* why nothing is known; NULL: something is */
	bool polls;	    /* packets that devices took were counted */
	bool spread;	    /* what comes after decryption is done on other CPUs: run --inner */
	double seconds;
	struct stage_costs costs;
	const struct sa *sas;
	struct stage_sa *carried; /* by the index of `sas`, as the next; `n` of each */
	struct stage_cost *cost;
	size_t n;
};

/* Concludes. @sas: what `gain` counts of each SA. -ENOMEM; free with gain_stages_free(). */
int gain_stages_take(const struct counting *counting, const struct gain_sa *sas,
		     struct gain_stages *out);
void gain_stages_free(struct gain_stages *stages);

/* As JSON the member "stages", null if nobody asked. */
void gain_stages_print(struct out *out, const struct gain_stages *stages);

#endif
