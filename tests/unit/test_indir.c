// SPDX-License-Identifier: GPL-2.0-only
/* core/indir.h: what a hash picks, and the round-robin fill. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/indir.h"
#include "core/random.h"

static struct indir *new_table(__u32 size, __u32 n)
{
	struct indir *table = malloc(sizeof(*table));

	assert_non_null(table);
	assert_int_equal(indir_fill(table, size, n), 0);
	assert_int_equal(table->size, size);
	return table;
}

/* Worked out by hand. */
static void a_hash_picks_its_entry(void **state)
{
	static const struct {
		__u32 size, n, hash;
		__u16 queue;
	} cases[] = {
		{128, 4, 0x323e8fc2, 2}, /* entry 0x42 = 66 */
		{128, 4, 0xd718262a, 2}, /* entry 0x2a = 42 */
		{128, 3, 0x51ccc178, 0}, /* entry 0x78 = 120 */
		{128, 128, 0xffffffff, 127}, {4096, 4096, 0x12345678, 0x678},
		{256, 5, 0x000001ff, 0}, /* entry 255 = 51 * 5 */
		{64, 64, 0x40, 0},	     {1, 1, 0xdeadbeef, 0},
		{96, 96, 0xffffffff, 63}, /* 2^32 - 1 = 96 * 44739242 + 63 */
		{100, 7, 1234567890, 6},  /* entry 90 = 12 * 7 + 6 */
		{3, 3, 0x80000000, 2},	  /* 2^31 = 2 mod 3 */
		{4095, 4095, 4095, 0},	     {4095, 4095, 4096, 1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct indir *table = new_table(cases[i].size, cases[i].n);

		assert_int_equal(indir_pick(table, cases[i].hash), cases[i].queue);
		free(table);
	}
}

/* The entry decides, not the index: a table that was set by hand is followed. */
static void entries_are_followed(void **state)
{
	struct indir *table = new_table(128, 1);

	table->entry[66] = 0xffff;
	assert_int_equal(indir_pick(table, 0x323e8fc2), 0xffff);
	assert_int_equal(indir_pick(table, 0x323e8fc3), 0);
	free(table);
}

static void an_index_is_the_remainder(void **state)
{
	uint64_t random = 4;

	for (__u32 size = 1; size <= INDIR_SIZE_MAX; size++) {
		for (int i = 0; i < 64; i++) {
			__u32 hash = (__u32)random_next(&random);

			assert_int_equal(indir_index(size, hash), hash % size);
		}
	}
}

/* Each of n queues gets size / n entries or one more, in turn. */
static void the_fill_is_round_robin(void **state)
{
	static const __u32 n[] = {1, 2, 3, 5, 16, 127, 128, 200, 4096};

	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		for (__u32 size = 1; size <= INDIR_SIZE_MAX; size = size * 3 - size / 2) {
			struct indir *table = new_table(size, n[i]);

			assert_int_equal(table->entry[0], 0);
			for (__u32 e = 1; e < size; e++) {
				__u32 next = table->entry[e - 1] + 1;

				assert_int_equal(table->entry[e], next == n[i] ? 0 : next);
			}
			free(table);
		}
	}
}

static void bad_sizes_change_nothing(void **state)
{
	static const __u32 bad[][2] = {{0, 1},		{128, 0},     {INDIR_SIZE_MAX + 1, 4},
				       {0xffffffff, 4}, {128, 65537}, {128, 0xffffffff}};
	struct indir *table = new_table(128, 4);
	struct indir *was = malloc(sizeof(*was));

	memset(table->entry + 128, 0, sizeof(table->entry) - 128 * sizeof(table->entry[0]));
	memcpy(was, table, sizeof(*was));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(indir_fill(table, bad[i][0], bad[i][1]), -EINVAL);
		assert_memory_equal(table, was, sizeof(*was));
	}
	assert_int_equal(indir_fill(table, INDIR_SIZE_MAX, 65536), 0);
	assert_int_equal(table->entry[INDIR_SIZE_MAX - 1], INDIR_SIZE_MAX - 1);
	free(was);
	free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hash_picks_its_entry),
		cmocka_unit_test(entries_are_followed),
		cmocka_unit_test(an_index_is_the_remainder),
		cmocka_unit_test(the_fill_is_round_robin),
		cmocka_unit_test(bad_sizes_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
