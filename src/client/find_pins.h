/* SPDX-License-Identifier: GPL-2.0-only */
/* The pins of what is steered in this network namespace, from whichever mount namespace it is. */
#ifndef CLIENT_FIND_PINS_H
#define CLIENT_FIND_PINS_H

#include "sas/pins.h"

/*
 * As pins_find() without mounting; where that sees no pins of this namespace, in the bpffs of the
 * running daemon, if the kernel lets us (client/beacon.h). 0: pins_state() tells what lies there, and
 * nothing else is steered by our program; -ENOENT: no bpffs is to be seen, and nothing is steered by
 * our program; -EXDEV: something is, or a daemon runs, and its pins cannot be seen. Or another negative errno. @why as there.
 */
int find_pins(struct pins *pins, char *why, size_t size);

/* 0, or -EXDEV with @why, if our program is on an interface though no pins of this namespace are known. */
int find_unseen(char *why, size_t size);

#endif
