/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads from counters: a forecast for each SA, and what else a CPU does. Pure. */
#ifndef PLACE_LOAD_H
#define PLACE_LOAD_H

#include <stdbool.h>
#include "place/cost.h"

/*
 * What an SA will bring in the next interval, and how sure that is. It is a level with three things
 * that are learned of the SA itself: how far its intervals lie from the level usually; how much of
 * such a deviation is a change that stays; and from when on a deviation is no deviation but a
 * jump, which the forecast takes up at once. All zero is an SA of which nothing is known.
 */
struct load_rate {
	double packets, bytes; /* a second */
	float count;	       /* intervals that this rests on; 0: nothing was seen yet */
	float usual;	       /* mean deviation of an interval, as a part of the level */
	float follow;	       /* the part of a deviation that is believed */
	float last;	       /* the deviation of the last interval, in units of what is usual */
};

/* Adds the packets and bytes of the last interval. Impossible numbers count as none. */
void load_add(struct load_rate *rate, double packets, double bytes, double seconds);

/*
 * What is known of an SA that takes the place of another one, as after a rekey: all that was
 * learned of that one. The traffic itself is still counted there: the heir begins as one that is
 * idle, and its first packets are a jump.
 */
struct load_rate load_heir(const struct load_rate *before);

/* Packets a second; NAN if nothing of the SA was seen yet. */
double load_packets(const struct load_rate *rate);

/* Share of a CPU that it will take at these costs; NAN if nothing of the SA was seen yet. */
double load_share(const struct load_rate *rate, const struct cost *cost);

/*
 * How far the level may be off, as a part of it: a standard deviation. What of a deviation is
 * believed is no doubt about where the level is now, only about where it will be.
 */
double load_doubt(const struct load_rate *rate);

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
