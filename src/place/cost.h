/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What receiving costs a CPU, fitted while running: busy = a*packets + b*bytes + r*received. Pure.
 *
 * Least squares over the last minutes, held to the starting values by a weak ridge: so the fit
 * stays sane where the data does not tell (no traffic, packets all of one size), and no cost is
 * ever negative.
 */
#ifndef PLACE_COST_H
#define PLACE_COST_H

#include <stddef.h>

/* Seconds of a CPU. */
struct cost {
	double packet;	/* a: of a packet on the CPU that decrypts it */
	double byte;	/* b: of each of its bytes */
	double receive; /* r: of a frame on the CPU that receives and steers it */
};

enum { COST_PARTS = 3 };

/* One CPU over one interval. */
struct cost_sample {
	double seconds;
	double packets, bytes; /* decrypted here */
	double received;       /* frames received here and put on rings */
	double busy;	       /* share of the interval spent on all that, 0 to 1 */
};

struct cost_fit {
	struct cost start;
	double xx[COST_PARTS][COST_PARTS]; /* the normal equations, in units of the start */
	double xy[COST_PARTS];
	double factor[COST_PARTS]; /* of the starting values: what is looked for */
	double noise;		   /* mean distance of late samples from the fit */
};

/*
 * The costs that the fit starts from: those of ESP with AES-GCM on a CPU of today, within a factor
 * of a few.
 */
struct cost cost_start(void);

void cost_init(struct cost_fit *fit, const struct cost *start);

/*
 * Learns from one interval of all CPUs; older ones fade over a minute of traffic, sooner if they do
 * not hold any more. Samples that cannot be (no number, negative, no time) are left out. Those far
 * from the fit, as when a CPU does other network work too, count little.
 */
void cost_add(struct cost_fit *fit, const struct cost_sample *samples, size_t n);

/* The costs as fitted; each is 0 to 1000 times its starting value. */
struct cost cost_now(const struct cost_fit *fit);

#endif
