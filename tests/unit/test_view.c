// SPDX-License-Identifier: GPL-2.0-only
/* view/: numbers for people, bars, tables, and the printer of text and JSON. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "printed.h"
#include "view/human.h"
#include "view/out.h"

#define LONG                                                                                       \
	"This driver's rings, if one says `ethtool -X DEV weight 1 2 3 4 5 6 7 8 9 10 11 12 13 "   \
	"14 "                                                                                      \
	"15 16 17 18`, and then ('espalier inspect IF --measure 10 --report nic.json' on all the " \
	"gateways' NICs), are even."

static void counts(void **state)
{
	static const struct {
		uint64_t n;
		const char *count, *bytes;
	} cases[] = {
		{0, "0", "0 B"},
		{999, "999", "999 B"},
		{1000, "1000", "1.00 kB"},
		{9994, "9994", "9.99 kB"},
		{9999, "9999", "10.0 kB"},
		{10000, "10.0 k", "10.0 kB"},
		{12345, "12.3 k", "12.3 kB"},
		{99949, "99.9 k", "99.9 kB"},
		{99950, "100 k", "100 kB"},
		{999499, "999 k", "999 kB"},
		{999500, "1.00 M", "1.00 MB"},
		{12345678, "12.3 M", "12.3 MB"},
		{1234567890123, "1.23 T", "1.23 TB"},
		{UINT64_MAX, "18.4 E", "18.4 EB"},
	};
	char text[HUMAN_LEN];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		human_count(text, cases[i].n);
		assert_string_equal(text, cases[i].count);
		human_bytes(text, cases[i].n);
		assert_string_equal(text, cases[i].bytes);
	}
}

static void widths(void **state)
{
	char hostile[] = "a\033[31mb\xc3\xa9\n\x7f~ ";

	assert_int_equal(human_width(""), 0);
	assert_int_equal(human_width("abc"), 3);
	assert_int_equal(human_width("\xe2\x96\x88\xe2\x96\x8f"), 2);
	assert_int_equal(human_width("\033[36m##\033[0m"), 2);
	assert_int_equal(human_width("\033["), 0);
	assert_string_equal(human_clean(hostile), "a?[31mb????~ ");
}

static void draw(double share, bool utf8, bool colour, const char *expected)
{
	struct bar_style style = {.utf8 = utf8, .colour = colour};
	char bar[BAR_SIZE(10)];
	int length = bar_draw(bar, sizeof(bar), share, 10, &style, BAR_EVEN);

	assert_string_equal(bar, expected);
	assert_int_equal(length, (int)strlen(expected));
}

static void bars(void **state)
{
	struct bar_style plain = {0};
	char small[BAR_SIZE(10) - 1];

	draw(0, false, false, "");
	draw(0, true, true, "");
	draw(-1, false, false, "");
	draw(NAN, false, false, "");
	draw(0.3, false, false, "###");
	draw(1, false, false, "##########");
	draw(7, false, false, "##########");
	draw(INFINITY, false, false, "##########");
	draw(0.001, false, false, "#");
	draw(0.2, true, false, "\xe2\x96\x88\xe2\x96\x88");
	draw(0.0125, true, false, "\xe2\x96\x8f");
	draw(0.0875, true, false, "\xe2\x96\x89");
	draw(0.15, true, false, "\xe2\x96\x88\xe2\x96\x8c");
	draw(0.0001, true, false, "\xe2\x96\x8f");
	draw(0.2, false, true, "\033[36m##\033[0m");
	assert_int_equal(bar_draw(small, sizeof(small), 1, 10, &plain, BAR_EVEN), -ENOSPC);
	assert_string_equal(small, "");
}

/* The longest bar that there is fits the room that BAR_SIZE gives. */
static void bar_room(void **state)
{
	struct bar_style style = {.utf8 = true, .colour = true};

	for (unsigned int width = 0; width < 100; width++) {
		char *bar = malloc(BAR_SIZE(width));

		assert_non_null(bar);
		assert_true(bar_draw(bar, BAR_SIZE(width), 1, width, &style, BAR_HIGH) >= 0);
		assert_int_equal(human_width(bar), width);
		free(bar);
	}
}

static void styles(void **state)
{
	struct bar_terminal facts = {.terminal = true, .codeset = "UTF-8", .term = "xterm"};

	assert_true(bar_style_choose(&facts).utf8);
	assert_true(bar_style_choose(&facts).colour);
	facts.no_color = "";
	assert_true(bar_style_choose(&facts).colour);
	facts.no_color = "1";
	assert_false(bar_style_choose(&facts).colour);
	facts.no_color = NULL;
	facts.term = "dumb";
	assert_false(bar_style_choose(&facts).colour);
	facts.term = NULL;
	assert_false(bar_style_choose(&facts).colour);
	facts.term = "xterm";
	facts.terminal = false;
	assert_false(bar_style_choose(&facts).colour);
	facts.codeset = "ANSI_X3.4-1968";
	assert_false(bar_style_choose(&facts).utf8);
}

static const struct table_column columns[] = {
	{"name", "name", false, false},
	{"n", "number", true, false},
	{"in.side", "x", true, true},
	{"bar", "", false, true},
	{0},
};

/* Prints the same things in either form. */
static char *print(bool json, void (*fields)(struct out *out))
{
	struct printed printed;

	printed_begin(&printed, json);
	fields(printed.out);
	return printed_end(&printed);
}

static void check(void (*fields)(struct out *out), const char *text, const char *json)
{
	char *is = print(false, fields);

	assert_string_equal(is, text);
	free(is);
	is = print(true, fields);
	assert_string_equal(is, json);
	free(is);
}

static void simple_fields(struct out *out)
{
	out_gap(out);
	out_say(out, "a %s", "sentence");
	out_number(out, "some_number", -5);
	out_gap(out);
	out_gap(out);
	out_count(out, "count", 12345678);
	out_bytes(out, "bytes", UINT64_MAX);
	out_real(out, "real", 1.25, 1);
	out_real(out, "none", NAN, 1);
	out_real(out, "endless", INFINITY, 1);
	out_bool(out, "yes", true);
	out_string(out, "text", "a\"b\033/\xff");
	out_string(out, "nothing", NULL);
}

static void fields(void **state)
{
	check(simple_fields,
	      "a sentence\nsome number -5\n\ncount 12.3 M\nbytes 18.4 EB\nreal 1.2\nnone -\n"
	      "endless -\nyes yes\ntext a\"b?/?\nnothing -\n",
	      "{\"some_number\":-5,\"count\":12345678,\"bytes\":18446744073709551615,"
	      "\"real\":1.2500,\"none\":null,\"endless\":null,\"yes\":true,"
	      "\"text\":\"a\\\"b?/?\",\"nothing\":null}\n");
}

static void nested_fields(struct out *out)
{
	out_object(out, "drops");
	out_number(out, "rings", 1);
	out_array(out, "at_cpus");
	out_number(out, NULL, 2);
	out_number(out, NULL, 3);
	out_up(out);
	out_array(out, "empty");
	out_up(out);
	out_object(out, "inner");
	out_number(out, "a", 4);
	out_number(out, "b", 5);
	out_up(out);
	out_up(out);
	out_array(out, "list");
	out_string(out, NULL, "x");
	out_up(out);
	out_object(out, "left_open");
	out_number(out, "c", 6);
}

static void nested(void **state)
{
	check(nested_fields,
	      "drops: rings 1, at cpus 2,3, empty none, inner (a 4, b 5)\nlist x\nleft open: c 6\n",
	      "{\"drops\":{\"rings\":1,\"at_cpus\":[2,3],\"empty\":[],\"inner\":{\"a\":4,\"b\":5}},"
	      "\"list\":[\"x\"],\"left_open\":{\"c\":6}}\n");
}

static void row(struct out *out, const char *name, uint64_t n, uint64_t inside)
{
	out_row(out, NULL);
	out_string(out, "name", name);
	out_count(out, "n", n);
	out_number(out, "json_only", 7);
	out_object(out, "in");
	out_count(out, "side", inside);
	out_up(out);
	out_bar(out, "bar", (double)n / 100, 10, BAR_EVEN);
	out_up(out);
}

static void table_fields(struct out *out)
{
	out_say(out, "first");
	out_gap(out);
	out_table(out, "rows", columns);
	row(out, "one", 100, 0);
	row(out, "a longer one", 5, 3);
	out_up(out);
	out_gap(out);
	out_table(out, "no_rows", columns);
	out_up(out);
	out_gap(out);
	out_table(out, "narrow", columns);
	row(out, "x", 0, 0);
	out_up(out);
}

static void tables(void **state)
{
	check(table_fields,
	      "first\n\n"
	      "name          number  x\n"
	      "one              100  0  ##########\n"
	      "a longer one       5  3  #\n\n"
	      "name  number\n"
	      "x          0\n",
	      "{\"rows\":[{\"name\":\"one\",\"n\":100,\"json_only\":7,\"in\":{\"side\":0}},"
	      "{\"name\":\"a longer one\",\"n\":5,\"json_only\":7,\"in\":{\"side\":3}}],"
	      "\"no_rows\":[],"
	      "\"narrow\":[{\"name\":\"x\",\"n\":0,\"json_only\":7,\"in\":{\"side\":0}}]}\n");
}

static void named_fields(struct out *out)
{
	out_table(out, NULL, columns);
	out_row(out, "first_row");
	out_cell(out, "name", "first");
	out_count(out, "n", 1);
	out_up(out);
	out_row(out, "second");
	out_cell(out, "name", "second");
	out_count(out, "n", 20000);
	out_up(out);
	out_up(out);
	out_number(out, "after", 1);
}

static void named_rows(void **state)
{
	check(named_fields, "name    number\nfirst        1\nsecond  20.0 k\nafter 1\n",
	      "{\"first_row\":{\"n\":1},\"second\":{\"n\":20000},\"after\":1}\n");
}

static void warned_fields(struct out *out)
{
	out_object(out, "open");
	out_up(out);
	out_warn(out, "one %d", 1);
	out_object(out, "deep");
	out_object(out, "deeper");
	out_up(out);
	out_up(out);
	out_warn(out, "two");
}

static void warned(void **state)
{
	char *is = print(true, warned_fields);

	assert_string_equal(
		is, "{\"open\":{},\"warnings\":[\"one 1\",\"two\"],\"deep\":{\"deeper\":{}}}\n");
	free(is);
	is = print(false, warned_fields);
	assert_non_null(strstr(is, "warning: one 1\n"));
	assert_non_null(strstr(is, "warning: two\n"));
	free(is);
}

static void long_fields(struct out *out)
{
	struct bar_style terminal = {.fill = true};

	out_say(out, "%s", LONG);
	out_set_style(out, &terminal);
	out_say(out, "%s", LONG);
	out_warn(out, "%s", LONG);
	out_line(out, "%s", LONG);
}

static void described_fields(struct out *out)
{
	static const struct table_column described[] = {
		{"name", "name", false, false}, {"what", "what it is", false, false}, {0}};
	struct bar_style terminal = {.fill = true};

	for (int i = 0; i < 2; i++) {
		out_table(out, NULL, described);
		out_row(out, NULL);
		out_string(out, "name", "one");
		out_string(out, "what",
			   "a NIC of a maker whose words for it go on and on until they are far "
			   "beyond the last column");
		out_up(out);
		out_up(out);
		out_set_style(out, &terminal);
	}
}

/* On a terminal the words of the last column go on below themselves. */
static void last_column(void **state)
{
	char *is = print(false, described_fields);

	assert_string_equal(
		is,
		"name  what it is\n"
		"one   a NIC of a maker whose words for it go on and on until they are far "
		"beyond the last column\n"
		"name  what it is\n"
		"one   a NIC of a maker whose words for it go on and on until they are far beyond\n"
		"      the last column\n");
	free(is);
}

/* Lines are filled on a terminal only, and never within what is quoted. */
static void filled(void **state)
{
	char *is = print(false, long_fields);

	assert_string_equal(
		is, LONG
		"\n"
		"This driver's rings, if one says\n"
		"`ethtool -X DEV weight 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18`, and then\n"
		"('espalier inspect IF --measure 10 --report nic.json' on all the gateways'\n"
		"NICs), are even.\n"
		"warning: This driver's rings, if one says\n"
		"         `ethtool -X DEV weight 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18`,\n"
		"         and then ('espalier inspect IF --measure 10 --report nic.json' on all\n"
		"         the gateways' NICs), are even.\n" LONG "\n");
	free(is);
}

/* A full disk is told. */
static void write_errors(void **state)
{
	for (int json = 0; json < 2; json++) {
		FILE *full = fopen("/dev/full", "w");
		struct out *out;

		assert_non_null(full);
		out = out_new(full, json);
		assert_non_null(out);
		simple_fields(out);
		assert_int_equal(out_close(out), -ENOSPC);
		fclose(full);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),	cmocka_unit_test(widths),
		cmocka_unit_test(bars),		cmocka_unit_test(bar_room),
		cmocka_unit_test(styles),	cmocka_unit_test(fields),
		cmocka_unit_test(nested),	cmocka_unit_test(tables),
		cmocka_unit_test(named_rows),	cmocka_unit_test(warned),
		cmocka_unit_test(filled),	cmocka_unit_test(last_column),
		cmocka_unit_test(write_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
