// SPDX-License-Identifier: GPL-2.0-only
// Keys and tables as text: what ethtool prints, what people write, and what is neither.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "nic/rss_text.h"

static int read_text(const char *text, struct rss_text *out, unsigned int *line)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	int err;

	assert_non_null(file);
	err = rss_text_read(file, out, line);
	fclose(file);
	return err;
}

static void test_keys(void **state)
{
	uint8_t key[RSS_KEY_MAX] = {7};
	char text[3 * RSS_KEY_MAX + 3] = "";

	assert_int_equal(rss_key_parse("6d:5A:56", key), 3);
	assert_memory_equal(key, "\x6d\x5a\x56", 3);
	assert_int_equal(rss_key_parse("6d5a", key), 2);
	for (int i = 0; i < RSS_KEY_MAX; i++)
		strcat(text, "ab");
	assert_int_equal(rss_key_parse(text, key), RSS_KEY_MAX);
	strcat(text, "ab");
	assert_int_equal(rss_key_parse(text, key), -E2BIG);
	for (const char *const *bad = (const char *const[]){"", "6", "6g", "6d:", ":6d", "6d::5a",
							    "0x6d", "6d 5a", NULL};
	     *bad; bad++)
		assert_int_equal(rss_key_parse(*bad, key), -EINVAL);
	assert_int_equal(key[0], 0xab);
}

static void test_as_ethtool_prints(void **state)
{
	struct rss_text out;
	unsigned int line;

	assert_int_equal(read_text("RX flow hash indirection table for eth0 with 3 RX ring(s):\n"
				   "    0:      0     1     2     0     1     2     0     1\n"
				   "    8:      2     0     1     2     0     1     2     0\n"
				   "RSS hash key:\n"
				   "6d:5a:56:da\n"
				   "RSS hash function:\n"
				   "    toeplitz: on\n"
				   "    xor: off\n",
				   &out, &line),
			 0);
	assert_int_equal(out.table.size, 16);
	for (int i = 0; i < 16; i++)
		assert_int_equal(out.table.entry[i], i % 3);
	assert_int_equal(out.key_len, 4);
	assert_memory_equal(out.key, "\x6d\x5a\x56\xda", 4);
	assert_int_equal(read_text("RX flow hash indirection table for eth0 with 1 RX ring(s):\n"
				   "    0:      0     0\n"
				   "RSS hash key:\n"
				   "Operation not supported\n",
				   &out, &line),
			 0);
	assert_int_equal(out.table.size, 2);
	assert_int_equal(out.key_len, 0);
}

static void test_by_hand(void **state)
{
	struct rss_text out;
	unsigned int line;

	assert_int_equal(read_text("0 1 # two\n\n2 3\n", &out, &line), 0);
	assert_int_equal(out.table.size, 4);
	assert_int_equal(out.table.entry[3], 3);
	assert_int_equal(read_text("0 1\n2 x\n", &out, &line), -EINVAL);
	assert_int_equal(line, 2);
	assert_int_equal(read_text("0 65536\n", &out, &line), -EINVAL);
	assert_int_equal(read_text("0 -1\n", &out, &line), -EINVAL);
	assert_int_equal(read_text("8: 0 1\n", &out, &line), -EINVAL); /* its start is missing */
	assert_int_equal(read_text("# nothing\n", &out, &line), -EINVAL);
	assert_int_equal(read_text("RSS hash key:\n6d:5a\n", &out, &line), -EINVAL);
	assert_int_equal(read_text("0 1\nRSS hash key:\n6d:5\n", &out, &line), -EINVAL);
}

static void test_too_large(void **state)
{
	static char text[2 * INDIR_SIZE_MAX + 3];
	struct rss_text out;
	unsigned int line;

	for (int i = 0; i < INDIR_SIZE_MAX; i++)
		memcpy(text + 2 * i, "1\n", 3);
	assert_int_equal(read_text(text, &out, &line), 0);
	assert_int_equal(out.table.size, INDIR_SIZE_MAX);
	strcat(text, "1\n");
	assert_int_equal(read_text(text, &out, &line), -E2BIG);
	memset(text, ' ', sizeof(text) - 1); /* a line that does not end */
	assert_int_equal(read_text(text, &out, &line), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_as_ethtool_prints),
		cmocka_unit_test(test_by_hand),
		cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
