/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads from counters: of SAs, and of what else a CPU does. Smoothed. Pure. */
#ifndef PLACE_LOAD_H
#define PLACE_LOAD_H

#include <stdbool.h>
#include "place/cost.h"

/* What an SA brings, smoothed over about a second. All zero is an SA of which nothing is known. */
struct load_rate {
	/* Sums of what was seen and of the time it was seen over, fading alike. */
	double packets, bytes, seconds;
};

/* Adds the packets and bytes of the last interval. Impossible numbers count as none. */
void load_add(struct load_rate *rate, double packets, double bytes, double seconds);

/* Packets a second; NAN if the SA was seen too short to tell. */
double load_packets(const struct load_rate *rate);

/* Share of a CPU that it takes at these costs; NAN if the SA was seen too short to tell. */
double load_share(const struct load_rate *rate, const struct cost *cost);

/*
 * What a CPU does beside its SAs, as a share of it: smoothed over five seconds, and then held until
 * it is off by a twentieth of the CPU, since no SA shall move for a flicker of somebody else's
 * work.
 */
struct load_other {
	double sum, seconds; /* fading */
	double held;
};

double load_other_add(struct load_other *other, double share, double seconds);

#endif
