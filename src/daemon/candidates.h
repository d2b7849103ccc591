/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Interfaces that are named and not steered yet: measured first, or refused. A refusal holds until
 * something of the interface itself changes: to try again changes its settings and puts them back,
 * which resets many a link.
 */
#ifndef DAEMON_CANDIDATES_H
#define DAEMON_CANDIDATES_H

#include "daemon/daemon.h"
#include "steer/choose.h"

struct candidate; /* those of a daemon: a list */

/* It is being measured, or was refused as it is now: to be left alone. */
bool candidates_wait(const struct daemon *d, const struct link *link);

/* Is any being measured? */
bool candidates_measuring(const struct daemon *d);

/*
 * The method for an interface: 0; or -EINPROGRESS: it is measured first, and PENDING_LINKS is
 * posted when that is done.
 */
int candidates_method(struct daemon *d, const struct link *link, const struct method **method);

/* It cannot be steered as it is now. */
void candidates_refused(struct daemon *d, const struct link *link);

/* It is steered, or gone. */
void candidates_forget(struct daemon *d, int ifindex);
/* All of them: what is asked for may be something else now. */
void candidates_forget_all(struct daemon *d);

/* Is this a candidate whose change may be worth another try? */
bool candidates_touched(const struct daemon *d, unsigned int changes, int ifindex);

#endif
