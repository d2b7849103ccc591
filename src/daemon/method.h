/* SPDX-License-Identifier: GPL-2.0-only */
/* Which method an interface is steered by. */
#ifndef DAEMON_METHOD_H
#define DAEMON_METHOD_H

#include <sched.h>
#include "daemon/settings.h"
#include "sad/reading.h"
#include "steer/choose.h"
#include "steer/measure.h"

enum { METHOD_SECONDS = 2 }; /* that it is measured for */

struct method_choice {
	const struct method *method;
	char why[1024]; /* "": it was asked for */
};

/*
 * As it was asked for; else what steer/choose.h makes of this interface. @sas are the SAs of now.
 * @seen NULL: not measured yet. @sysfs is for sysfs_take(). 0; or 1: it is to be measured first.
 */
int method_choose(int sysfs, const struct run_options *options, const struct sad_reading *sas,
		  const struct cpu_roles *roles, const struct link *link,
		  const struct nic_seen *seen, struct method_choice *choice);

/* Begins to measure, which is said. 0 or a negative errno. */
int method_measure(const struct link *link, struct measure **measure);
/*
 * Ends it, after METHOD_SECONDS; what could not be measured is not seen. @sysfs is for
 * sysfs_take(). Frees @measure.
 */
void method_measured(int sysfs, struct measure *measure, const struct link *link,
		     struct nic_seen *seen);

#endif
