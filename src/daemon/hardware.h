/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An interface that the NIC or the kernel steers (methods rss, ntuple, rps), not our program. Its
 * settings are recorded in undo and stay when the daemon goes with --keep.
 */
#ifndef DAEMON_HARDWARE_H
#define DAEMON_HARDWARE_H

#include "daemon/daemon.h"
#include "daemon/meet.h"

struct hardware;

/*
 * Begins: what the method needs is set already (meet.h). Another call for an interface that an
 * earlier daemon left goes on with its rules and settings. NULL, and it was said.
 */
struct hardware *hardware_start(struct daemon *d, const struct daemon_interface *interface,
				const struct meeting *meeting);
/* Lets go of it; undo has what is to be put back. NULL is fine. */
void hardware_close(struct hardware *hardware);

/* SAs go to no CPU without a queue, where rules are to lead them there. */
void hardware_limit(struct daemon *d);

/* Every few seconds: interrupts may have moved to other CPUs. */
void hardware_recheck(struct daemon *d);

/* Rules follow the SAs and where they are placed, at the end of a turn of the loop. */
void hardware_settle(struct daemon *d);

/* Once a second. */
void hardware_look(struct daemon *d);

/* Takes the counters of SAs from the kernel's, where our program does not count. */
void hardware_count(struct daemon *d);

#endif
