/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon's calls to the methods of the interfaces that it steers (steer/method.h), except to
 * one that is a pinned program, which works by itself. Settings are recorded in undo and stay when
 * the daemon goes with --keep.
 */
#ifndef DAEMON_STEERED_H
#define DAEMON_STEERED_H

#include "daemon/daemon.h"
#include "daemon/meet.h"

/* Have the methods of all interfaces that are steered now this trait? */
bool steered_all(const struct daemon *d, enum method_trait trait);
/* Are interfaces steered, and has none of their methods it? */
bool steered_none(const struct daemon *d, enum method_trait trait);

/*
 * Begins: what the method needs is set already (meet.h). Another call for an interface that an
 * earlier daemon left goes on with its settings. 0, or a negative errno, said.
 */
int steered_start(struct daemon *d, struct daemon_interface *interface,
		  const struct meeting *meeting);
/* Lets go of it, if it was begun; undo has what is to be put back. */
void steered_end(struct daemon_interface *interface);

/* The CPUs have other roles now. */
void steered_limit(struct daemon *d);

/* Every few seconds: interrupts may have moved to other CPUs. */
void steered_recheck(struct daemon *d);

/* SAs came, went or moved: PENDING_RULES. */
void steered_settle(struct daemon *d);

/* Once a second. */
void steered_look(struct daemon *d);

/* Takes the counters of SAs from the kernel's, where no method counts. */
void steered_count(struct daemon *d);

#endif
