/* SPDX-License-Identifier: GPL-2.0-only */
/* What bounds the heaviest SA, and what helps, by what was measured (place/remedies.h). */
#ifndef CMD_GAIN_REMEDIES_H
#define CMD_GAIN_REMEDIES_H

#include "cmd/gain/stages.h"
#include "place/remedies.h"

struct gain_remedies {
	const struct sa *sa; /* the heaviest; NULL: nothing is known of any */
	int cpu;	     /* that decrypts it, -1: not known */
	double carried;	     /* its packets a second */
	bool fitted;	     /* what a byte costs was measured by `run`, not assumed */
	struct remedy_facts facts;
	struct remedy_bound bound;
};

/*
 * Concludes. @byte_ns: what `run` found a byte to cost, NAN: it did not. @cpus: that may decrypt.
 */
void gain_remedies_take(const struct gain_stages *stages, double byte_ns, unsigned int cpus,
			struct gain_remedies *out);

/* As JSON the member "heavy", null if nothing is known. */
void gain_remedies_print(struct out *out, const struct gain_remedies *remedies);

#endif
