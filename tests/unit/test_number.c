// SPDX-License-Identifier: GPL-2.0-only
// text/number: what is a number, what is not, and where ranges end.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "text/number.h"

#define UNTOUCHED 77

static void with_sign(void **state)
{
	static const char *const wrong[] = {"", "-", "+3", " 3", "3 ", "3x", "0x3", "-4", "10",
					    "9223372036854775808", "99999999999999999999"};
	int64_t n = UNTOUCHED;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(number_signed(wrong[i], -3, 9, &n));
	assert_int_equal(n, UNTOUCHED);
	assert_true(number_signed("-3", -3, 9, &n));
	assert_int_equal(n, -3);
	assert_true(number_signed("09", -3, 9, &n));
	assert_int_equal(n, 9);
	assert_true(number_signed("-9223372036854775808", INT64_MIN, INT64_MAX, &n));
	assert_true(n == INT64_MIN);
}

static void without_sign(void **state)
{
	uint64_t n = UNTOUCHED;

	assert_false(number_unsigned("-1", 0, UINT64_MAX, &n));
	assert_false(number_unsigned("0x10", 0, UINT64_MAX, &n));
	assert_false(number_unsigned("10k", 0, UINT64_MAX, &n));
	assert_false(number_unsigned("18446744073709551616", 0, UINT64_MAX, &n));
	assert_false(number_unsigned("4", 5, 6, &n));
	assert_false(number_unsigned("7", 5, 6, &n));
	assert_int_equal(n, UNTOUCHED);
	assert_true(number_unsigned("18446744073709551615", 0, UINT64_MAX, &n));
	assert_true(n == UINT64_MAX);
}

static void hexadecimal(void **state)
{
	static const char *const wrong[] = {"", "0x", "0xg", "x1", "-0x1", "0x1k", "0x1 ", "ff"};
	uint64_t n = UNTOUCHED;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(number_any(wrong[i], 0, UINT64_MAX, &n));
	assert_int_equal(n, UNTOUCHED);
	assert_true(number_any("0xFf", 0, 255, &n));
	assert_int_equal(n, 255);
	assert_true(number_any("010", 0, 255, &n)); /* not octal */
	assert_int_equal(n, 10);
}

static void large(void **state)
{
	static const char *const wrong[] = {"k", "1kk", "1K", "1M", "1g", "18446744073709552k",
					    "11k"};
	uint64_t n = UNTOUCHED;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(number_large(wrong[i], 0, i == 6 ? 10999 : UINT64_MAX, &n));
	assert_int_equal(n, UNTOUCHED);
	assert_true(number_large("11k", 0, 11000, &n));
	assert_int_equal(n, 11000);
	assert_true(number_large("0x2m", 0, UINT64_MAX, &n));
	assert_int_equal(n, 2000000);
	assert_true(number_large("5", 5, 5, &n));
	assert_int_equal(n, 5);
}

static void with_fraction(void **state)
{
	static const char *const wrong[] = {"", ".5", "-1", "nan", "inf", "1e999", "1x", "5.1"};
	double n = UNTOUCHED;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_false(number_real(wrong[i], 0, i == 5 ? 1e300 * 1e10 : 5, &n));
	assert_true(n == UNTOUCHED);
	assert_true(number_real("1.5", 0, 5, &n));
	assert_true(n == 1.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_sign),	 cmocka_unit_test(without_sign),
		cmocka_unit_test(hexadecimal),	 cmocka_unit_test(large),
		cmocka_unit_test(with_fraction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
