/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The daemon's calls to the methods of the interfaces that it steers (steer/method.h). Settings are
 * recorded in undo, and stay as what is pinned does when the daemon goes with --keep.
 */
#ifndef DAEMON_STEERED_H
#define DAEMON_STEERED_H

#include "daemon/interfaces.h"
#include "steer/meet.h"

/* What holds of moves and counters follows from the methods of the interfaces that are steered now. */
void steered_note(struct sas *sas);

/* From here on the calls for this interface go to that method. */
void steered_set(struct interfaces *all, struct interface *interface, const struct method *method);

/* Is what an earlier daemon pinned on it at work? 0 or a negative errno. */
int steered_find(const struct interface *interface);

/*
 * Begins: what the method needs is set already (steer/meet.h). What an earlier daemon left goes on with
 * its settings. 0, or a negative errno, said.
 */
int steered_start(struct interfaces *all, struct interface *interface,
		  const struct meeting *meeting);
/* Takes off what would go on without us. */
void steered_take_off(struct interface *interface);

/* Lets go of it, if it was begun; undo has what is to be put back. */
void steered_end(struct interface *interface);

/* The CPUs have other roles now. */
void steered_limit(struct interfaces *all);

/* Every few seconds: did interrupts move to other CPUs? Said; then the roles are to be given again. */
bool steered_queues_moved(struct interfaces *all);

/* SAs came, went or moved: PENDING_RULES. */
void steered_settle(struct interfaces *all);

/* Once a second. */
void steered_tick(struct interfaces *all);

#endif
