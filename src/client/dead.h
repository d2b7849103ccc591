/* SPDX-License-Identifier: GPL-2.0-only */
/* What a daemon that was killed left of a network namespace that is gone: maps and threads until reboot. */
#ifndef CLIENT_DEAD_H
#define CLIENT_DEAD_H

#include <stdbool.h>
#include "sas/pins.h"

/*
 * Takes down what is left in the same bpffs of other namespaces that are surely gone: no thread and no
 * name of one that we know of is in them, nothing that the pins of theirs attached is attached any
 * more, no daemon holds their lock and none has beaten lately. Where any of that cannot be told (in
 * another PID namespace than the first; without the right to enter a namespace, as in
 * espalier.service) they count as alive. Their records go too, if they are about nothing but
 * interfaces that are gone; else they stay, which is said. The number of namespaces.
 */
int dead_take_down(const struct pins *pins);

/* The same of one of them, whatever is still attached: is it surely gone, and nobody attends to it? */
bool dead_is_gone(const struct pins *there);

#endif
