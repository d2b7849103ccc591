/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon: its parts, which know of each other what stands in their own headers. The whole is
 * known to those alone that put it together: run.c, loop.c and reload.c.
 */
#ifndef DAEMON_DAEMON_H
#define DAEMON_DAEMON_H

#include "daemon/alone.h"
#include "daemon/candidates.h"
#include "daemon/control.h"
#include "daemon/follow.h"
#include "daemon/interfaces.h"
#include "daemon/learner.h"
#include "daemon/losses.h"
#include "daemon/metrics.h"
#include "daemon/pending.h"
#include "daemon/roles.h"
#include "daemon/rounds.h"
#include "daemon/settings.h"
#include "daemon/spread.h"

struct daemon {
	struct settings *settings;
	const struct run_options *options; /* of them: those of now */
	struct alone alone;
	struct event_base *base;
	struct loop *loop;
	unsigned int pending; /* enum pending: what is still to be done */
	bool starting;	      /* not ready yet: any refusal is an error */
	int sysfs; /* kept for sysfs_take(), since CAP_SYS_ADMIN is given up; 0: none */
	struct sas sas;
	struct undo *undo;
	struct addrs *addrs;
	struct watch *watch;
	struct follow follow;
	struct learner learner;
	struct interfaces interfaces;
	struct candidates candidates;
	struct roles roles;
	struct rounds *rounds;
	struct spread spread;
	struct control *control;
	struct losses losses;
	struct metrics *metrics;
};

#endif
