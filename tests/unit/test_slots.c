// SPDX-License-Identifier: GPL-2.0-only
/* sas/slots.h against a plain array of what is in use. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/random.h"
#include "sas/slots.h"

enum { SIZE = 200, STEPS = 20000 };

static void agree(const struct slots *slots, const bool *used, const bool *busy)
{
	bool listed[SIZE] = {false};
	__u32 count = 0;

	for (__u32 i = 0; i < slots->count; i++) {
		assert_in_range(slots->slot[i], 0, SIZE - 1);
		assert_false(listed[slots->slot[i]]);
		listed[slots->slot[i]] = true;
		assert_int_equal(slots->place[slots->slot[i]], i + 1);
		assert_int_equal(busy[slots->slot[i]], i < slots->busy);
	}
	for (int i = 0; i < SIZE; i++) {
		assert_int_equal(listed[i], used[i]);
		count += used[i];
	}
	assert_int_equal(count, slots->count);
}

static void as_an_array(void **state)
{
	bool used[SIZE] = {false}, busy[SIZE] = {false};
	struct slots slots;
	uint64_t dice = 7;
	__u32 changes = 0;

	assert_int_equal(slots_init(&slots, SIZE), 0);
	for (int i = 0; i < STEPS; i++) {
		__u32 slot = random_next(&dice) % SIZE;
		bool in = random_next(&dice) % 2, wakes = random_next(&dice) % 2;
		__u32 other = random_next(&dice) % SIZE;

		if (in)
			slots_add(&slots, slot);
		else
			slots_remove(&slots, slot);
		changes += used[slot] != in;
		busy[slot] = in && (busy[slot] || !used[slot]);
		used[slot] = in;
		if (wakes)
			slots_wake(&slots, other);
		else
			slots_rest(&slots, other);
		busy[other] = used[other] && wakes;
		assert_int_equal(slots.changes, changes); /* what changes nothing is none */
		if (i % 50 == 0)
			agree(&slots, used, busy);
	}
	slots_free(&slots);
	slots_free(&slots);
}

/* Who goes through the list from its end may remove what he finds. */
static void removed_from_the_end(void **state)
{
	struct slots slots;
	int seen = 0;

	assert_int_equal(slots_init(&slots, SIZE), 0);
	for (__u32 i = 0; i < SIZE; i++)
		slots_add(&slots, i);
	for (__u32 i = slots.count; i-- > 0; seen++)
		if (slots.slot[i] % 3)
			slots_remove(&slots, slots.slot[i]);
	assert_int_equal(seen, SIZE);
	assert_int_equal(slots.count, (SIZE + 2) / 3);
	slots_free(&slots);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_an_array),
		cmocka_unit_test(removed_from_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
