// SPDX-License-Identifier: GPL-2.0-only
// The container of SAs against an array.
#include "sad_fixture.h"

#include <stdlib.h>
#include "sad/set.h"

#define MODEL_IDS   3000
#define MODEL_STEPS 300000

static struct sa_entry *set_entry(const struct sa_set *set, uint32_t n, uint32_t if_id)
{
	struct sa sa = other_sa(SA_KERNEL, n + 1);
	struct sa_name *name = sa_set_find(set, &sa.id);
	struct sa_entry *entry = name ? name->entries : NULL;

	while (entry && entry->sa.if_id != if_id)
		entry = entry->next;
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

/* The container against an array: two SAs for each id, in and out at random, growing on the way. */
static void container_matches_a_model(void **state)
{
	static bool model[MODEL_IDS][2];
	uint32_t n, names = 0, listed = 0;
	struct sa_name *name, *next;
	struct sa_set set = {.seed = 42};
	int i;

	srandom(2);
	for (i = 0; i < MODEL_STEPS; i++) {
		n = (uint32_t)random() % ((uint32_t)i < MODEL_STEPS / 2 ? 200 : MODEL_IDS);
		toggle(&set, &model[n][i % 2], n, (uint32_t)i % 2);
	}
	for (n = 0; n < MODEL_IDS; n++) {
		assert_int_equal(!!set_entry(&set, n, 0), model[n][0]);
		assert_int_equal(!!set_entry(&set, n, 1), model[n][1]);
		names += model[n][0] || model[n][1];
	}
	assert_int_equal(set.count, names);
	sa_set_each (&set, name, next)
		listed++;
	assert_int_equal(listed, names);
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
