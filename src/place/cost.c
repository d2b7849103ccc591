// SPDX-License-Identifier: GPL-2.0-only
// Least squares with forgetting, bounds and a ridge, over three unknowns.
#include "place/cost.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define MEMORY	   60.0 /* seconds of traffic after which a sample counts 1/e */
#define MOST	   1000.0
#define SWEEPS	   500
#define FAR	   2.0	/* samples beyond so many times the noise count less */
#define NOISE	   0.02 /* of a busy share, from clock ticks: never take it to be less */
#define NOISE_RATE 0.1
/*
 * A starting value is good to a factor of about 3, a busy share over half a second to 0.02: then
 * the ridge that weighs both as they deserve is 0.02^2 * 0.5 / 3^2.
 */
#define RIDGE 2e-5

struct cost cost_start(void)
{
	return (struct cost){.packet = 1e-6, .byte = 0.7e-9, .receive = 0.3e-6};
}

void cost_init(struct cost_fit *fit, const struct cost *start)
{
	memset(fit, 0, sizeof(*fit));
	fit->start = *start;
	for (int i = 0; i < COST_PARTS; i++)
		fit->factor[i] = 1;
	fit->noise = NOISE;
}

/* The shares of the CPU that the parts would take at their starting values. */
static void shares(const struct cost_fit *fit, const struct cost_sample *s, double x[COST_PARTS])
{
	x[0] = fit->start.packet * s->packets / s->seconds;
	x[1] = fit->start.byte * s->bytes / s->seconds;
	x[2] = fit->start.receive * s->received / s->seconds;
}

/* Not false for NAN by chance: every comparison with it is. */
static bool within(double value, double most)
{
	return value >= 0 && value <= most;
}

static bool sane(const struct cost_fit *fit, const struct cost_sample *s)
{
	double x[COST_PARTS];

	shares(fit, s, x);
	return s->seconds > 0 && within(s->seconds, MEMORY) && within(s->busy, 1) &&
	       within(x[0], MOST) && within(x[1], MOST) && within(x[2], MOST) &&
	       s->packets + s->received > 0;
}

/* The farther off the fit is, the sooner it forgets: what it knows does not hold any more. */
static void forget(struct cost_fit *fit, double seconds)
{
	double keep = exp(-seconds / MEMORY * (fit->noise / NOISE));

	for (int i = 0; i < COST_PARTS; i++) {
		for (int j = 0; j < COST_PARTS; j++)
			fit->xx[i][j] *= keep;
		fit->xy[i] *= keep;
	}
}

static void learn(struct cost_fit *fit, const struct cost_sample *s)
{
	double x[COST_PARTS], off = -s->busy, limit = FAR * fit->noise, weight;

	shares(fit, s, x);
	for (int i = 0; i < COST_PARTS; i++)
		off += fit->factor[i] * x[i];
	weight = s->seconds * (fabs(off) > limit ? limit / fabs(off) : 1);
	for (int i = 0; i < COST_PARTS; i++) {
		for (int j = 0; j < COST_PARTS; j++)
			fit->xx[i][j] += weight * x[i] * x[j];
		fit->xy[i] += weight * x[i] * s->busy;
	}
	fit->noise += NOISE_RATE * (fmin(fabs(off), 1) - fit->noise);
	fit->noise = fmax(fit->noise, NOISE);
}

/* The best factor of one part, the others as they are, within its bounds. */
static double best(const struct cost_fit *fit, int i)
{
	double rest = fit->xy[i] + RIDGE;

	for (int j = 0; j < COST_PARTS; j++)
		if (j != i)
			rest -= fit->xx[i][j] * fit->factor[j];
	return fmin(fmax(rest / (fit->xx[i][i] + RIDGE), 0), MOST);
}

/* One part after the other: with bounds this still comes to the minimum, for it is the only one. */
static void solve(struct cost_fit *fit)
{
	for (int sweep = 0; sweep < SWEEPS; sweep++) {
		double moved = 0;

		for (int i = 0; i < COST_PARTS; i++) {
			double was = fit->factor[i];

			fit->factor[i] = best(fit, i);
			moved = fmax(moved, fabs(fit->factor[i] - was));
		}
		if (moved < 1e-9)
			return;
	}
}

void cost_add(struct cost_fit *fit, const struct cost_sample *samples, size_t n)
{
	double seconds = 0;

	for (size_t i = 0; i < n; i++)
		if (sane(fit, &samples[i]))
			seconds = fmax(seconds, samples[i].seconds);
	if (!(seconds > 0))
		return;
	forget(fit, seconds);
	for (size_t i = 0; i < n; i++)
		if (sane(fit, &samples[i]))
			learn(fit, &samples[i]);
	solve(fit);
}

struct cost cost_now(const struct cost_fit *fit)
{
	return (struct cost){
		.packet = fit->factor[0] * fit->start.packet,
		.byte = fit->factor[1] * fit->start.byte,
		.receive = fit->factor[2] * fit->start.receive,
	};
}
