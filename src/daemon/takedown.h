/* SPDX-License-Identifier: GPL-2.0-only */
/* Putting everything back from the pins and the state file alone, whatever is left of them. */
#ifndef DAEMON_TAKEDOWN_H
#define DAEMON_TAKEDOWN_H

#include "steer/pins.h"
#include "steer/undo.h"

/*
 * Detaches an interface (@ifindex; 0: all, and removes every pin of the namespace, of any layout)
 * and puts back what was changed for it. 0, or a negative errno with @why; as much as can be is
 * done before it returns.
 */
int takedown(struct pins *pins, struct undo *undo, unsigned int ifindex, char *why,
	     size_t size);

#endif
