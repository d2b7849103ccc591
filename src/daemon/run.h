/* SPDX-License-Identifier: GPL-2.0-only */
/* `espalier run`: steers until told to stop. */
#ifndef DAEMON_RUN_H
#define DAEMON_RUN_H

#include "daemon/settings.h"

/*
 * Runs in the foreground. SIGHUP: @settings are read again. Exit status: 0 stopped as told, 1 failed (and
 * said why on stderr).
 */
int daemon_run(struct settings *settings);

#endif
