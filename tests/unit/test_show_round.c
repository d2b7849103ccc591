// SPDX-License-Identifier: GPL-2.0-only
// Why the last round did what it did, in words that do not contradict the headline.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "cmd/show/round.h"

static const char *said(double imbalance, double load0, double other0, double load1, double other1,
			enum round_why why)
{
	static char text[256];
	struct snapshot_cpu cpus[] = {{.cpu = 4, .load = load0, .other = other0},
				      {.cpu = 7, .load = load1, .other = other1}};
	const struct snapshot s = {.measured = true,
				   .imbalance = imbalance,
				   .cpu = cpus,
				   .cpus = 2,
				   .round = {.why = why}};

	assert_true(show_round_why(&s, text, sizeof(text)));
	return text;
}

/* All SAs on CPU 4 for the other has other work: the imbalance of 2.00 beside it is explained. */
static void test_other_work_explains(void **state)
{
	assert_string_equal(
		said(2, 0.007, 0.03, 0, 0.34, ROUND_QUIET),
		"the SAs are no load to speak of; CPU 7 is 34% busy with other work, which "
		"counts too");
	assert_non_null(strstr(said(1.67, 0.3, 0.03, 0.1, 0.25, ROUND_EVEN), "CPU 7 is 25% busy"));
	assert_non_null(strstr(said(1.67, 0.1, 0.25, 0.3, 0.03, ROUND_STUCK), "CPU 4 is 25% busy"));
}

static void test_nothing_to_explain(void **state)
{
	/* Even; other work too light; it is on the CPU that has the SAs; moves are under way. */
	assert_null(strstr(said(1.1, 0.3, 0.03, 0.25, 0.25, ROUND_EVEN), "busy"));
	assert_null(strstr(said(2, 0.3, 0.03, 0, 0.05, ROUND_STUCK), "busy"));
	assert_null(strstr(said(2, 0.3, 0.34, 0, 0.03, ROUND_STUCK), "busy"));
	assert_null(strstr(said(2, 0.3, 0.03, 0, 0.34, ROUND_MOVED), "busy"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_other_work_explains),
		cmocka_unit_test(test_nothing_to_explain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
