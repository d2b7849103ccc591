/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What we may still do from some point on, and why: of the daemon once it is set up, and of who
 * reads what others wrote, and prints. filter.c and daemon/privileges.c take the rest away.
 */
#ifndef HOST_STAYS_H
#define HOST_STAYS_H

#include <stdint.h>

enum { STAYS_CAPABILITIES = 4 };

/* The daemon's; a reader's are none, or those that it says it needs (confine.c). */
extern const unsigned int stays_capabilities[STAYS_CAPABILITIES];

/* System calls by name, NULL behind the last: everybody's, and what the daemon has beside them. */
extern const char *const stays_calls[], *const stays_calls_daemon[];

/* What stays with some arguments alone: where these bits of the argument are so. */
struct stays_some {
	const char *call; /* NULL: behind the last */
	unsigned int arg;
	uint64_t mask, value;
};

extern const struct stays_some stays_some[], stays_some_daemon[];

#endif
