// SPDX-License-Identifier: GPL-2.0-only
// The rules of core/handover.h, one by one.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "core/handover.h"

/* A move under way, as a receiving CPU and its rings see it. */
struct one {
	struct move_record move;
	struct move_line line[2];
	__u64 now_ns;
	bool beside; /* ring `to` is on the receiving CPU */
};

enum { BATCH = 8, FIRST_RUN = 100 };

static bool crosses(struct one *one, __u64 runs)
{
	struct old_ring to = {.runs = runs, .batch = BATCH, .beside = one->beside};

	return handover_crosses(&one->move, &one->line[0], &to, one->now_ns);
}

static void arrive(struct one *one, __u32 number)
{
	struct ticket ticket = {.generation = one->move.generation, .number = number};

	handover_take(&one->move, &one->line[0], &ticket);
}

/* The move began long enough ago, and `to` has passed a frame on. */
static struct one one_new(void)
{
	struct one one = {.now_ns = 5000000000ull};

	one.move.generation = 7;
	one.move.started_ns = one.now_ns;
	one.now_ns += HANDOVER_REST_NS;
	handover_mark(&one.move, FIRST_RUN, one.now_ns);
	handover_mark(&one.move, FIRST_RUN + 1, one.now_ns);
	return one;
}

static void test_ticket(void **state)
{
	struct one one = one_new();
	struct ticket old = {.generation = 6, .number = 1};
	__u32 number;

	assert_false(crosses(&one, FIRST_RUN + BATCH));
	number = handover_sent(&one.line[0], one.now_ns);
	assert_false(crosses(&one, FIRST_RUN + BATCH));
	handover_take(&one.move, &one.line[0], &old);
	assert_false(crosses(&one, FIRST_RUN + BATCH));
	arrive(&one, number);
	assert_false(crosses(&one, FIRST_RUN + BATCH - 1));
	number = handover_sent(&one.line[0], one.now_ns);
	assert_false(crosses(&one, FIRST_RUN + BATCH));
	arrive(&one, number);
	assert_true(crosses(&one, FIRST_RUN + BATCH));
	assert_true(crosses(&one, 0));
	/* The record's next use: what the last one left says nothing. */
	one.move.generation++;
	assert_false(crosses(&one, FIRST_RUN + BATCH));
	assert_false(crosses(&one, FIRST_RUN + BATCH));
}

/* `own` is far behind, but `to` has passed the ticket on, and flushed. */
static void test_passed_ticket(void **state)
{
	struct one one = one_new();
	__u32 number, runs = FIRST_RUN + 1000;

	assert_false(crosses(&one, runs));
	number = handover_sent(&one.line[0], one.now_ns);
	handover_passed(&one.line[0].passed, number, runs, false);
	assert_false(crosses(&one, runs + HANDOVER_FLUSH - 1));
	assert_false(crosses(&one, runs - 1)); /* passed on after the counter was read */
	number = handover_sent(&one.line[0], one.now_ns);
	assert_false(crosses(&one, runs + HANDOVER_FLUSH));
	handover_passed(&one.line[0].passed, number, runs, false);
	assert_true(crosses(&one, runs + HANDOVER_FLUSH));
	one.move.generation++;
	assert_false(crosses(&one, runs + HANDOVER_FLUSH));
}

/* Behind a frame that had no room for a ticket no older ticket speaks. */
static void test_no_room(void **state)
{
	struct one one = one_new();
	__u32 number;

	assert_false(crosses(&one, FIRST_RUN));
	number = handover_sent(&one.line[0], one.now_ns);
	handover_sent_untold(&one.line[0], one.now_ns);
	arrive(&one, number);
	handover_passed(&one.line[0].passed, number, FIRST_RUN, true);
	assert_false(crosses(&one, FIRST_RUN + BATCH));
	arrive(&one, handover_sent(&one.line[0], one.now_ns));
	assert_true(crosses(&one, FIRST_RUN + BATCH));
	/* It is silence all the same. */
	one.move.generation++;
	assert_false(crosses(&one, FIRST_RUN + BATCH));
	handover_sent_untold(&one.line[0], one.now_ns);
	one.now_ns += HANDOVER_SILENCE_NS - 1;
	assert_false(crosses(&one, FIRST_RUN + BATCH));
	one.now_ns++;
	assert_true(crosses(&one, FIRST_RUN + BATCH));
}

/*
 * On the CPU of the thread what was passed on is flushed at once; but not where the thread runs
 * elsewhere.
 */
static void test_ring_beside(void **state)
{
	struct one one = one_new();
	__u32 number, runs = FIRST_RUN + 1000;

	one.beside = true;
	assert_false(crosses(&one, runs));
	number = handover_sent(&one.line[0], one.now_ns);
	handover_passed(&one.line[0].passed, number, runs, false);
	assert_false(crosses(&one, runs));
	assert_false(crosses(&one, runs + HANDOVER_FLUSH - 1));
	handover_passed(&one.line[0].passed, number, runs, true);
	one.beside = false;
	assert_false(crosses(&one, runs + HANDOVER_FLUSH - 1));
	one.beside = true;
	assert_true(crosses(&one, runs));
	/* The counter goes round where 31 bits of it are kept. */
	one = one_new();
	assert_false(crosses(&one, FIRST_RUN));
	number = handover_sent(&one.line[0], one.now_ns);
	handover_passed(&one.line[0].passed, number, 0x17fffffffull, false);
	assert_false(crosses(&one, 0x17fffffffull + HANDOVER_FLUSH - 1));
	assert_true(crosses(&one, 0x17fffffffull + HANDOVER_FLUSH));
}

static void test_early_ticket(void **state)
{
	struct one one = one_new();

	one.now_ns--;
	assert_false(crosses(&one, FIRST_RUN + BATCH));
	arrive(&one, handover_sent(&one.line[0], one.now_ns));
	one.now_ns++;
	assert_false(crosses(&one, FIRST_RUN + BATCH));
	arrive(&one, handover_sent(&one.line[0], one.now_ns));
	one.move.started_ns = 0;
	assert_false(crosses(&one, FIRST_RUN + BATCH));
	one.move.started_ns = 5000000000ull;
	one.move.mark = 0;
	assert_false(crosses(&one, FIRST_RUN + BATCH));
	handover_mark(&one.move, FIRST_RUN, one.now_ns);
	/* A CPU may see the mark before its time: that is not long ago. */
	one.move.mark_ns = 0;
	assert_false(crosses(&one, FIRST_RUN));
	assert_true(crosses(&one, FIRST_RUN + BATCH));
}

/* Whoever user space takes for silent crosses by himself, and sooner. */
static void test_silence(void **state)
{
	struct one one = one_new();

	assert_false(crosses(&one, 0));
	handover_sent(&one.line[0], one.now_ns);
	one.now_ns += HANDOVER_SILENCE_NS + HANDOVER_REST_NS - 1;
	assert_false(handover_line_done(&one.move, &one.line[0], one.now_ns));
	one.now_ns++;
	assert_true(handover_line_done(&one.move, &one.line[0], one.now_ns));
	one.now_ns -= HANDOVER_REST_NS + 1;
	assert_false(crosses(&one, 0));
	one.now_ns++;
	assert_true(crosses(&one, 0));
	assert_true(handover_line_done(&one.move, &one.line[0], one.now_ns));
	/* What was long ago when the record was last used is not silence in this move. */
	one.move.generation++;
	one.now_ns += 5 * HANDOVER_SILENCE_NS;
	assert_false(crosses(&one, 0));
	assert_false(handover_line_done(&one.move, &one.line[0], one.now_ns));
}

/* Whoever comes when the old path is drained does not go that way. */
static void test_drained(void **state)
{
	struct one one = one_new();

	one.move.drained = 1;
	assert_true(crosses(&one, 0));
	assert_true(crosses(&one, 0));
	/* But one who sent a frame there before waits for that. */
	one = one_new();
	assert_false(crosses(&one, FIRST_RUN + BATCH));
	handover_sent(&one.line[0], one.now_ns);
	one.move.drained = 1;
	assert_false(crosses(&one, FIRST_RUN + BATCH));
}

static bool over_after(struct one *one, __u64 ns)
{
	one->now_ns += ns;
	return handover_over(&one->move, one->line, 2, one->now_ns);
}

/* Nobody is seen: what was under way is given the time of silence, and a rest. */
static void test_over_unseen(void **state)
{
	struct one one = one_new();

	one.move.started_ns = 0; /* the first look sets it */
	assert_false(over_after(&one, 0));
	assert_int_equal(one.move.started_ns, one.now_ns);
	assert_false(over_after(&one, HANDOVER_SILENCE_NS + HANDOVER_REST_NS - 1));
	assert_false(one.move.drained);
	assert_false(over_after(&one, 1));
	assert_true(one.move.drained);
	assert_false(over_after(&one, 10 * HANDOVER_REST_NS)); /* held up before it was drained */
	assert_false(over_after(&one, HANDOVER_REST_NS - 1));
	assert_true(over_after(&one, 1));
}

static void test_over_crossed(void **state)
{
	struct one one = one_new();

	assert_false(crosses(&one, 0));
	arrive(&one, handover_sent(&one.line[0], one.now_ns));
	assert_false(over_after(&one, 0));
	assert_false(one.move.drained);
	assert_true(crosses(&one, FIRST_RUN + BATCH));
	assert_false(over_after(&one, 0));
	assert_true(one.move.drained);
	assert_false(over_after(&one, 0));
	one.line[1].generation = one.move.generation; /* the other one was seen meanwhile */
	one.line[1].sent_ns = one.now_ns;
	assert_false(over_after(&one, HANDOVER_REST_NS));
	one.line[1].crossed = one.move.generation - 1;
	assert_false(over_after(&one, 0));
	one.line[1].crossed = one.move.generation;
	assert_true(over_after(&one, 0));
}
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ticket),
		cmocka_unit_test(test_passed_ticket),
		cmocka_unit_test(test_ring_beside),
		cmocka_unit_test(test_early_ticket),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_drained),
		cmocka_unit_test(test_over_unseen),
		cmocka_unit_test(test_over_crossed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
