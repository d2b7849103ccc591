// SPDX-License-Identifier: GPL-2.0-only
// Why a round did what it did.
#include "daemon/round_why.h"

#include <math.h>

#define QUIET \
	0.01 /* load of the SAs, of a CPU or of all, below which there is nothing to speak of */

/* Is the heaviest SA all that there is to move away from the CPU of the largest load? */
static bool heaviest_alone(const struct round_found *f)
{
	const struct sas_load_cpu *its = &f->loads->cpu[f->cpu];

	return f->result->heaviest >= 0 && its->sas + its->other >= f->result->after - 1e-6 &&
	       its->sas - f->heaviest < QUIET;
}

enum round_why round_why_of(const struct round_found *f)
{
	const struct assign_result *result = f->result;
	double bound = result->floor + fmax(f->limits->on * result->fair, f->limits->idle);

	if (f->still)
		return ROUND_NIC;
	if (f->more)
		return ROUND_MORE;
	if (f->moves)
		return ROUND_MOVED;
	if (f->loads->quiet || sas_loads_all(f->loads) < QUIET)
		return ROUND_QUIET;
	if (result->before > bound)
		return heaviest_alone(f) ? ROUND_BOUND : f->gapless ? ROUND_GAPS : ROUND_STUCK;
	return result->bound ? ROUND_BOUND : ROUND_EVEN;
}
