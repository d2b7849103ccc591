// SPDX-License-Identifier: GPL-2.0-only
// First placement: roles of CPUs, and the CPU of a new SA.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include "nic/cpulist.h"
#include "place/first.h"

static cpu_set_t set(const char *list)
{
	cpu_set_t out;

	assert_int_equal(cpulist_parse(list, &out), 0);
	return out;
}

static void roles_are(const char *cpus, const char *strays, int ike, const char *sas_wanted,
		      const char *strays_wanted, int ike_wanted)
{
	cpu_set_t all = set(cpus), apart = set(strays), sas = set(sas_wanted);
	cpu_set_t confined = set(strays_wanted);
	struct cpu_roles roles;

	first_roles(&all, &apart, ike, &roles);
	assert_true(CPU_EQUAL(&roles.sas, &sas));
	assert_true(CPU_EQUAL(&roles.strays, &confined));
	assert_int_equal(roles.ike, ike_wanted);
}

static void roles_of_cpus(void **state)
{
	roles_are("0", "", -1, "0", "0", 0);
	roles_are("0-1", "", -1, "0-1", "1", 0); /* two: strays have none for themselves */
	roles_are("0-2", "", -1, "0-1", "2", 0); /* more: the last is set aside */
	roles_are("4-7", "", -1, "4-6", "7", 4); /* IKE on the first */
	roles_are("0-3", "1", -1, "0,2-3", "1", 0);
	roles_are("0-3", "9", 2, "0-3", "9", 2);      /* strays beside the CPUs of SAs */
	roles_are("0-1", "0-1", -1, "0-1", "0-1", 0); /* somebody must take the SAs */
	roles_are("2,1000", "", -1, "2,1000", "1000", 2);
}

static const double no_loads[CPU_SETSIZE];

static void fewest_sas_without_loads(void **state)
{
	cpu_set_t cpus = set("1,3,5");
	uint32_t counts[CPU_SETSIZE] = {[0] = 0, [1] = 2, [3] = 1, [5] = 1};

	assert_int_equal(first_cpu(&cpus, counts, no_loads), 3); /* not 0, which is not ours */
	counts[3] = 5;
	assert_int_equal(first_cpu(&cpus, counts, no_loads), 5);
}

static void least_load(void **state)
{
	cpu_set_t cpus = set("1,3,5");
	uint32_t counts[CPU_SETSIZE] = {[1] = 1, [3] = 9, [5] = 5};
	double loads[CPU_SETSIZE] = {[0] = 0, [1] = 0.5, [3] = 0.3, [5] = 0.4};

	assert_int_equal(first_cpu(&cpus, counts, loads), 3);
	loads[3] = 0.6;
	assert_int_equal(first_cpu(&cpus, counts, loads), 5);
	/* Next to no difference is none: then the one with fewer SAs. */
	loads[1] = 0.41;
	assert_int_equal(first_cpu(&cpus, counts, loads), 1);
}

static int home(const char *cpus, uint32_t hand, uint32_t file, enum first_why *why)
{
	const struct first_named named = {hand, file};
	cpu_set_t usable = set(cpus);

	return first_home(&usable, &named, why);
}

static void homes(void **state)
{
	enum first_why why;

	assert_int_equal(home("1,3", FIRST_NONE, FIRST_NONE, &why), -1);
	assert_int_equal(why, FIRST_ANY);
	assert_int_equal(home("1,3", FIRST_NONE, 1, &why), 1);
	assert_int_equal(why, FIRST_FILE);
	assert_int_equal(home("1,3", 3, 1, &why), 3);
	assert_int_equal(why, FIRST_HAND);
	assert_int_equal(home("1,3", 2, 1, &why), 1);
	assert_int_equal(why, FIRST_FILE);
	assert_int_equal(home("1,3", FIRST_NONE, 2, &why), -1);
	assert_int_equal(why, FIRST_NOT_OURS);
	assert_int_equal(home("1,3", FIRST_NONE, 2000000, &why), -1);
	assert_int_equal(why, FIRST_NOT_OURS);
}

/* One after the other, SAs end up evenly: no CPU has two more than another. */
static void many_are_even(void **state)
{
	cpu_set_t cpus = set("0-6");
	uint32_t counts[CPU_SETSIZE] = {0};

	for (int i = 0; i < 1000; i++)
		counts[first_cpu(&cpus, counts, no_loads)]++;
	for (int cpu = 0; cpu < 7; cpu++)
		assert_in_range(counts[cpu], 142, 143);
}

/* The same with what each is expected to bring; a CPU that is busy already gets fewer. */
static void many_are_even_by_load(void **state)
{
	cpu_set_t cpus = set("0-3");
	uint32_t counts[CPU_SETSIZE] = {0};
	double loads[CPU_SETSIZE] = {[2] = 0.3};

	for (int i = 0; i < 1000; i++) {
		int cpu = first_cpu(&cpus, counts, loads);

		counts[cpu]++;
		loads[cpu] += 0.001;
	}
	for (int cpu = 0; cpu < 4; cpu++)
		assert_true(loads[cpu] > 0.3 && loads[cpu] < 0.35);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(roles_of_cpus),
		cmocka_unit_test(fewest_sas_without_loads),
		cmocka_unit_test(least_load),
		cmocka_unit_test(homes),
		cmocka_unit_test(many_are_even),
		cmocka_unit_test(many_are_even_by_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
