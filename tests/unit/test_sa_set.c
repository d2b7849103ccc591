// SPDX-License-Identifier: GPL-2.0-only
// The container of SAs against an array.
#include "sad_fixture.h"

#include <stdlib.h>
#include <string.h>
#include "sad/set.h"

#define MODEL_IDS   3000
#define MODEL_STEPS 300000

static struct sa_entry *set_entry(const struct sa_set *set, uint32_t n, uint32_t if_id)
{
	struct sa sa = other_sa(SA_KERNEL, n + 1);
	struct sa_entry *entry = sa_set_find(set, &sa.id);

	while (entry && entry->sa.if_id != if_id)
		entry = sa_set_next(entry);
	return entry;
}

static void toggle(struct sa_set *set, bool *model, uint32_t n, uint32_t if_id)
{
	struct sa_entry *entry = set_entry(set, n, if_id);
	struct sa sa = other_sa(SA_KERNEL, n + 1);

	sa.if_id = if_id;
	assert_int_equal(!!entry, *model);
	if (entry)
		sa_set_remove(set, entry);
	else
		assert_non_null(sa_set_add(set, sa_set_find(set, &sa.id), &sa));
	*model = !*model;
}

/* Each entry once, though what is there may go on the way: here all of the first ids. */
static uint32_t walk(struct sa_set *set, bool model[MODEL_IDS][2], uint32_t drop)
{
	static bool seen[MODEL_IDS][2];
	struct sa_set_place place = {0};
	struct sa_entry *entry;
	uint32_t n, found = 0;

	memset(seen, 0, sizeof(seen));
	while ((entry = sa_set_walk(set, &place))) {
		n = entry->sa.id.spi - other_sa(SA_KERNEL, 1).id.spi;
		assert_true(n < MODEL_IDS && entry->sa.if_id < 2);
		assert_true(model[n][entry->sa.if_id] && !seen[n][entry->sa.if_id]);
		seen[n][entry->sa.if_id] = true;
		found++;
		for (uint32_t i = 0; n < drop && i < 2; i++)
			if (model[n][i])
				toggle(set, &model[n][i], n, i);
	}
	return found;
}

static uint32_t count(bool model[MODEL_IDS][2])
{
	uint32_t sum = 0;

	for (uint32_t n = 0; n < MODEL_IDS; n++)
		sum += model[n][0] + model[n][1];
	return sum;
}

/* The container against an array: two SAs for each id, in and out at random, growing on the way. */
static void container_matches_a_model(void **state)
{
	static bool model[MODEL_IDS][2];
	struct sa_set set = {.seed = 42};
	uint32_t n;
	int i;

	srandom(2);
	for (i = 0; i < MODEL_STEPS; i++) {
		n = (uint32_t)random() % ((uint32_t)i < MODEL_STEPS / 2 ? 200 : MODEL_IDS);
		toggle(&set, &model[n][i % 2], n, (uint32_t)i % 2);
	}
	for (n = 0; n < MODEL_IDS; n++) {
		assert_int_equal(!!set_entry(&set, n, 0), model[n][0]);
		assert_int_equal(!!set_entry(&set, n, 1), model[n][1]);
	}
	assert_int_equal(set.count, count(model));
	assert_int_equal(walk(&set, model, 0), count(model));
	walk(&set, model, MODEL_IDS / 2);
	assert_int_equal(set.count, count(model));
	assert_int_equal(walk(&set, model, 0), count(model));
	sa_set_free(&set);
	assert_null(set.first);
	assert_null(set.bucket);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(container_matches_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
