// SPDX-License-Identifier: GPL-2.0-only
// Waiting while something is counted.
#include "cmd/wait.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

double wait_seconds(unsigned int seconds, const char *doing)
{
	bool terminal = isatty(STDERR_FILENO);
	double start = now();
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	for (unsigned int left = seconds; left; left--) {
		if (terminal)
			fprintf(stderr, "\r\033[K%s: %u s left", doing, left);
		end.tv_sec++;
		while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &end, NULL) == EINTR)
			;
	}
	if (terminal)
		fputs("\r\033[K", stderr);
	return now() - start;
}
