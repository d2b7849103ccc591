// SPDX-License-Identifier: GPL-2.0-only
// A trace of a day: all loads rise and fall, each at its own hour, and now and then a flash crowd
// comes to some of them.
#include <math.h>
#include "balance_trace.h"
#include "core/random.h"

#define SECOND 10 /* steps */

/* A day is a minute here. Between its least and its most is this much about the mean. */
static const unsigned int DAY = 60 * SECOND;
static const double SWING = 0.5, HOURS = 0.25; /* how far the hours lie apart, in days */

/* A flash crowd: so often, to one in so many SAs, which then have so many times more; how fast. */
static const unsigned int FLASH_EVERY = 15 * SECOND, FLASH_ONE_IN = 10;
static const double FLASH = 3, RISE = 1 * SECOND, FALL = 5 * SECOND;

static void flash(struct trace *trace)
{
	if (trace->step < trace->flash)
		return;
	if (trace->flash) {
		for (size_t i = 0; i < trace->n; i++) {
			struct trace_sa *sa = &trace->sa[i];

			if (random_below(&trace->random, FLASH_ONE_IN) == 0) {
				sa->on = true;
				sa->until = trace->step;
			}
		}
	}
	trace->flash = trace->step + trace_exponential(trace, FLASH_EVERY);
}

static double crowd(const struct trace_sa *sa, unsigned int step)
{
	double age = (double)(step - sa->until) + 1;

	if (!sa->on)
		return 0;
	return FLASH * (age < RISE ? age / RISE : exp(-(age - RISE) / FALL));
}

void day_step(struct trace *trace)
{
	flash(trace);
	for (size_t i = 0; i < trace->n; i++) {
		struct trace_sa *sa = &trace->sa[i];
		double hour = HOURS * (double)(sa->peer % 16) / 16;
		double day = (double)trace->step / DAY + hour;

		sa->load = sa->weight * trace->scale * (1 + SWING * sin(2 * M_PI * day)) *
			   (1 + crowd(sa, trace->step));
	}
}
