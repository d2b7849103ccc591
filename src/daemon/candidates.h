/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces that are named and not steered yet: measured first, or refused. A refusal holds until
 * something of the interface itself changes: to try again changes its settings and puts them back,
 * which resets many a link.
 */
#ifndef DAEMON_CANDIDATES_H
#define DAEMON_CANDIDATES_H

#include <event2/event.h>
#include "daemon/pending.h"
#include "daemon/settings.h"
#include "nic/watch.h"
#include "sad/sad.h"
#include "sas/sas.h"
#include "steer/choose.h"

struct candidates {
	/* What they need: */
	struct event_base *base;
	struct sad *sad;       /* of it, the SAs of now */
	const struct sas *sas; /* of it, the roles of CPUs */
	int sysfs;	       /* for sysfs_take() */
	const struct run_options *options;
	unsigned int *pending;
	/* Their own: */
	struct candidate *first;
};

/* It is being measured, or was refused as it is now: to be left alone. */
bool candidates_wait(const struct candidates *all, const struct link *link);

/* Is any being measured? */
bool candidates_measuring(const struct candidates *all);

/*
 * The method for an interface: 0; or -EINPROGRESS: it is measured first, and PENDING_LINKS is
 * posted when that is done.
 */
int candidates_method(struct candidates *all, const struct link *link,
		      const struct method **method);

/* It cannot be steered as it is now. */
void candidates_refused(struct candidates *all, const struct link *link);

/* By the method that was chosen for it it cannot be steered, @why: half a sentence. */
void candidates_failed(struct candidates *all, int ifindex, const struct method *method,
		       const char *why);

/* Was any method chosen for it that did not do? That is forgotten once it is steered or refused. */
bool candidates_has_failed(const struct candidates *all, int ifindex);

/* It is steered, or gone. */
void candidates_forget(struct candidates *all, int ifindex);
/* All of them: what is asked for may be something else now. */
void candidates_forget_all(struct candidates *all);

/* Is this a candidate whose change may be worth another try? */
bool candidates_touched(const struct candidates *all, unsigned int changes, int ifindex);

#endif
