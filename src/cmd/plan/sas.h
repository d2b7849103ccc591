/* SPDX-License-Identifier: GPL-2.0-only */
/* The SAs that are planned for, each with what it brings: of a file, a capture or the kernel. */
#ifndef CMD_PLAN_SAS_H
#define CMD_PLAN_SAS_H

#include "cmd/plan/plan.h"
#include "core/flow.h"

struct plan_sa {
	struct flow flow; /* of its packets; an SA whose packets differ in it is there for each */
	uint32_t spi;	  /* also where flow has none, as later fragments */
	double load;	  /* 0 or more, in any unit */
};

struct plan_sas {
	struct plan_sa *sa;
	size_t n;
	char source[320];  /* in words: "of the kernel, by what they carried in 3 s" */
	char warning[640]; /* "": none */
	bool equal;	   /* nothing is known of what they bring: all count alike */
	double total;	   /* of all loads */
};

/*
 * Reads them from --sas or --capture, else counts what the kernel's carry over --seconds. There is
 * at least one, and their loads are not all 0. Anything but STATUS_DONE was said. Free in any case.
 */
enum status plan_sas_read(const struct plan_options *o, struct plan_sas *sas);
void plan_sas_free(struct plan_sas *sas);

#endif
