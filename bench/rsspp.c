// SPDX-License-Identifier: GPL-2.0-only
// RSS++: a tick, and the period between ticks. Its solver is in rsspp_solve.c.
#include "rsspp.h"

#include <math.h>
#include <string.h>

static const float THETA = 0.02F; /* imbalance that counts */
static const float ALPHA = 1.0F;

struct tick {
	float need[RSSPP_CORES], excess[RSSPP_CORES];
	int receiver[RSSPP_CORES], donor[RSSPP_CORES]; /* their cores */
	int receivers, donors;
	struct rsspp_bucket bucket[RSSPP_BUCKETS];
	int index[RSSPP_BUCKETS];
	int buckets;
};

void rsspp_init(struct rsspp *r, int cores, int buckets, unsigned int period_max)
{
	memset(r, 0, sizeof(*r));
	r->cores = cores;
	r->buckets = buckets;
	r->period = 1;
	r->period_max = period_max;
	for (int b = 0; b < buckets; b++)
		r->core[b] = (uint8_t)(b % cores);
}

static float mean_of(const struct rsspp *r, const float *load)
{
	float sum = 0;

	for (int i = 0; i < r->cores; i++)
		sum += load[i];
	return sum / (float)r->cores;
}

static int active_buckets(const struct rsspp *r, int core, const float *packets)
{
	int n = 0;

	for (int b = 0; b < r->buckets; b++)
		n += r->core[b] == core && packets[b] > 0;
	return n;
}

/* All packets of a donor's buckets: what its load is divided by. */
static float core_packets(const struct rsspp *r, int core, const float *packets)
{
	float sum = 0;

	for (int b = 0; b < r->buckets; b++)
		if (r->core[b] == core)
			sum += packets[b];
	return sum;
}

static void add_buckets(const struct rsspp *r, struct tick *t, int core, float load,
			const float *packets)
{
	float all = core_packets(r, core, packets);

	for (int b = 0; b < r->buckets; b++) {
		if (r->core[b] != core || !(packets[b] > 0))
			continue;
		t->index[t->buckets] = b;
		t->bucket[t->buckets++] = (struct rsspp_bucket){
			.load = packets[b] / all * load,
			.donor = t->donors,
		};
	}
}

/* Who gives and who takes. The sum of the distances from the mean. */
static float roles(const struct rsspp *r, struct tick *t, const float *load, const float *packets)
{
	float mean = mean_of(r, load), total = 0;

	for (int i = 0; i < r->cores; i++) {
		float need = r->received[i] ? 0 : ALPHA * (mean - load[i]);

		total += fabsf(need);
		if (need > THETA) {
			t->receiver[t->receivers] = i;
			t->need[t->receivers++] = need;
		} else if (need < -THETA && active_buckets(r, i, packets) >= 2) {
			add_buckets(r, t, i, load[i], packets);
			t->donor[t->donors] = i;
			t->excess[t->donors++] = -need;
		}
	}
	return total;
}

/* Changes the table; *total becomes what is left of the imbalance. How many buckets moved. */
static int apply(struct rsspp *r, const struct tick *t, const float *load, float *total)
{
	float now[RSSPP_CORES], mean = mean_of(r, load);
	int moved = 0;

	memcpy(now, load, (size_t)r->cores * sizeof(*load));
	for (int i = 0; i < t->buckets; i++) {
		const struct rsspp_bucket *bucket = &t->bucket[i];
		int to;

		if (bucket->receiver < 0)
			continue;
		to = t->receiver[bucket->receiver];
		now[r->core[t->index[i]]] -= bucket->load;
		now[to] += bucket->load;
		r->core[t->index[i]] = (uint8_t)to;
		r->received[to] = true;
		moved++;
	}
	*total = 0;
	for (int i = 0; i < r->cores; i++)
		*total += fabsf(mean - now[i]);
	return moved;
}

static void set_period(struct rsspp *r, float total, int moved)
{
	if (total > 0.4F)
		r->period = 1;
	else if (total > 0.2F)
		r->period /= 2;
	else if (!moved)
		r->period *= 2;
	if (r->period < 1)
		r->period = 1;
	if (r->period > r->period_max)
		r->period = r->period_max;
}

int rsspp_tick(struct rsspp *r, const float *load, const float *packets)
{
	struct tick t;
	struct rsspp_problem p;
	float total;
	int moved = 0;

	t.receivers = t.donors = t.buckets = 0;
	total = roles(r, &t, load, packets);
	memset(r->received, 0, sizeof(r->received));
	if (t.donors && t.receivers) {
		p = (struct rsspp_problem){
			.need = t.need,
			.excess = t.excess,
			.receivers = t.receivers,
			.donors = t.donors,
			.bucket = t.bucket,
			.buckets = t.buckets,
		};
		rsspp_solve(&p);
		moved = apply(r, &t, load, &total);
	}
	set_period(r, total, moved);
	return moved;
}
