// SPDX-License-Identifier: GPL-2.0-only
// The layout of what is pinned: sizes, and who writes which line. A change here is a new
// LAYOUT_VERSION.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/addr_set.h"
#include "core/handover.h"
#include "core/report.h"

enum { LINE_BYTES = 128 };

#define line_of(TYPE, FIELD) (offsetof(TYPE, FIELD) / LINE_BYTES)
#define end_line_of(TYPE, FIELD) \
	((offsetof(TYPE, FIELD) + sizeof(((TYPE *)0)->FIELD) - 1) / LINE_BYTES)

static void test_sizes(void **state)
{
	assert_int_equal(sizeof(struct sa_bucket), 64); /* one cache line */
	assert_int_equal(sizeof(struct sa_overflows), 64); /* and here */
	assert_int_equal(sizeof(struct sa_warm), 32); /* half of one, and never in two */
	assert_int_equal(sizeof(struct sa_rare), 32);
	assert_int_equal(sizeof(struct sa_cold), 96);
	assert_int_equal(offsetof(struct sa_cold, src), 32); /* before that: what rounds read */
	assert_int_equal(sizeof(struct ring_state), LINE_BYTES);
	assert_int_equal(sizeof(struct cpu_state), LINE_BYTES);
	assert_int_equal(sizeof(struct move_record), 2 * LINE_BYTES);
	assert_int_equal(sizeof(struct move_line), 2 * LINE_BYTES);
	assert_int_equal(sizeof(struct stray_seen), 32);
	assert_int_equal(sizeof(struct addr_bucket), 64);
	assert_int_equal(sizeof(struct addr_set), 2 * (64 + ADDR_BUCKETS * 64));
	assert_int_equal(sizeof(struct host) % LINE_BYTES, 0);
	/* where an Ethernet header says what follows it */
	assert_int_equal(offsetof(struct ticket, type), 12);
	assert_int_equal(sizeof(struct ticket), 16);
}

/* What different CPUs write lies on different lines. */
static void test_lines(void **state)
{
	assert_int_equal(end_line_of(struct move_record, freed_ns), 0);
	assert_int_equal(line_of(struct move_record, mark), 1);
	assert_int_equal(end_line_of(struct move_record, mark_ns), 1);

	assert_int_equal(end_line_of(struct move_line, sent_ns), 0);
	assert_int_equal(line_of(struct move_line, taken), 1);

	assert_true(end_line_of(struct host, started_ns) < line_of(struct host, heartbeat_ns));
	assert_true(end_line_of(struct host, interface) < line_of(struct host, tick));
}

/* Kernel and user space, 32 and 64 bits alike: nothing lies where only a compiler knows. */
static void test_alignment(void **state)
{
	assert_int_equal(offsetof(struct sa_rare, freed_ns) % 8, 0);
	assert_int_equal(offsetof(struct sa_cold, placed_ns) % 8, 0);
	assert_int_equal(offsetof(struct sa_cold, active_ns) % 8, 0);
	assert_int_equal(sizeof(struct sa_cold) % 8, 0);
	assert_int_equal(offsetof(struct move_record, started_ns) % 8, 0);
	assert_int_equal(offsetof(struct move_line, sent_ns) % 8, 0);
	assert_int_equal(offsetof(struct host, shape) % 8, 0);
	/* The only part that other versions look at. */
	assert_int_equal(offsetof(struct report, magic), 0);
	assert_int_equal(offsetof(struct report, version), 4);
	assert_int_equal(sizeof(struct report) % 8, 0);
	assert_int_equal(sizeof(struct sa_table_shape), 16);
	assert_int_equal(sizeof(struct fragment_key), 40); /* a hash key: no hole may hide in it */
	assert_int_equal(offsetof(struct fragment_key, pad) + 2, sizeof(struct fragment_key));
	assert_int_equal(offsetof(struct ask, time_ns) + 8, sizeof(struct ask));
}

static void test_limits(void **state)
{
	assert_true(RING_KINDS * 128 < SA_RINGS); /* 128 CPUs at least */
	assert_true(STRAY_SEEN && !(STRAY_SEEN & (STRAY_SEEN - 1)));
	assert_true(STRAY_TABLE_SIZE && !(STRAY_TABLE_SIZE & (STRAY_TABLE_SIZE - 1)));
	for (uint64_t i = 0; i < 100000; i++)
		assert_true(stray_seen_index(i << 12) < STRAY_SEEN);
	assert_int_equal((SA_HANDS_OFF | SA_PAIR) & ~3u, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_alignment),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
