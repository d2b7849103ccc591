// SPDX-License-Identifier: GPL-2.0-only
// Sums that fade: their ratio is a mean over the last while, right from the first interval on.
#include "place/load.h"

#include <math.h>

#define SMOOTH	     1.0 /* seconds after which what was seen counts 1/e */
#define SMOOTH_OTHER 5.0
#define HELD	     0.05
#define TELLS	     0.15 /* seconds, faded, that a rate needs */

static double sane(double value)
{
	return value > 0 && value < 1e15 ? value : 0;
}

void load_add(struct load_rate *rate, double packets, double bytes, double seconds)
{
	double keep;

	if (!(sane(seconds) > 0))
		return;
	keep = exp(-seconds / SMOOTH);
	rate->packets = rate->packets * keep + sane(packets);
	rate->bytes = rate->bytes * keep + sane(bytes);
	rate->seconds = rate->seconds * keep + seconds;
	if (rate->packets < 1e-3)
		rate->packets = rate->bytes = 0; /* idle, and not for ever nearly so */
}

double load_packets(const struct load_rate *rate)
{
	return rate->seconds >= TELLS ? rate->packets / rate->seconds : NAN;
}

double load_share(const struct load_rate *rate, const struct cost *cost)
{
	if (!(rate->seconds >= TELLS))
		return NAN;
	return (cost->packet * rate->packets + cost->byte * rate->bytes) / rate->seconds;
}

double load_other_add(struct load_other *other, double share, double seconds)
{
	bool first = !(other->seconds > 0);
	double keep, mean;

	if (!(sane(seconds) > 0))
		return other->held;
	keep = exp(-seconds / SMOOTH_OTHER);
	other->sum = other->sum * keep + fmin(sane(share), 1) * seconds;
	other->seconds = other->seconds * keep + seconds;
	mean = other->sum / other->seconds;
	if (first || fabs(mean - other->held) > HELD)
		other->held = mean;
	return other->held;
}
