/* SPDX-License-Identifier: GPL-2.0-only */
/* The client's end of a connection to the daemon. */
#ifndef DAEMON_ASK_H
#define DAEMON_ASK_H

#include "daemon/control.h"

/*
 * A connection to the daemon of this network namespace, by its socket in RUN_DIR or by its beacon;
 * *pid is its (0: in a process namespace that we do not see). -ECONNREFUSED: none runs; or another
 * negative errno.
 */
int ask_connect(uint64_t cookie, pid_t *pid);

int ask_send(int fd, const struct control_request *request);

/*
 * A reply; *passed (may be NULL) is the descriptor that came with it, else -1. -ECONNRESET: the daemon
 * ended without one; -EPROTO: it is of another version; or another negative errno.
 */
int ask_hear(int fd, struct control_reply *reply, int *passed);

/* Both. */
int ask_once(int fd, const struct control_request *request, struct control_reply *reply, int *passed);

#endif
