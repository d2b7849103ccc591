// SPDX-License-Identifier: GPL-2.0-only
// What the kernel threw away, and whose doing it is.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "nic/backlog.h"
#include "nic/xfrm_stat.h"

#define PATH "/tmp/espalier-xfrm-stat-XXXXXX"

static void write_text(char *path, const char *text)
{
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static struct xfrm_stat read_text(const char *text)
{
	char path[] = PATH;
	struct xfrm_stat stat;

	write_text(path, text);
	assert_int_equal(xfrm_stat_read(path, &stat), 0);
	unlink(path);
	return stat;
}

static void counters_are_read(void **state)
{
	struct xfrm_stat then =
		read_text("XfrmInError\t3\nXfrmInStateSeqError\t100\nXfrmOutError\t9\n");
	struct xfrm_stat now =
		read_text("XfrmInError\t3\nXfrmInStateSeqError\t412\nXfrmInNoStates\t2\n");
	struct xfrm_stat none;

	assert_int_equal(then.n, 2);
	assert_int_equal(xfrm_stat_of(&then, "XfrmInStateSeqError"), 100);
	assert_int_equal(xfrm_stat_of(&then, "XfrmOutError"), 0);
	xfrm_stat_since(&now, &then);
	assert_int_equal(xfrm_stat_of(&now, "XfrmInStateSeqError"), 312);
	assert_int_equal(xfrm_stat_of(&now, "XfrmInError"), 0);
	assert_int_equal(xfrm_stat_of(&now, "XfrmInNoStates"), 2);
	assert_int_equal(xfrm_stat_read("/nowhere", &none), -ENOENT);
	assert_int_equal(xfrm_stat_of(&none, "XfrmInError"), 0);
}

static void has(const char *text, const char *words)
{
	if (!text || !strstr(text, words))
		fail_msg("'%s' is not in: %s", words, text ? text : "(nothing)");
}

/* Out of order by the sender, unless something of ours may have done it. */
static void whose_order_it_is(void **state)
{
	static const char name[] = "XfrmInStateSeqError";
	const char *means, *todo;

	xfrm_stat_words(name, (struct xfrm_meanwhile){0}, &means, &todo);
	has(means, "the sender, or the path");
	has(todo, "replay_window = 1024");
	xfrm_stat_words(name, (struct xfrm_meanwhile){.moves = true}, &means, &todo);
	has(means, "while SAs moved: it may be the sender");
	xfrm_stat_words(name, (struct xfrm_meanwhile){.ring_drops = true}, &means, &todo);
	has(todo, "losses of rings");
	/* Others have nothing to do with order. */
	xfrm_stat_words("XfrmInNoStates", (struct xfrm_meanwhile){true, true}, &means, &todo);
	has(means, "no SA has");
	xfrm_stat_words("XfrmInNew", (struct xfrm_meanwhile){0}, &means, &todo);
	assert_null(means);
}

/* The second column of all CPUs, in hexadecimal, however many columns the kernel has. */
static void backlogs_are_read(void **state)
{
	char path[] = PATH;

	write_text(path, "00c86c86 000000ff 0000000c 00000000 00000000 00000000 00000002 00000000\n"
			 "00bd20bf 00000010 00000001 00000000\n");
	assert_int_equal(backlog_lost(path), 0x10f);
	unlink(path);
	assert_int_equal(backlog_lost("/nowhere"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_are_read),
		cmocka_unit_test(whose_order_it_is),
		cmocka_unit_test(backlogs_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
