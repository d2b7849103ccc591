/* SPDX-License-Identifier: GPL-2.0-only */
/* A snapshot in Prometheus' text format (exposition format 0.0.4), for node_exporter's textfile
 * collector. */
#ifndef SHOW_METRICS_H
#define SHOW_METRICS_H

#include <stdio.h>
#include "show/snapshot.h"

/*
 * Writes all metrics. @netns: the network namespace's name, a label of each series, so that files
 * of several namespaces can stand side by side; "" is the host's own. The heaviest SAs have series of
 * their own, and a limit, for each rekey leaves a dead one behind; the others are summed up. What is
 * not known is left out.
 */
void metrics_write(FILE *file, const struct snapshot *snapshot, const char *netns);

#endif
