// SPDX-License-Identifier: GPL-2.0-only
// RSS++ as a baseline: its solver against vectors of the published code, and its ticks.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include "../../bench/rsspp.h"

struct vector {
	float need[4], excess[4];
	int receivers, donors, buckets;
	struct rsspp_bucket bucket[8]; /* receiver: as the published code has it */
	double sq[RSSPP_RUNS];
	double tolerance;
};

static const struct vector vector_b = {
	.need = {.25F, .15F},
	.receivers = 2,
	.excess = {.22F, .18F},
	.donors = 2,
	.bucket = {{.30F, 0, 0},
		   {.16F, 0, -1},
		   {.12F, 0, -1},
		   {.04F, 0, -1},
		   {.21F, 1, 1},
		   {.14F, 1, -1},
		   {.05F, 1, -1},
		   {.03F, 1, -1}},
	.buckets = 8,
	.sq = {.0178, .0134, .0134, .0134, .0134, .0134, .0134, .0134, .0134, .0134},
	.tolerance = 5.1e-5,
};

static const struct vector vector_c = {
	.need = {.30F},
	.receivers = 1,
	.excess = {.30F},
	.donors = 1,
	.bucket = {{.45F, 0, 0}, {.40F, 0, -1}},
	.buckets = 2,
	.sq = {.18, .045, .045, .045, .045, .045, .045, .045, .045, .045},
	.tolerance = 5.1e-5,
};

static const struct vector vector_d = {
	.need = {.12F, .11F, .10F},
	.receivers = 3,
	.excess = {.33F},
	.donors = 1,
	.bucket = {{.20F, 0, 0}, {.17F, 0, 1}, {.15F, 0, 2}},
	.buckets = 3,
	.sq = {.1454, .0486, .0486, .0486, .0486, .0486, .0486, .0486, .0486, .0486},
	.tolerance = 5.1e-5,
};

/* Its inputs are rounded to four digits. */
static const struct vector vector_e = {
	.need = {.2013F, .1647F},
	.receivers = 2,
	.excess = {.2670F, .0990F},
	.donors = 2,
	.bucket = {{.0950F, 0, -1},
		   {.1143F, 1, 1},
		   {.1446F, 0, -1},
		   {.0879F, 1, -1},
		   {.1772F, 0, 0},
		   {.1135F, 1, -1},
		   {.1258F, 0, -1},
		   {.0211F, 1, -1}},
	.buckets = 8,
	.sq = {.011419, .016737, .010828, .010828, .011419, .020701, .010828, .010828, .011419,
	       .011419},
	.tolerance = 1e-4,
};

/* Worked by hand, for what those do not reach: slacks that widen more than once, */
static const struct vector vector_widens = {
	.need = {.10F},
	.receivers = 1,
	.excess = {.30F},
	.donors = 1,
	.bucket = {{.28F, 0, 0}},
	.buckets = 1,
	.sq = {.1, .1, .1, .0328, .0328, .0328, .0328, .0328, .0328, .0328},
	.tolerance = 1e-6,
};

/* and a search upwards that goes on. */
static const struct vector vector_upwards = {
	.need = {.14F},
	.receivers = 1,
	.excess = {.20F},
	.donors = 1,
	.bucket = {{.29F, 0, 0}, {.27F, 0, -1}},
	.buckets = 2,
	.sq = {.0596, .0218, .0306, .0596, .0306, .0306, .0306, .0306, .0306, .0306},
	.tolerance = 1e-6,
};

static void check(const struct vector *v)
{
	struct rsspp_bucket bucket[8];
	struct rsspp_problem p = {
		.need = v->need,
		.receivers = v->receivers,
		.excess = v->excess,
		.donors = v->donors,
		.bucket = bucket,
		.buckets = v->buckets,
	};

	for (int i = 0; i < v->buckets; i++)
		bucket[i] = (struct rsspp_bucket){v->bucket[i].load, v->bucket[i].donor, 77};
	rsspp_solve(&p);
	assert_int_equal(p.runs, RSSPP_RUNS);
	for (int i = 0; i < p.runs; i++) {
		if (fabs((double)p.sq[i] - v->sq[i]) > v->tolerance)
			fail_msg("run %d: %.6f, not %.6f", i + 1, (double)p.sq[i], v->sq[i]);
	}
	for (int i = 0; i < v->buckets; i++)
		assert_int_equal(bucket[i].receiver, v->bucket[i].receiver);
}

static void vectors(void **state)
{
	check(&vector_b);
	check(&vector_c);
	check(&vector_d);
	check(&vector_e);
	check(&vector_widens);
	check(&vector_upwards);
}

/* Four buckets a core. Core 0 is .2 above the mean, and its second largest bucket is that heavy. */
static void a_tick(void **state)
{
	const float packets[8] = {4, 1, 2, 1, 1, 1, 1, 1}, load[2] = {.8F, .4F};
	struct rsspp r;

	rsspp_init(&r, 2, 8, 1);
	for (int b = 0; b < 8; b++)
		assert_int_equal(r.core[b], b % 2);
	assert_int_equal(rsspp_tick(&r, load, packets), 1);
	for (int b = 0; b < 8; b++)
		assert_int_equal(r.core[b], b == 2 || b % 2);
	assert_true(r.received[1] && !r.received[0]);
	assert_int_equal(rsspp_tick(&r, load, packets), 0); /* core 1 sits out */
	assert_int_equal(rsspp_tick(&r, load, packets), 1); /* and takes part again */
}

/* What a bucket weighs is its share of its core's load. */
static void bucket_loads(void **state)
{
	const float packets[8] = {4, 1, 2, 1, 1, 1, 1, 1}, load[2] = {.3F, .1F};
	struct rsspp r;

	rsspp_init(&r, 2, 8, 1);
	assert_int_equal(rsspp_tick(&r, load, packets), 1); /* of .15 .075 .0375 .0375; .1 is due */
	assert_int_equal(r.core[2], 1);
}

/* Below the threshold nothing moves, above it even a small bucket does. */
static void threshold(void **state)
{
	const float packets[8] = {30, 1, 30, 1, 1, 1, 30, 1};
	struct rsspp r;

	rsspp_init(&r, 2, 8, 1);
	assert_int_equal(rsspp_tick(&r, (float[]){.515F, .485F}, packets), 0);
	assert_int_equal(rsspp_tick(&r, (float[]){.53F, .47F}, packets), 1);
	assert_int_equal(r.core[4], 1);
}

/* A core with one active bucket is left alone, even where the solver would move that. */
static void one_bucket(void **state)
{
	const float load[2] = {.5F, 0}, one[8] = {9, 0, 0, 0, 0, 0, 0, 0};
	const float two[8] = {9, 0, .1F, 0, 0, 0, 0, 0};
	struct rsspp r;

	rsspp_init(&r, 2, 8, 1);
	assert_int_equal(rsspp_tick(&r, load, one), 0);
	assert_true(rsspp_tick(&r, load, two) > 0);
}

static void period(void **state)
{
	const float even[2] = {.5F, .5F}, uneven[2] = {.9F, .1F};
	const float one[8] = {9, 1, 0, 0, 0, 0, 0, 0};
	struct rsspp r;

	rsspp_init(&r, 2, 8, 8);
	for (unsigned int want = 2; want <= 16; want *= 2) {
		rsspp_tick(&r, even, one);
		assert_int_equal(r.period, want > 8 ? 8 : want);
	}
	rsspp_tick(&r, (float[]){.65F, .35F}, one); /* total 0.3: half */
	assert_int_equal(r.period, 4);
	rsspp_tick(&r, uneven, one); /* total 0.8: the minimum */
	assert_int_equal(r.period, 1);
	rsspp_tick(&r, (float[]){.65F, .35F}, one); /* and never less */
	assert_int_equal(r.period, 1);
}

/* It is the imbalance after the moves that counts; and one that moved does not double. */
static void period_after_moves(void **state)
{
	const float packets[8] = {1, 1, 1, 1, 1, 1, 1, 1};
	struct rsspp r;

	rsspp_init(&r, 2, 8, 8);
	r.period = 4;
	assert_int_equal(rsspp_tick(&r, (float[]){.8F, .4F}, packets), 1);
	assert_int_equal(r.period, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors),
		cmocka_unit_test(a_tick),
		cmocka_unit_test(bucket_loads),
		cmocka_unit_test(threshold),
		cmocka_unit_test(one_bucket),
		cmocka_unit_test(period),
		cmocka_unit_test(period_after_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
