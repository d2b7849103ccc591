// SPDX-License-Identifier: GPL-2.0-only
// Planned tables: against every table there is, on small cases; and what is promised of large ones.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/random.h"
#include "place/plan_table.h"

static double random_load(uint64_t *random, uint32_t shape)
{
	double r = (double)(random_next(random) >> 11) * 0x1p-53;

	if (!random_below(random, 4))
		return 0;
	if (shape == 0)
		return 1;
	if (shape == 1)
		return r;
	return shape == 2 ? 1 / (r + 0.01) : (double)random_below(random, 5);
}

static double worst_of(const double *load, const uint16_t *entry, uint32_t size, uint32_t queues)
{
	double sum[64] = {0}, worst = 0;

	for (uint32_t i = 0; i < size; i++) {
		assert_true(entry[i] < queues);
		sum[entry[i]] += load[i];
		worst = sum[entry[i]] > worst ? sum[entry[i]] : worst;
	}
	return worst;
}

/* Every table of so many entries: counts in base `queues`. With @runs only those that never fall.
 */
static double exhaustive(const double *load, uint32_t size, uint32_t queues, bool runs)
{
	uint16_t entry[16] = {0};
	double best = -1;
	uint32_t i;

	do {
		bool rises = true;

		for (i = 1; i < size; i++)
			rises &= entry[i - 1] <= entry[i];
		if (!runs || rises) {
			double worst = worst_of(load, entry, size, queues);

			best = best < 0 || worst < best ? worst : best;
		}
		for (i = 0; i < size && ++entry[i] == queues; i++)
			entry[i] = 0;
	} while (i < size);
	return best;
}

/* The entries as `ethtool -X IF weight ...` fills them (ethtool.c, fill_indir_table). */
static void by_weight(const struct plan_table *plan, uint32_t queues, uint16_t *entry)
{
	uint32_t size = plan->table.size, sum = 0, partial = 0, j = UINT32_MAX;

	for (uint32_t q = 0; q < queues; q++)
		sum += plan->weight[q];
	assert_int_equal(sum, size);
	for (uint32_t i = 0; i < size; i++) {
		while (i >= size * partial / sum)
			partial += plan->weight[++j];
		entry[i] = (uint16_t)j;
	}
}

static void check(const struct plan_table *plan, const double *load, uint32_t size, uint32_t queues)
{
	uint16_t entry[INDIR_SIZE_MAX];

	assert_int_equal(plan->table.size, size);
	assert_float_equal(worst_of(load, plan->table.entry, size, queues), plan->worst, 1e-6);
	assert_true(plan->worst >= plan->floor * (1 - 1e-6));
	by_weight(plan, queues, entry);
	assert_float_equal(worst_of(load, entry, size, queues), plan->weight_worst, 1e-6);
	assert_true(plan->weight_worst >= plan->worst * (1 - 1e-6));
}

static void test_small_cases(void **state)
{
	static struct plan_table plan;
	uint64_t random = 1;

	for (int i = 0; i < 400; i++) {
		uint32_t queues = 2 + random_below(&random, 3);
		uint32_t size = queues + random_below(&random, (queues == 4 ? 8 : 10) - queues);
		double load[16];

		for (uint32_t at = 0; at < size; at++)
			load[at] = random_load(&random, i % 4);
		assert_int_equal(plan_table(&plan, load, size, queues), 0);
		check(&plan, load, size, queues);
		assert_true(plan.best);
		assert_float_equal(plan.worst, exhaustive(load, size, queues, false), 1e-6);
		assert_float_equal(plan.weight_worst, exhaustive(load, size, queues, true), 1e-6);
	}
}

/* Many entries: no worse than a third above the floor, as greedy alone would be. */
static void test_large_cases(void **state)
{
	static struct plan_table plan;
	static double load[2048];
	uint64_t random = 2;
	double sum = 0;

	for (int i = 0; i < 12; i++) {
		uint32_t size = 128u << i % 5, queues = 2 + random_below(&random, 31);

		for (uint32_t at = 0; at < size; at++)
			load[at] = random_load(&random, 1 + i % 2);
		assert_int_equal(plan_table(&plan, load, size, queues), 0);
		check(&plan, load, size, queues);
		assert_true(plan.worst <= plan.floor * 4 / 3);
		sum += plan.worst / plan.floor;
	}
	print_message("%.4f of the floor on average\n", sum / 12);
	assert_true(sum / 12 < 1.01);
}

static void test_edges(void **state)
{
	static struct plan_table plan;
	double load[8] = {0};

	assert_int_equal(plan_table(&plan, load, 8, 9), -EINVAL);
	assert_int_equal(plan_table(&plan, load, 8, 0), -EINVAL);
	assert_int_equal(plan_table(&plan, load, 0, 1), -EINVAL);
	assert_int_equal(plan_table(&plan, load, 8, 3), 0);
	check(&plan, load, 8, 3); /* without SAs: dealt out */
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(plan.table.entry[i], i % 3);
	load[5] = 2;
	assert_int_equal(plan_table(&plan, load, 8, 8), 0);
	check(&plan, load, 8, 8);
	assert_float_equal(plan.worst, 2, 0);
	assert_int_equal(plan_table(&plan, load, 8, 1), 0);
	check(&plan, load, 8, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_cases),
		cmocka_unit_test(test_large_cases),
		cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
