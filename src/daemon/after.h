/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What comes after decryption of a heavy SA's packets, measured for two seconds now and then while
 * somebody asks (host/stages.h).
 */
#ifndef DAEMON_AFTER_H
#define DAEMON_AFTER_H

#include <stdint.h>
#include "host/stages.h"

/* The SA that is asked about, its CPU, and its packets until now. */
struct after_sa {
	uint32_t spi;
	int cpu;
	uint64_t packets;
};

struct after_cost {
	double ns;    /* of a packet; NAN: it cannot be measured here. 0: not known yet */
	double share; /* of the SA's CPU */
};

/* All zero cannot measure. */
struct after {
	struct stages *stages;
	bool running;
	uint64_t since_ns; /* when that began; or when `cost` was measured, 0: it was not */
	struct after_sa sa;
	struct after_cost cost;
};

#define AFTER_MEASURE_NS 2000000000ull	/* so long it is measured, at least */
#define AFTER_KNOWN_NS	 60000000000ull /* and so long it is known then */

/*
 * Gets ready, while we may still look up where the kernel's functions are (CAP_SYSLOG). What stands
 * in the way is said once; then it cannot measure.
 */
void after_open(struct after *after);

/* Once a second: what is known of this SA; NULL: nobody asks, and nothing is measured. */
struct after_cost after_look(struct after *after, const struct after_sa *sa, uint64_t now_ns);

void after_close(struct after *after);

#endif
