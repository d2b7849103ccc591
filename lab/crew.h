/* SPDX-License-Identifier: GPL-2.0-only */
/* The generator's threads, one on each sending CPU. */
#ifndef LAB_CREW_H
#define LAB_CREW_H

#include "plan.h"

struct crew {
	const struct plan *plan;
	struct espgen_sender *senders[PLAN_CPUS_MAX];
	/*
	 * Says in senders[number] that it is ready, waits for start_ns there, then sends until it
	 * is done or `stop`. A negative errno ends all.
	 */
	int (*work)(struct crew *crew, __u32 number);
	void *context;
	volatile bool stop;
};

/*
 * Runs the threads, which begin to send together, until all are done or SIGINT or SIGTERM comes.
 * A thread that is to end gets SIGUSR1, for which there is a handler, until it ends.
 */
int crew_run(struct crew *crew, struct plan_result *result);

#endif
