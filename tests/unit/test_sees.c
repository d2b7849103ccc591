// SPDX-License-Identifier: GPL-2.0-only
// Whether our program sees what its interface receives, by counters.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "steer/sees.h"

static uint64_t none_of(uint64_t received, uint64_t counted, uint64_t ringed)
{
	const struct sees_counts was = {.received = 5000, .counted = 70, .ringed = 800};
	const struct sees_counts now = {was.received + received, was.counted + counted,
					was.ringed + ringed};

	return sees_none_of(&was, &now);
}

static void nothing_of_many(void **state)
{
	assert_int_equal(none_of(100, 0, 0), 100);
	assert_int_equal(none_of(1000000, 0, 0), 1000000);
	/* What rings got may all have come in on another interface, or here. */
	assert_int_equal(none_of(1000, 0, 900), 100);
	assert_int_equal(none_of(1000, 0, 901), 0);
	assert_int_equal(none_of(1000, 0, 5000), 0);
}

static void it_sees(void **state)
{
	assert_int_equal(none_of(1000000, 1, 0), 0);
	assert_int_equal(none_of(1000, 0, 1000), 0);
}

static void too_few_to_tell(void **state)
{
	assert_int_equal(none_of(0, 0, 0), 0);
	assert_int_equal(none_of(99, 0, 0), 0);
}

/* The interface was made anew, or the counters were cleared. */
static void counters_went_back(void **state)
{
	assert_int_equal(none_of((uint64_t)-4000, 0, 0), 0);
	assert_int_equal(none_of(1000, (uint64_t)-70, 0), 0);
	assert_int_equal(none_of(1000, 0, (uint64_t)-800), 0);
}

static void in_words(void **state)
{
	char words[320];

	assert_false(sees_words("eth0", 0, words, sizeof(words)));
	assert_true(sees_words("et\x1bh0", 123456, words, sizeof(words)));
	assert_non_null(strstr(words, "reached our program"));
	assert_non_null(strstr(words, "use another --method"));
	assert_null(strchr(words, '\x1b'));
	assert_int_not_equal(words[strlen(words) - 1], '.');
	assert_true(strlen(words) < sizeof(words) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_many),    cmocka_unit_test(it_sees),
		cmocka_unit_test(too_few_to_tell),    cmocka_unit_test(counters_went_back),
		cmocka_unit_test(in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
