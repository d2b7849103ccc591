// SPDX-License-Identifier: GPL-2.0-only
// What each remedy for a heavy SA would bring.
#include "place/remedies.h"

#include <math.h>
#include "place/cost.h"

/* MTU 9000 in place of 1500. */
#define LARGER_TIMES 6.0

/* What a packet costs the CPU that decrypts it now, without receiving. */
static double here_ns(const struct remedy_facts *f)
{
	return f->spread ? f->decrypt : f->decrypt + f->after;
}

static double packet_ns(const struct remedy_facts *f)
{
	double here = here_ns(f);

	return f->with_receiving && !isnan(f->receive) ? here + f->receive : here;
}

/* All of the CPU for this SA alone. */
static double spread(const struct remedy_facts *f)
{
	return f->busy_sa > 0 ? f->busy / f->busy_sa : NAN;
}

/* Receiving and decrypting beside each other: the slower one is the bound. */
static double steer(const struct remedy_facts *f)
{
	double here = here_ns(f);

	if (!f->with_receiving || f->cpus < 2)
		return 1;
	return (f->receive + here) / fmax(f->receive, here);
}

static double inner(const struct remedy_facts *f)
{
	double others = f->cpus > 1 ? f->after / (f->cpus - 1) : INFINITY;

	if (f->spread)
		return 1;
	return packet_ns(f) / fmax(packet_ns(f) - f->after + REMEDY_HAND_ON_NS, others);
}

/* The part of decrypting that goes by bytes. */
static double bytes_ns(const struct remedy_facts *f)
{
	struct cost start = cost_start();
	double bytes = start.byte * f->bytes;

	if (!isnan(f->byte_ns))
		return fmin(f->byte_ns * f->bytes, f->decrypt);
	return f->decrypt * bytes / (start.packet + bytes);
}

static double larger(const struct remedy_facts *f)
{
	if (f->bytes < REMEDY_FULL_PACKET)
		return 1;
	return LARGER_TIMES * packet_ns(f) / (packet_ns(f) + (LARGER_TIMES - 1) * bytes_ns(f));
}

/* As many CPUs as there are, unless those that receive are full before; they may be the same ones.
 */
static double more(const struct remedy_facts *f)
{
	double here = f->decrypt + f->after, packets = f->cpus / here;

	if (!isnan(f->receive) && f->receiving)
		packets = fmin(packets, f->receiving / f->receive);
	if (f->with_receiving && !isnan(f->receive))
		packets = fmin(packets, f->cpus / (f->receive + here));
	return packets * packet_ns(f);
}

/* What is left is then all on the CPU that receives. */
static double offload(const struct remedy_facts *f)
{
	return packet_ns(f) / (f->receive + f->after);
}

static double times(const struct remedy_facts *f, enum remedy remedy)
{
	switch (remedy) {
	case REMEDY_SPREAD:
		return spread(f);
	case REMEDY_STEER:
		return steer(f);
	case REMEDY_INNER:
		return inner(f);
	case REMEDY_LARGER:
		return larger(f);
	case REMEDY_MORE:
		return more(f);
	default:
		return offload(f);
	}
}

/* Into its place among those before it. */
static void insert(struct remedy_gain *list, int n, struct remedy_gain gain)
{
	while (n && !isnan(gain.times) &&
	       (isnan(list[n - 1].times) || list[n - 1].times < gain.times)) {
		list[n] = list[n - 1];
		n--;
	}
	list[n] = gain;
}

void remedies_judge(const struct remedy_facts *f, struct remedy_bound *out)
{
	double others = fmin(fmax(f->busy - f->busy_sa, 0), 1);

	*out = (struct remedy_bound){.packet_ns = packet_ns(f)};
	out->packets = (1 - others) * 1e9 / out->packet_ns;
	out->bits = out->packets * f->bytes * 8;
	for (int i = 0; i < REMEDIES; i++)
		insert(out->by_gain, i,
		       (struct remedy_gain){(enum remedy)i, times(f, (enum remedy)i)});
}
