// SPDX-License-Identifier: GPL-2.0-only
// What bounds a heavy SA, and what each remedy would bring.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include "place/cost.h"
#include "place/remedies.h"

/* 4 CPUs, one of which receives and decrypts; packets of 1400 bytes, 0.5 + 2 + 1.5 us. */
static const struct remedy_facts usual = {
	.receive = 500,
	.decrypt = 2000,
	.after = 1500,
	.bytes = 1400,
	.byte_ns = 0.5,
	.busy = 0.75,
	.busy_sa = 0.5,
	.with_receiving = true,
	.cpus = 4,
	.receiving = 1,
};

static void near(double is, double wanted)
{
	assert_true(fabs(is - wanted) <= 1e-3 * fabs(wanted));
}

static double times(const struct remedy_facts *facts, enum remedy remedy)
{
	struct remedy_bound bound;

	remedies_judge(facts, &bound);
	for (int i = 0; i < REMEDIES; i++)
		if (bound.by_gain[i].remedy == remedy)
			return bound.by_gain[i].times;
	fail();
	return NAN;
}

static void the_bound(void **state)
{
	struct remedy_bound bound;
	struct remedy_facts f = usual;

	/* A quarter of its CPU goes to other SAs. */
	remedies_judge(&usual, &bound);
	near(bound.packet_ns, 4000);
	near(bound.packets, 187500);
	near(bound.bits, 187500 * 1400 * 8.0);
	f.with_receiving = false;
	f.busy = f.busy_sa;
	remedies_judge(&f, &bound);
	near(bound.packet_ns, 3500);
	near(bound.packets, 1e9 / 3500);
}

static void each_remedy(void **state)
{
	near(times(&usual, REMEDY_SPREAD), 1.5);
	near(times(&usual, REMEDY_STEER), 4000.0 / 3500);
	near(times(&usual, REMEDY_INNER), 4000.0 / (2500 + REMEDY_HAND_ON_NS));
	/* 1400 bytes cost 0.7 us of the 4, six times as many 4.2. */
	near(times(&usual, REMEDY_LARGER), 6 * 4000.0 / (3300 + 4200));
	near(times(&usual, REMEDY_MORE), 4);
	near(times(&usual, REMEDY_OFFLOAD), 2);
}

/* What a byte costs: as cost.h starts, if it was not measured; never more than all of decrypting.
 */
static void bytes_are_assumed(void **state)
{
	struct remedy_facts f = usual;
	struct cost start = cost_start();
	double bytes = start.byte * 1400;

	f.byte_ns = NAN;
	bytes *= 2000 / (start.packet + bytes);
	near(times(&f, REMEDY_LARGER), 6 * 4000.0 / (4000 + 5 * bytes));
	f.byte_ns = 100;
	near(times(&f, REMEDY_LARGER), 6 * 4000.0 / (4000 + 5 * 2000));
}

static void the_best_comes_first(void **state)
{
	struct remedy_bound bound;

	remedies_judge(&usual, &bound);
	for (int i = 1; i < REMEDIES; i++)
		assert_true(bound.by_gain[i - 1].times >= bound.by_gain[i].times);
	assert_int_equal(bound.by_gain[0].remedy, REMEDY_MORE);
}

/* The CPU that receives is full before the others are. */
static void receiving_bounds_more_sas(void **state)
{
	struct remedy_facts f = usual;

	f.with_receiving = false;
	f.receive = 1750;
	near(times(&f, REMEDY_MORE), 2);
	f.receiving = 4;
	near(times(&f, REMEDY_MORE), 4);
	/* So is it when the NIC decrypts: what comes after is on the CPU that receives then. */
	near(times(&f, REMEDY_OFFLOAD), 3500.0 / (1750 + 1500));
}

/* Inner spreading is on: what comes after costs its CPU nothing any more. */
static void what_is_spread_already(void **state)
{
	struct remedy_bound bound;
	struct remedy_facts f = usual;

	f.spread = true;
	f.busy = f.busy_sa;
	remedies_judge(&f, &bound);
	near(bound.packet_ns, 2500);
	near(bound.packets, 1e9 / 2500);
	near(times(&f, REMEDY_INNER), 1);
	near(times(&f, REMEDY_STEER), 2500.0 / 2000);
	near(times(&f, REMEDY_MORE), 4 * 2500.0 / 4000);
}

static void what_brings_nothing(void **state)
{
	struct remedy_facts f = usual;

	f.bytes = 100; /* small by nature: a larger MTU changes nothing */
	near(times(&f, REMEDY_LARGER), 1);
	f.with_receiving = false;
	near(times(&f, REMEDY_STEER), 1);
	f.after = 0; /* an interrupt for nothing */
	assert_true(times(&f, REMEDY_INNER) < 1);
	f = usual;
	f.cpus = 1;
	near(times(&f, REMEDY_STEER), 1);
	assert_true(times(&f, REMEDY_INNER) < REMEDY_LEAST);
	assert_true(times(&f, REMEDY_MORE) < REMEDY_LEAST);
}

/* Without BTF it is not known what receiving costs: what needs it comes last, the others stand. */
static void receiving_is_unknown(void **state)
{
	struct remedy_facts f = usual;
	struct remedy_bound bound;

	f.receive = NAN;
	remedies_judge(&f, &bound);
	near(bound.packet_ns, 3500);
	assert_true(isnan(bound.by_gain[REMEDIES - 1].times) &&
		    isnan(bound.by_gain[REMEDIES - 2].times));
	near(times(&f, REMEDY_MORE), 4);
	near(times(&f, REMEDY_SPREAD), 1.5);
	f.busy_sa = 0;
	assert_true(isnan(times(&f, REMEDY_SPREAD)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bound),
		cmocka_unit_test(each_remedy),
		cmocka_unit_test(bytes_are_assumed),
		cmocka_unit_test(the_best_comes_first),
		cmocka_unit_test(receiving_bounds_more_sas),
		cmocka_unit_test(what_is_spread_already),
		cmocka_unit_test(what_brings_nothing),
		cmocka_unit_test(receiving_is_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
