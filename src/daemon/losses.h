/* SPDX-License-Identifier: GPL-2.0-only */
/* What is lost, and IPsec that nobody knows: noted in the shared maps, and said as it begins. */
#ifndef DAEMON_LOSSES_H
#define DAEMON_LOSSES_H

#include "core/report.h"
#include "sas/maps.h"

/* What was said. Begins as all zeros. */
struct losses {
	uint64_t ticked_ns;
	uint64_t said_ns[LOSSES]; /* 0: never */
	bool unknown;
	bool beyond[HOST_INTERFACES]; /* by its place there */
	char words[640];
};

/* Notes what came and was lost, and says what somebody should do something about. Once a second. */
void losses_tick(struct losses *losses, const struct maps *maps);

#endif
