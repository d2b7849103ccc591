/* SPDX-License-Identifier: GPL-2.0-only */
/* `run --dry-run`: what would be done, as far as it can be told without doing it. */
#ifndef DAEMON_DRY_RUN_H
#define DAEMON_DRY_RUN_H

#include "daemon/settings.h"

/* Prints it. 0, or a negative errno, said. */
int dry_run(const struct run_options *options);

#endif
