/* SPDX-License-Identifier: GPL-2.0-only */
/* The client's end of a connection to the daemon. */
#ifndef CLIENT_ASK_H
#define CLIENT_ASK_H

#include "client/messages.h"

/*
 * A connection to the daemon of this network namespace, by its socket in RUN_DIR, ours or, where that
 * is another, its own; *pid is its (0: in a process namespace that we do not see). -ECONNREFUSED: none
 * runs that tells so; -EAGAIN: it takes nobody; -EXDEV: it is there, and cannot be reached from here;
 * -EPERM: the socket or the beacon is another user's; or another negative errno.
 */
int ask_connect(uint64_t cookie, pid_t *pid);

/* What an error of ask_connect(), ask_send() or ask_hear() means: "the daemon does not answer". */
const char *ask_why(int err);

int ask_send(int fd, const struct control_request *request);

/*
 * A reply. -ECONNRESET: the daemon ended without one; -EAGAIN: none comes; -EPROTO: it is of another
 * version; or another negative errno.
 */
int ask_hear(int fd, struct control_reply *reply);

/* Both. */
int ask_once(int fd, const struct control_request *request, struct control_reply *reply);

#endif
