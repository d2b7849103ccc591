/* SPDX-License-Identifier: GPL-2.0-only */
/* The live part of bench/steer: the script bench/live, and what it found. */
#ifndef BENCH_LIVE_H
#define BENCH_LIVE_H

#include <stdbool.h>

struct live_result {
	bool measured;
	double espalier_fps, bare_fps, ratio, goal;
};

/* Runs it. 0; -EIO: it failed, and has said why. */
int live_run(struct live_result *result);

#endif
