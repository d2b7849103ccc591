// SPDX-License-Identifier: GPL-2.0-only
// What a stop says, whether the daemon did it or not.
#include "client/stop_words.h"

#include <errno.h>
#include <stdio.h>

void stop_sentence(const char *interface, const struct leavings *leavings, int err,
		   const char *why, char *said, size_t size)
{
	const char *what = interface && *interface ? interface : "this network namespace";
	char sum[256];

	leavings_sum(leavings, sum, sizeof(sum));
	if (err && err != -EIO)
		snprintf(said, size, "%s", why);
	else
		snprintf(said, size, "%s is no longer steered%s", what, sum);
}

void stop_nothing(const char *interface, char *said, size_t size)
{
	if (interface)
		snprintf(said, size, "%s is not steered; 'espalier show' lists what is", interface);
	else
		snprintf(said, size, "nothing is steered in this network namespace");
}
