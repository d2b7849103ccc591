/* SPDX-License-Identifier: GPL-2.0-only */
/* Putting everything back from the pins and the state file alone, whatever is left of them. */
#ifndef CLIENT_TAKEDOWN_H
#define CLIENT_TAKEDOWN_H

#include "sas/pins.h"
#include "steer/undo.h"

/*
 * Is anything of ours there: on the interface @ifindex, or with 0 anywhere in the namespace? Pins of
 * any layout, an interface that the NIC or the kernel steers, or settings that are written down.
 */
bool takedown_any(const struct pins *pins, const struct undo *undo, unsigned int ifindex);

/* Is any interface steered? */
bool takedown_steered(const struct pins *pins, const struct undo *undo);

/*
 * Detaches an interface (@ifindex; 0: all, and removes every pin of the namespace, of any layout)
 * and puts back what was changed for it; if no other is steered then, the same as 0. 0; -EIO: not
 * every setting could be put back; or another negative errno with @why. As much as can be is done
 * before it returns.
 */
int takedown(struct pins *pins, struct undo *undo, unsigned int ifindex, char *why,
	     size_t size);

#endif
