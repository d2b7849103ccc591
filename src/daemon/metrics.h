/* SPDX-License-Identifier: GPL-2.0-only */
/* --metrics FILE: written anew every few seconds, so that whoever reads it sees all of one time. */
#ifndef DAEMON_METRICS_H
#define DAEMON_METRICS_H

#include <event2/event.h>
#include "sas/maps.h"

struct metrics;

/* Can @path be written? Before anything is changed. NULL: none is asked for. 0 or a negative errno, said. */
int metrics_prepare(struct metrics **metrics, const char *path);

/* Writes these from now on. 0 or -ENOMEM. */
int metrics_start(struct metrics *metrics, struct event_base *base, const struct maps *maps);

/* The file that is written; NULL: none. */
const char *metrics_path(const struct metrics *metrics);

/* Takes the file away. */
void metrics_close(struct metrics *metrics);

#endif
