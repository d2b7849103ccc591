/* SPDX-License-Identifier: GPL-2.0-only */
/* What attaching and adopting share. Inner to daemon/interfaces.c and daemon/adopt.c. */
#ifndef DAEMON_INTERFACES_IMPL_H
#define DAEMON_INTERFACES_IMPL_H

#include <limits.h>
#include "daemon/daemon.h"

#define NO_INDEX UINT_MAX /* it has no place in host->interface */

/* The interface of that index, or with 0 a free place; NULL: there is none. */
struct daemon_interface *interfaces_find(struct daemon *d, unsigned int ifindex);

/* Do the names of the command line or file mean this interface (a bond means its slaves)? */
bool interfaces_is_named(const struct daemon *d, unsigned int ifindex);

/* It is no longer steered: its program, pins, place in the shared maps. Settings are undo's. */
void interfaces_release(struct daemon *d, struct daemon_interface *interface);

#endif
