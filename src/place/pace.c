// SPDX-License-Identifier: GPL-2.0-only
// Quick while there is something to do, and twice as long each time that there is nothing.
#include "place/pace.h"

unsigned int pace_next(unsigned int last, unsigned int longest, bool restless)
{
	unsigned int next = restless || last < PACE_QUICK_MS ? PACE_QUICK_MS : 2 * last;

	return next < longest ? next : longest;
}
