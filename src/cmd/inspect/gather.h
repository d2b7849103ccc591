/* SPDX-License-Identifier: GPL-2.0-only */
/* Gathers what `inspect` says of an interface. */
#ifndef CMD_INSPECT_GATHER_H
#define CMD_INSPECT_GATHER_H

#include "cli/complain.h"
#include "cmd/inspect/inspection.h"

struct inspect_how {
	unsigned int seconds; /* to measure; 0: not at all */
	bool xdp;	      /* at XDP, not at tc */
};

/* Fills @in and concludes; else it has said why not. */
enum status inspect_gather(const char *name, const struct inspect_how *how, struct inspection *in);

#endif
