/* SPDX-License-Identifier: GPL-2.0-only */
/* The chart on simulate's page: the speed-up of each NIC against the number of queues. */
#ifndef CMD_SIMULATE_CHART_H
#define CMD_SIMULATE_CHART_H

#include <stdio.h>
#include "cmd/simulate/series.h"

/* The top of the scale: the highest speed-up, up to the next step; @all: even of what sprays. */
double chart_top(const struct simulation *simulation, bool all);

/* Writes chart and legend; of two numbers of queues or more. 0 or -ENOMEM. */
int chart_put(FILE *file, const struct simulate_view *view, const struct series *series, size_t n);

#endif
