/* SPDX-License-Identifier: GPL-2.0-only */
/* What this machine tells of an interface that decides on its method (place/choose_method.h). */
#ifndef STEER_METHOD_FACTS_H
#define STEER_METHOD_FACTS_H

#include "place/choose_method.h"
#include "steer/needs.h"

struct method_facts {
	struct choose_method_facts facts; /* points into this struct */
	/*
	 * What is known of its driver makes it worth measuring whether the NIC separates SAs; what is
	 * measured decides, and is the caller's to fill in.
	 */
	bool may_separate;
	char driver[32];
	char xdp_why[NEEDS_TEXT_LEN];
};

/*
 * Fills in what an interface tells: driver, queues, whether the steering program may sit on it
 * natively, what rules its NIC takes. SAs and CPUs are the caller's to fill in; @kept is a mount
 * for sysfs_take(). 0, or a negative errno: the link cannot be read.
 */
int method_facts_gather(int kept, const char *ifname, struct method_facts *out);

#endif
