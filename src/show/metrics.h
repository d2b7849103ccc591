/* SPDX-License-Identifier: GPL-2.0-only */
/* A snapshot in Prometheus' text format (exposition format 0.0.4), for node_exporter's textfile
 * collector. */
#ifndef SHOW_METRICS_H
#define SHOW_METRICS_H

#include <stdio.h>
#include "show/snapshot.h"

/*
 * Writes all metrics. @netns: the network namespace's name, a label of each series, so that files
 * of several namespaces can stand side by side; "" is the host's own. There is no series an SA:
 * each rekey would leave a dead one behind. What is not known is left out.
 */
void metrics_write(FILE *file, const struct snapshot *snapshot, const char *netns);

#endif
