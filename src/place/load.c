// SPDX-License-Identifier: GPL-2.0-only
// A level that learns how fast to follow, and takes jumps at once.
#include "place/load.h"

#include <math.h>
#include <stdbool.h>

#define MEMORY 10.0 /* seconds: the longest that a level rests on */
#define JUMP   4.0  /* standard deviations: from here on it is no noise, but 1 in 16,000 times */
#define SD     1.25 /* a standard deviation, in mean deviations of a normal distribution */
#define LEARN  1.0  /* seconds after which what was learned of deviations counts half */
#define LEAST  0.01 /* no deviation is usually less: no sender keeps to our intervals */
#define USUAL  0.2  /* of an SA that was not seen before: the usual deviation, */
#define FOLLOW 0.2  /* and the part of one that is believed */
#define RATE   0.1  /* how much two deviations alike raise that part: by a tenth */
#define STEADY 0.05 /* less alike than this, they lower it: what is steady is not followed */
#define CLIP   3.0  /* a deviation teaches no more than so many usual ones */

#define SMOOTH_OTHER 5.0
#define HELD	     0.05

static double sane(double value)
{
	return value > 0 && value < 1e15 ? value : 0;
}

/* One number, to see a change of packets or of bytes: a packet is as much as 1,400 bytes. */
static double work(double packets, double bytes)
{
	return packets + bytes / 1400;
}

static void set(struct load_rate *rate, double packets, double bytes)
{
	rate->packets = packets;
	rate->bytes = bytes;
	rate->count = 1;
	rate->last = 0;
}

static void begin(struct load_rate *rate, double packets, double bytes)
{
	set(rate, packets, bytes);
	rate->usual = USUAL;
	rate->follow = FOLLOW;
}

/* One that lies far off counts as the farthest that is no jump. */
static void learn_usual(struct load_rate *rate, double off, double seconds)
{
	double keep = LEARN / (LEARN + seconds);

	off = fmin(fabs(off), JUMP * SD * rate->usual);
	rate->usual = (float)fmax(keep * rate->usual + (1 - keep) * off, LEAST);
}

/*
 * Deviations to the same side, one after the other: the level lags, and more of them is to be
 * believed. To one side and the other: it is noise that is followed, and less is.
 */
static void learn_follow(struct load_rate *rate, double off)
{
	double deviation = fmin(fmax(off / (SD * rate->usual), -CLIP), CLIP);
	double half = RATE * (deviation * rate->last - STEADY) / 2;

	rate->follow = (float)fmin(rate->follow * (1 + half) / (1 - half), 1); /* all but exp() */
	rate->last = (float)deviation;
}

/* The mean of all intervals at first, then of the last ones. */
static void follow(struct load_rate *rate, double packets, double bytes, double seconds)
{
	double least = fmin(seconds / MEMORY, 1), part;

	rate->follow = (float)fmax(rate->follow, least);
	part = fmax(1 / (rate->count + 1), rate->follow);
	rate->packets += part * (packets - rate->packets);
	rate->bytes += part * (bytes - rate->bytes);
	rate->count = (float)(1 / part);
	if (!(packets > 0) && rate->packets * seconds < 0.5)
		set(rate, 0, 0); /* idle, and not for ever nearly so */
}

void load_add(struct load_rate *rate, double packets, double bytes, double seconds)
{
	double now, level, off;

	if (!(sane(seconds) > 0))
		return;
	packets = sane(packets) / seconds;
	bytes = sane(bytes) / seconds;
	if (!(rate->count > 0)) {
		begin(rate, packets, bytes);
		return;
	}
	now = work(packets, bytes);
	level = work(rate->packets, rate->bytes);
	if (!(now > 0) && !(level > 0))
		return; /* idle: what it does when it is not stays known */
	off = (now - level) / fmax(now, level);
	if (fabs(now - level) > JUMP * SD * rate->usual * level * sqrt(1 + 1 / rate->count)) {
		set(rate, packets, bytes);
		learn_usual(rate, off, seconds);
		return;
	}
	learn_usual(rate, off, seconds);
	learn_follow(rate, off);
	follow(rate, packets, bytes, seconds);
}

struct load_rate load_heir(const struct load_rate *before)
{
	struct load_rate heir = *before;

	if (heir.count > 0)
		set(&heir, 0, 0);
	return heir;
}

double load_packets(const struct load_rate *rate)
{
	return rate->count > 0 ? rate->packets : NAN;
}

double load_share(const struct load_rate *rate, const struct cost *cost)
{
	if (!(rate->count > 0))
		return NAN;
	return cost->packet * rate->packets + cost->byte * rate->bytes;
}

double load_doubt(const struct load_rate *rate)
{
	if (!(rate->count > 0))
		return 0;
	return SD * rate->usual * sqrt((1 - rate->follow) / rate->count);
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
