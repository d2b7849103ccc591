/* SPDX-License-Identifier: GPL-2.0-only */
/* Which method an interface is steered by. */
#ifndef DAEMON_METHOD_H
#define DAEMON_METHOD_H

#include <sched.h>
#include "daemon/run.h"
#include "nic/link.h"
#include "sad/reading.h"

/*
 * As it was asked for; else what place/choose_method.h makes of this interface, which is said. Of a
 * NIC that may separate SAs by itself the traffic is looked at for two seconds. @sas are the SAs of now.
 */
enum method_kind method_choose(const struct run_options *options, const struct sad_reading *sas,
			       const cpu_set_t *cpus, const struct link *link);

#endif
