// SPDX-License-Identifier: GPL-2.0-only
// A heavy SA: when a CPU is kept for it, what leaves that CPU, and when its inner flows are spread.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include "nic/cpulist.h"
#include <math.h>
#include "place/heavy.h"
#include "place/inner.h"

#define SECOND 1000000000ull

static cpu_set_t set(const char *list)
{
	cpu_set_t out;

	assert_int_equal(cpulist_parse(list, &out), 0);
	return out;
}

/* Looks for so many seconds, one a second, and returns after how many it changed; -1: it did not.
 */
static int turns(struct heavy *heavy, struct heavy_seen seen, uint64_t *now_ns, int seconds)
{
	for (int i = 0; i < seconds; i++, *now_ns += SECOND)
		if (heavy_tick(heavy, &seen, *now_ns))
			return i;
	return -1;
}

static void a_heavy_sa_gets_a_cpu_in_time(void **state)
{
	struct heavy heavy = {0};
	uint64_t now = 5 * SECOND;

	assert_int_equal(turns(&heavy, (struct heavy_seen){7, 0.45, 0.1, 2}, &now, 60), -1);
	assert_int_equal(turns(&heavy, (struct heavy_seen){7, 0.8, 0.7, 2}, &now, 60), 3);
	assert_true(heavy.is);
	assert_int_equal(heavy.sa, 7);
	/* Down to a quarter it stays. */
	assert_int_equal(turns(&heavy, (struct heavy_seen){7, 0.26, 0.3, 2}, &now, 60), -1);
	assert_true(heavy.load == 0.26);
	assert_int_equal(turns(&heavy, (struct heavy_seen){7, 0.2, 0.1, 2}, &now, 60), 10);
	assert_false(heavy.is);
}

static void it_must_not_crowd_the_others(void **state)
{
	struct heavy heavy = {0};
	uint64_t now = 5 * SECOND;

	/* On two CPUs all else would be more than it is; on three it is not. */
	assert_int_equal(turns(&heavy, (struct heavy_seen){7, 0.6, 0.8, 2}, &now, 60), -1);
	assert_int_equal(turns(&heavy, (struct heavy_seen){7, 0.6, 0.9, 3}, &now, 60), 3);
	assert_int_equal(turns(&heavy, (struct heavy_seen){7, 0.6, 1.7, 3}, &now, 60), -1);
	assert_int_equal(turns(&heavy, (struct heavy_seen){7, 0.6, 1.9, 3}, &now, 60), 10);
	/* One CPU cannot be kept. */
	assert_int_equal(turns(&heavy, (struct heavy_seen){7, 0.9, 0, 1}, &now, 60), -1);
}

static void flickers_are_no_reason(void **state)
{
	struct heavy heavy = {0};
	uint64_t now = 5 * SECOND;

	for (int i = 0; i < 20; i++) {
		assert_int_equal(turns(&heavy, (struct heavy_seen){7, 0.8, 0, 2}, &now, 2), -1);
		assert_int_equal(turns(&heavy, (struct heavy_seen){7, 0.3, 0, 2}, &now, 1), -1);
	}
	assert_int_equal(turns(&heavy, (struct heavy_seen){7, 0.8, 0, 2}, &now, 60), 3);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(turns(&heavy, (struct heavy_seen){-1, 0, 0, 2}, &now, 9), -1);
		assert_int_equal(turns(&heavy, (struct heavy_seen){7, 0.3, 0, 2}, &now, 1), -1);
	}
	assert_true(heavy.is);
}

/* After a rekey another SA brings the same: no gap in which the CPU is kept for nobody. */
static void a_successor_is_heavy_at_once(void **state)
{
	struct heavy heavy = {0};
	uint64_t now = 5 * SECOND;

	assert_int_equal(turns(&heavy, (struct heavy_seen){7, 0.8, 0, 2}, &now, 60), 3);
	assert_int_equal(turns(&heavy, (struct heavy_seen){8, 0.4, 0, 2}, &now, 2), -1);
	assert_int_equal(turns(&heavy, (struct heavy_seen){8, 0.8, 0, 2}, &now, 60), 3);
	assert_true(heavy.is);
	assert_int_equal(heavy.sa, 8);
}

static void roles_are(const char *cpus, const char *strays, int ike, int kept,
		      const char *strays_wanted, int ike_wanted)
{
	cpu_set_t all = set(cpus), asked = set(strays), wanted = set(strays_wanted);
	struct cpu_roles roles, before;

	first_roles(&all, &asked, ike, &roles);
	before = roles;
	heavy_roles(&all, kept, CPU_COUNT(&asked), ike >= 0, &roles);
	assert_true(CPU_EQUAL(&roles.strays, &wanted));
	assert_int_equal(roles.ike, ike_wanted);
	assert_true(CPU_EQUAL(&roles.sas, &before.sas));
}

static void strays_and_ike_leave(void **state)
{
	roles_are("0-1", "", -1, -1, "1", 0);
	roles_are("0-1", "", -1, 1, "0", 0);
	roles_are("0-1", "", -1, 0, "1", 1);
	roles_are("0-3", "", -1, 0, "3", 1);
	roles_are("0-3", "", -1, 2, "3", 0);
	/* What was asked for stays. */
	roles_are("0-3", "0", 1, 1, "0", 1);
	roles_are("0-1", "0-1", 0, 0, "0-1", 0);
	/* There is no other, or it is not one of ours. */
	roles_are("0", "", -1, 0, "0", 0);
	roles_are("0-1", "", -1, 5, "1", 0);
}

/* As turns(). */
static int inner_turns(struct inner *inner, const struct inner_seen *seen, uint64_t *now_ns,
		       int seconds)
{
	for (int i = 0; i < seconds; i++, *now_ns += SECOND)
		if (inner_tick(inner, seen, *now_ns))
			return i;
	return -1;
}

static void inner_flows_are_spread_where_it_gains(void **state)
{
	struct inner_seen seen = {.sa = 0.8,
				  .cpu = 0.85,
				  .others = 0.3,
				  .count = 1,
				  .packet_ns = 3000,
				  .after_ns = NAN};
	struct inner inner = {0};
	uint64_t now = 5 * SECOND;

	assert_int_equal(inner_turns(&inner, &seen, &now, 60), 3);
	assert_true(inner.on);
	/* It takes its load away, and brings it to the others: no reason to end. */
	seen = (struct inner_seen){.sa = 0.5,
				   .cpu = 0.55,
				   .others = 0.6,
				   .count = 1,
				   .packet_ns = 3000,
				   .after_ns = NAN};
	assert_int_equal(inner_turns(&inner, &seen, &now, 60), -1);
	seen.cpu = 0.29; /* with what is gone it would be more */
	assert_int_equal(inner_turns(&inner, &seen, &now, 60), -1);
	seen.sa = 0.2;
	seen.cpu = 0.25;
	assert_int_equal(inner_turns(&inner, &seen, &now, 60), 10);
	assert_false(inner.on);
	seen.sa = 0.8;
	seen.cpu = 0.85;
	seen.others = 0.3;
	assert_int_equal(inner_turns(&inner, &seen, &now, 60), 3);
	assert_int_equal(inner_turns(&inner, NULL, &now, 60), 10); /* none is heavy */
}

static void inner_flows_stay_where_it_does_not_gain(void **state)
{
	const struct inner_seen seen = {.sa = 0.8,
					.cpu = 0.85,
					.others = 0.3,
					.count = 1,
					.packet_ns = 3000,
					.after_ns = NAN};
	struct inner_seen poor;
	struct inner inner = {0};
	uint64_t now = 5 * SECOND;

	poor = seen;
	poor.cpu = 0.55;
	assert_int_equal(inner_turns(&inner, &poor, &now, 60), -1); /* it has room yet */
	poor = seen;
	poor.others = 0.65;
	assert_int_equal(inner_turns(&inner, &poor, &now, 60), -1); /* they have none */
	poor.count = 4;
	assert_int_equal(inner_turns(&inner, &poor, &now, 60), 3); /* several have */
	inner = (struct inner){0};
	poor = seen;
	poor.packet_ns = 1000;
	assert_int_equal(inner_turns(&inner, &poor, &now, 60), -1); /* the interrupt costs more */
	poor = seen;
	poor.count = 0;
	assert_int_equal(inner_turns(&inner, &poor, &now, 60), -1);
}

/* Where it is measured, that counts, whatever a fifth of a packet's cost would be. */
static void measured_costs_decide(void **state)
{
	const struct inner_seen seen = {.sa = 0.8,
					.cpu = 0.85,
					.others = 0.3,
					.count = 1,
					.packet_ns = 3000,
					.after_ns = 1200,
					.after = 0.32};
	struct inner_seen poor = seen;
	struct inner inner = {0};
	uint64_t now = 5 * SECOND;

	poor.after_ns = poor.after = 0; /* not known yet */
	assert_int_equal(inner_turns(&inner, &poor, &now, 60), -1);
	poor.after_ns = 290; /* less than handing it on */
	poor.after = 0.3;
	assert_int_equal(inner_turns(&inner, &poor, &now, 60), -1);
	poor = seen;
	poor.after = 0.06; /* it is but a small part of what the CPU does */
	assert_int_equal(inner_turns(&inner, &poor, &now, 60), -1);
	poor = seen;
	poor.others = 0.35; /* they would be the bound: 0.67, and its CPU 0.61 */
	assert_int_equal(inner_turns(&inner, &poor, &now, 60), -1);
	poor.count = 2;
	poor.packet_ns = 1000; /* a fifth of that would not be worth while */
	assert_int_equal(inner_turns(&inner, &poor, &now, 60), 3);
}

/* Most of an SA's work is gone: what is left would not be heavy, and it would come and go. */
static void help_is_no_reason_to_end_it(void **state)
{
	struct inner_seen seen = {.sa = 0.8,
				  .cpu = 0.85,
				  .others = 0.05,
				  .count = 4,
				  .packet_ns = 4000,
				  .after_ns = 3000,
				  .after = 0.6};
	struct inner inner = {0};
	uint64_t now = 5 * SECOND;

	assert_int_equal(inner_turns(&inner, &seen, &now, 60), 3);
	assert_true(fabs(inner.taken - 0.54 / 0.26) < 1e-9);
	seen.sa = 0.26;
	seen.cpu = 0.29;
	assert_int_equal(inner_turns(&inner, &seen, &now, 60), -1);
}

static void cpus_for_inner_flows(void **state)
{
	cpu_set_t wanted = set("0-2,9"), online = set("0-3"), left, other = set("0,2");

	inner_cpus(&wanted, &online, 1, &left);
	assert_true(CPU_EQUAL(&left, &other));
	wanted = set("1");
	inner_cpus(&wanted, &online, 1, &left);
	assert_int_equal(CPU_COUNT(&left), 0);
	inner_cpus(&wanted, &online, -1, &left);
	assert_int_equal(CPU_COUNT(&left), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_heavy_sa_gets_a_cpu_in_time),
		cmocka_unit_test(it_must_not_crowd_the_others),
		cmocka_unit_test(flickers_are_no_reason),
		cmocka_unit_test(a_successor_is_heavy_at_once),
		cmocka_unit_test(strays_and_ike_leave),
		cmocka_unit_test(inner_flows_are_spread_where_it_gains),
		cmocka_unit_test(inner_flows_stay_where_it_does_not_gain),
		cmocka_unit_test(measured_costs_decide),
		cmocka_unit_test(help_is_no_reason_to_end_it),
		cmocka_unit_test(cpus_for_inner_flows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
