/* SPDX-License-Identifier: GPL-2.0-only */
/* Drops what running on does not need. */
#ifndef DAEMON_PRIVILEGES_H
#define DAEMON_PRIVILEGES_H

/*
 * Drops every capability that running on does not need, whichever of them we had; and none can be
 * gained from then on. 0 or a negative errno: some may still be there. From then on only the system
 * calls that host/stays.c lists can be made, too; where that cannot be had it is said, and is no
 * reason not to steer: it is one line of defence more.
 */
int privileges_drop(void);

/*
 * In between, what is done is done with no more than what will be left after privileges_drop(). 0
 * or a negative errno.
 */
int privileges_lower(void);
int privileges_raise(void);

#endif
