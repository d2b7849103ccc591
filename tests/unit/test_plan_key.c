// SPDX-License-Identifier: GPL-2.0-only
// Planned keys, verified by the definition of the Toeplitz hash.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/random.h"
#include "plan/key.h"
#include "toeplitz_ref.h"

enum { KEY = 40, SAS = 64 };

struct world {
	struct plan_keyed sa[SAS];
	uint8_t input[SAS][36];
	uint32_t length;
	struct indir table;
};

/* SPIs at random, or one after the other, as they are where they are counted up. */
static void make(struct world *w, uint64_t *random, uint32_t sas, bool counted)
{
	uint8_t key[KEY + 4];

	w->length = random_below(random, 2) ? 12 : 36;
	for (uint32_t i = 0; i < sas; i++) {
		uint32_t spi =
			counted ? 0xc0000000 + i : 0xc0000000 | random_below(random, 1 << 28);

		for (uint32_t at = 0; at < w->length - 4; at++)
			w->input[i][at] = i ? w->input[0][at] : (uint8_t)random_next(random);
		for (int at = 0; at < 4; at++)
			w->input[i][w->length - 4 + at] = (uint8_t)(spi >> (24 - 8 * at));
		memset(&w->sa[i], 0, sizeof(w->sa[i]));
		for (uint32_t bit = 0; bit < KEY * 8; bit++) {
			memset(key, 0, sizeof(key));
			key[bit / 8] = 0x80 >> bit % 8;
			w->sa[i].column[bit] = toeplitz_ref(key, w->input[i], w->length);
		}
		w->sa[i].load = 1;
	}
}

/* What the plan says of its key, by the definition. */
static void verify(const struct world *w, uint32_t sas, const uint8_t *planned,
		   const struct plan_key *plan)
{
	uint32_t taken[INDIR_SIZE_MAX] = {0}, shared = 0;
	double load[64] = {0}, worst = 0;
	uint8_t key[KEY + 4] = {0};

	memcpy(key, planned, KEY);
	for (uint32_t i = 0; i < sas; i++) {
		uint32_t hash = toeplitz_ref(key, w->input[i], w->length);
		double *sum = &load[indir_pick(&w->table, hash)];

		taken[indir_index(w->table.size, hash)]++;
		*sum += w->sa[i].load;
		worst = *sum > worst ? *sum : worst;
	}
	for (uint32_t slot = 0; slot < w->table.size; slot++)
		shared += taken[slot] > 1 ? taken[slot] : 0;
	assert_int_equal(plan->shared, shared);
	assert_float_equal(plan->worst, worst, 1e-9);
}

/* Few SAs of random SPIs can go anywhere: no two in one entry, and as even as can be. */
static void test_few_are_apart(void **state)
{
	static struct world w;
	uint64_t random = 3;

	for (int i = 0; i < 100; i++) {
		uint32_t sas = 2 + random_below(&random, 11),
			 queues = 1u << random_below(&random, 4);
		uint8_t key[KEY], again[KEY];
		struct plan_key plan;

		make(&w, &random, sas, i % 2);
		assert_int_equal(indir_fill(&w.table, 128, queues), 0);
		assert_int_equal(plan_key(w.sa, sas, &w.table, key, KEY, i, &plan), 0);
		verify(&w, sas, key, &plan);
		assert_int_equal(plan.shared, 0);
		if (!(i % 2))
			assert_true(plan.worst <= (sas + queues - 1) / queues);
		assert_int_equal(plan_key(w.sa, sas, &w.table, again, KEY, i, &plan), 0);
		assert_memory_equal(key, again, KEY);
	}
}

/* Many: better than a key at random, of which the best of sixteen is taken. */
static void test_many_are_spread(void **state)
{
	static struct world w;
	double planned = 0, drawn = 0;
	uint64_t random = 4;

	for (int i = 0; i < 20; i++) {
		uint8_t key[KEY];
		struct plan_key plan;

		make(&w, &random, SAS, i % 2);
		assert_int_equal(indir_fill(&w.table, 128, 8), 0);
		assert_int_equal(plan_key(w.sa, SAS, &w.table, key, KEY, i, &plan), 0);
		verify(&w, SAS, key, &plan);
		planned += plan.worst;
		for (int at = 0; at < KEY; at++)
			key[at] = (uint8_t)random_next(&random);
		for (uint32_t sa = 0, load[8] = {0}, worst = 0; sa < SAS; sa++) {
			uint8_t padded[KEY + 4] = {0};
			uint32_t hash;

			memcpy(padded, key, KEY);
			hash = toeplitz_ref(padded, w.input[sa], w.length);
			load[hash % 8]++;
			worst = load[hash % 8] > worst ? load[hash % 8] : worst;
			drawn += sa == SAS - 1 ? worst : 0;
		}
	}
	print_message("64 SAs, 8 queues: %.1f on the worst; under a key at random %.1f\n",
		      planned / 20, drawn / 20);
	assert_true(planned / 20 <= 9.5);
	assert_true(planned < drawn);
}

/* Heavy SAs get queues of their own. */
static void test_loads_count(void **state)
{
	static struct world w;
	uint64_t random = 5;

	for (int i = 0; i < 20; i++) {
		uint8_t key[KEY];
		struct plan_key plan;

		make(&w, &random, 11, false);
		for (int sa = 0; sa < 3; sa++)
			w.sa[sa].load = 8;
		assert_int_equal(indir_fill(&w.table, 128, 4), 0);
		assert_int_equal(plan_key(w.sa, 11, &w.table, key, KEY, i, &plan), 0);
		verify(&w, 11, key, &plan);
		assert_float_equal(plan.floor, 8, 1e-9);
		assert_float_equal(plan.worst, 8, 1e-9);
	}
}

static void test_bad_input(void **state)
{
	static struct world w;
	uint64_t random = 6;
	uint8_t key[KEY];
	struct plan_key plan;

	make(&w, &random, 2, false);
	assert_int_equal(indir_fill(&w.table, 100, 4), 0);
	assert_int_equal(plan_key(w.sa, 2, &w.table, key, KEY, 0, &plan), -EDOM);
	assert_int_equal(indir_fill(&w.table, 128, 4), 0);
	assert_int_equal(plan_key(w.sa, 0, &w.table, key, KEY, 0, &plan), -EINVAL);
	assert_int_equal(plan_key(w.sa, 2, &w.table, key, 0, 0, &plan), -EINVAL);
	assert_int_equal(plan_key(w.sa, 2, &w.table, key, 65, 0, &plan), -EINVAL);
	/* Two SAs with one input cannot be told apart; that is said. */
	w.sa[1] = w.sa[0];
	memcpy(w.input[1], w.input[0], sizeof(w.input[0]));
	assert_int_equal(plan_key(w.sa, 2, &w.table, key, KEY, 0, &plan), 0);
	verify(&w, 2, key, &plan);
	assert_int_equal(plan.shared, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_few_are_apart),
		cmocka_unit_test(test_many_are_spread),
		cmocka_unit_test(test_loads_count),
		cmocka_unit_test(test_bad_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
