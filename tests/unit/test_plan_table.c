// SPDX-License-Identifier: GPL-2.0-only
// Planned tables: against every table there is, on small cases; and what is promised of large ones.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/random.h"
#include "place/plan_runs.h"
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

/* Entries that change their queue, and how many more or fewer each queue has. */
static uint32_t distance(const uint16_t *entry, const struct indir *now, uint32_t queues)
{
	uint32_t far = 0;
	int more[64] = {0};

	for (uint32_t i = 0; i < now->size; i++) {
		far += entry[i] != now->entry[i];
		more[entry[i]]++;
		more[now->entry[i]]--;
	}
	for (uint32_t q = 0; q < queues; q++)
		far += (uint32_t)abs(more[q]);
	return far;
}

/*
 * Every table of so many entries: counts in base `queues`. With @runs only those that never fall
 * and leave out no queue. *nearest: of the best.
 */
static double exhaustive(const double *load, const struct indir *now, uint32_t queues, bool runs,
			 uint32_t *nearest)
{
	uint32_t size = now->size, i;
	uint16_t entry[16] = {0};
	double best = -1;

	do {
		bool rises = true;
		uint32_t all = 0;

		for (i = 1; i < size; i++)
			rises &= entry[i - 1] <= entry[i];
		for (i = 0; i < size; i++)
			all |= 1u << entry[i];
		if (!runs || (rises && all == (1u << queues) - 1)) {
			double worst = worst_of(load, entry, size, queues);
			uint32_t far = distance(entry, now, queues);

			if (best < 0 || worst < best - 1e-6 ||
			    (worst < best + 1e-6 && far < *nearest))
				*nearest = far;
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
	for (uint32_t q = 0; q < queues; q++)
		assert_true(plan->weight[q] >= plan_runs_least(size, queues));
	assert_float_equal(worst_of(load, entry, size, queues), plan->weight_worst, 1e-6);
	assert_true(plan->weight_worst >= plan->worst * (1 - 1e-6));
}

static struct indir random_table(uint64_t *random, uint32_t size, uint32_t queues)
{
	struct indir table;

	assert_int_equal(indir_fill(&table, size, queues), 0);
	for (uint32_t at = 0; random_below(random, 2) && at < size; at++)
		table.entry[at] = (uint16_t)random_below(random, queues);
	return table;
}

static void test_small_cases(void **state)
{
	static struct plan_table plan;
	uint64_t random = 1;

	for (int i = 0; i < 400; i++) {
		uint32_t queues = 2 + random_below(&random, 3);
		uint32_t size = queues + random_below(&random, (queues == 4 ? 8 : 10) - queues);
		struct indir now = random_table(&random, size, queues);
		uint16_t entry[INDIR_SIZE_MAX];
		uint32_t nearest = 0;
		double load[16];

		for (uint32_t at = 0; at < size; at++)
			load[at] = random_load(&random, i % 4);
		assert_int_equal(plan_table(&plan, load, &now, queues), 0);
		check(&plan, load, size, queues);
		assert_true(plan.best);
		assert_float_equal(plan.worst, exhaustive(load, &now, queues, false, &nearest),
				   1e-6);
		assert_float_equal(plan.weight_worst,
				   exhaustive(load, &now, queues, true, &nearest), 1e-6);
		by_weight(&plan, queues, entry);
		assert_int_equal(distance(entry, &now, queues), nearest);
	}
}

/* Many entries: no worse than a third above the floor, as greedy alone would be. */
static void test_large_cases(void **state)
{
	static struct plan_table plan;
	static double load[2048];
	static struct indir now;
	uint64_t random = 2;
	double sum = 0;

	for (int i = 0; i < 12; i++) {
		uint32_t size = 128u << i % 5, queues = 2 + random_below(&random, 31);

		for (uint32_t at = 0; at < size; at++)
			load[at] = random_load(&random, 1 + i % 2);
		now = random_table(&random, size, queues);
		assert_int_equal(plan_table(&plan, load, &now, queues), 0);
		check(&plan, load, size, queues);
		assert_true(plan.worst <= plan.floor * 4 / 3);
		sum += plan.worst / plan.floor;
	}
	print_message("%.4f of the floor on average\n", sum / 12);
	assert_true(sum / 12 < 1.01);
}

static int plan_of(struct plan_table *plan, const double *load, uint32_t size, uint32_t queues)
{
	struct indir now = {0};

	(void)indir_fill(&now, size, queues ? queues : 1);
	return plan_table(plan, load, &now, queues);
}

static void test_edges(void **state)
{
	static struct plan_table plan;
	double load[8] = {0};

	assert_int_equal(plan_of(&plan, load, 8, 9), -EINVAL);
	assert_int_equal(plan_of(&plan, load, 8, 0), -EINVAL);
	assert_int_equal(plan_of(&plan, load, 0, 1), -EINVAL);
	assert_int_equal(plan_of(&plan, load, 8, 3), 0);
	check(&plan, load, 8, 3); /* without SAs: as it is */
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(plan.table.entry[i], i % 3);
	load[5] = 2;
	assert_int_equal(plan_of(&plan, load, 8, 8), 0);
	check(&plan, load, 8, 8);
	assert_float_equal(plan.worst, 2, 0);
	assert_int_equal(plan_of(&plan, load, 8, 1), 0);
	check(&plan, load, 8, 1);
}

/* A table that is as good as can be stays; one entry too much on a queue is one entry that moves.
 */
static void test_primary(void **state)
{
	static struct plan_table plan;
	struct indir now;
	double load[8] = {1, 1, 1, 1, 0, 0, 0, 0};
	int moved = 0;

	assert_int_equal(indir_fill(&now, 8, 4), 0);
	assert_int_equal(plan_table(&plan, load, &now, 4), 0);
	assert_memory_equal(plan.table.entry, now.entry, 8 * sizeof(*now.entry));
	now.entry[1] = 0;
	assert_int_equal(plan_table(&plan, load, &now, 4), 0);
	for (int i = 0; i < 8; i++)
		moved += plan.table.entry[i] != now.entry[i];
	assert_int_equal(moved, 1);
	assert_float_equal(plan.worst, 1, 1e-9);
}

/* Another way to divide the loads is as good: the one that is there stays. */
static void test_stays(void **state)
{
	static struct plan_table plan;
	struct indir now = {.size = 8, .entry = {0, 0, 1, 1, 1, 1, 0, 1}};
	double load[8] = {2, 2, 1, 1, 1, 1, 0, 0};

	assert_int_equal(plan_table(&plan, load, &now, 2), 0);
	assert_memory_equal(plan.table.entry, now.entry, 8 * sizeof(*now.entry));
}

/* Queues that the table as it is does not name, and one that it names and is not there. */
static void test_starved(void **state)
{
	static struct plan_table plan;
	struct indir now = {.size = 16, .entry = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9}};
	double load[16] = {3};
	uint32_t entries[4] = {0};

	assert_int_equal(plan_table(&plan, load, &now, 4), 0);
	check(&plan, load, 16, 4);
	for (int i = 0; i < 16; i++)
		entries[plan.table.entry[i]]++;
	for (int q = 0; q < 4; q++)
		assert_true(entries[q] > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_cases), cmocka_unit_test(test_large_cases),
		cmocka_unit_test(test_edges),	    cmocka_unit_test(test_primary),
		cmocka_unit_test(test_stays),	    cmocka_unit_test(test_starved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
