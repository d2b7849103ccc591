/* SPDX-License-Identifier: GPL-2.0-only */
/* Is a daemon at work that neither the lock nor the beacon tells of? By what it writes into its maps. */
#ifndef CLIENT_ATTENDED_H
#define CLIENT_ATTENDED_H

#include <stdbool.h>
#include "sas/pins.h"

/*
 * True if a daemon looks after the pins of our layout: it is seen to beat. Where its last beat is
 * recent, this waits until there is another or it is HEARTBEAT_OLD_NS old.
 */
bool attended(const struct pins *pins);

#endif
