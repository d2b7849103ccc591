/* SPDX-License-Identifier: GPL-2.0-only */
/* What a daemon that was killed left of a network namespace that is gone: maps and threads until reboot. */
#ifndef DAEMON_DEAD_H
#define DAEMON_DEAD_H

#include "steer/pins.h"

/*
 * Takes down what is left in the same bpffs of other namespaces that are gone: no process is in them
 * that we can see, nothing that the pins of theirs attached is attached any more, and no daemon holds
 * their lock or has beaten lately. Their records go too: what they are about is gone. The number of
 * namespaces.
 */
int dead_take_down(const struct pins *pins);

#endif
