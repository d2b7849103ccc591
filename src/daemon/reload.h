/* SPDX-License-Identifier: GPL-2.0-only */
/* SIGHUP: the file of settings and the file of SAs are read again. */
#ifndef DAEMON_RELOAD_H
#define DAEMON_RELOAD_H

#include "daemon/daemon.h"

/* What cannot be read or done is said, and then nothing has changed. True: the options may be
 * others now. */
bool reload(struct daemon *d);

#endif
