/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests of `move` and `stop`, over a socket that only root opens. */
#ifndef DAEMON_CONTROL_H
#define DAEMON_CONTROL_H

#include <event2/event.h>
#include "client/leavings.h"
#include "daemon/interfaces.h"

struct control;

/* Serves from now on; a whole stop posts PENDING_END. 0 or a negative errno, said. */
int control_open(struct control **control, struct event_base *base, struct interfaces *interfaces);

/*
 * Everything is taken down, with that error, and these were left as they are: tells whoever asked
 * for it, if anybody did.
 */
void control_stopped(struct control *control, const struct leavings *leavings, int err,
		     const char *why);

void control_close(struct control *control);

#endif
