/* SPDX-License-Identifier: GPL-2.0-only */
/* What the daemon waits for, and what it then does. */
#ifndef DAEMON_LOOP_H
#define DAEMON_LOOP_H

#include "daemon/daemon.h"

/* Follows links and addresses; those that are there are told of before it returns. */
int loop_open_watch(struct daemon *d);

/* What the loop waits for. 0, or -ENOMEM. */
int loop_open(struct daemon *d);
void loop_close(struct daemon *d);

/* One turn: waits, takes what happens, and does what is pending. 0, or as interfaces_attach(). */
int loop_turn(struct daemon *d);

#endif
