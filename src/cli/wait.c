// SPDX-License-Identifier: GPL-2.0-only
// Waiting while something is counted.
#include "cli/wait.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "host/clock.h"

/*
 * False: one of the signals that end a program came, and the caller had blocked it; it is pending
 * again.
 */
static bool sleep_until(const struct timespec *end)
{
	double left;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	while ((left = (double)end->tv_sec + (double)end->tv_nsec / 1e9 - clock_seconds()) > 0) {
		struct timespec rest = {(time_t)left, (long)((left - (time_t)left) * 1e9)};
		int signal = sigtimedwait(&set, NULL, &rest);

		if (signal > 0) {
			raise(signal);
			return false;
		}
	}
	return true;
}

double wait_seconds(unsigned int seconds, const char *doing)
{
	bool terminal = isatty(STDERR_FILENO);
	double start = clock_seconds();
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	for (unsigned int left = seconds; left; left--) {
		if (terminal)
			fprintf(stderr, "\r\033[K%s: %u s left", doing, left);
		end.tv_sec++;
		if (!sleep_until(&end))
			break;
	}
	if (terminal)
		fputs("\r\033[K", stderr);
	return clock_seconds() - start;
}
