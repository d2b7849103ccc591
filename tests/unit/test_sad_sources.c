// SPDX-License-Identifier: GPL-2.0-only
// SAs of several sources: who hides whom, and when learned ones go.
#include "sad_fixture.h"

#include <errno.h>
#include "xfrm_recorded.h"

static void file_is_reconciled(void **state)
{
	struct fixture *f = *state;
	struct sa sas[3] = {other_sa(SA_FILE, 1), other_sa(SA_FILE, 2), other_sa(SA_FILE, 3)};

	assert_int_equal(sad_set_file(f->sad, sas, 3), 0);
	assert_log(&f->watch, "+1 +2 +3");
	sas[1].cpu = 1;
	assert_int_equal(sad_set_file(f->sad, sas, 2), 0);
	assert_log(&f->watch, "~2 -3");
	assert_int_equal(sad_set_file(f->sad, sas, 2), 0);
	assert_log(&f->watch, "");
	assert_int_equal(sad_set_file(f->sad, NULL, 0), 0);
	assert_log(&f->watch, "-1 -2");
}

static void kernel_hides_the_file(void **state)
{
	struct fixture *f = *state;
	struct sa sa = other_sa(SA_FILE, 0x1000);
	struct sa_id id = sa.id;

	sad_set_file(f->sad, &sa, 1);
	assert_log(&f->watch, "+1000");
	feed_hex(f->sad, recorded_v4);
	assert_log(&f->watch, "+1000 -1000");
	assert_int_equal(sad_find(f->sad, &id)->source, SA_KERNEL);
	sad_set_file(f->sad, &sa, 1);
	assert_log(&f->watch, "");
	assert_int_equal(sad_count(f->sad), 1);
	feed_hex(f->sad, recorded_delete_v4);
	assert_log(&f->watch, "+1000 -1000");
	assert_int_equal(sad_find(f->sad, &id)->source, SA_FILE);
	assert_int_equal(sad_count(f->sad), 1);
}

/* An outbound SA of the kernel takes no place from anybody. */
static void outbound_hides_nothing(void **state)
{
	struct fixture *f = *state;
	struct sa sa = other_sa(SA_FILE, 0x1002);

	sa.id = id_of("2001:db8::2", 0x1002);
	sad_set_file(f->sad, &sa, 1);
	feed_hex(f->sad, recorded_v6_out);
	assert_log(&f->watch, "+1002");
}

static void kernel_and_file_win_over_learned(void **state)
{
	struct fixture *f = *state;
	struct sa learned = other_sa(SA_LEARNED, 0x1000), file = other_sa(SA_FILE, 0x1000);

	assert_int_equal(sad_learned_add(f->sad, &learned, 0), 0);
	assert_int_equal(sad_learned_add(f->sad, &learned, 0), -EEXIST);
	assert_log(&f->watch, "+1000");
	feed_hex(f->sad, recorded_v4);
	assert_log(&f->watch, "+1000 -1000");
	assert_int_equal(sad_learned_add(f->sad, &learned, 0), -EEXIST);
	feed_hex(f->sad, recorded_delete_v4);
	assert_log(&f->watch, "-1000");
	assert_int_equal(sad_count(f->sad), 0);
	assert_int_equal(sad_learned_add(f->sad, &learned, 0), 0);
	sad_set_file(f->sad, &file, 1);
	assert_log(&f->watch, "+1000 +1000 -1000");
	assert_int_equal(sad_learned_add(f->sad, &learned, 0), -EEXIST);
	assert_int_equal(sad_count(f->sad), 1);
}

static uint64_t last_seen(void *arg, const struct sa *sa)
{
	return sa->id.spi == 2 ? *(const uint64_t *)arg : 0;
}

static void idle_learned_sas_go(void **state)
{
	struct fixture *f = *state;
	struct sa a = other_sa(SA_LEARNED, 1), b = other_sa(SA_LEARNED, 2);
	uint64_t last = 50;

	sad_learned_add(f->sad, &a, 10);
	sad_learned_add(f->sad, &b, 10);
	feed_hex(f->sad, recorded_v4);
	f->watch.log[0] = '\0';
	assert_int_equal(sad_learned_idle(f->sad, 69, 60, last_seen, &last), 0);
	assert_int_equal(sad_learned_idle(f->sad, 70, 60, last_seen, &last), 1);
	assert_log(&f->watch, "-1");
	assert_int_equal(sad_learned_idle(f->sad, 110, 60, last_seen, &last), 1);
	assert_log(&f->watch, "-2");
	assert_int_equal(sad_count(f->sad), 1);
}

static int count_one(void *arg, const struct sa *sa)
{
	return ++*(int *)arg == 3 ? 42 : 0;
}

static void each_stops_when_told(void **state)
{
	struct fixture *f = *state;
	struct sa sas[4] = {other_sa(SA_FILE, 1), other_sa(SA_FILE, 2), other_sa(SA_FILE, 3),
			    other_sa(SA_FILE, 4)};
	int n = 0;

	sad_set_file(f->sad, sas, 4);
	assert_int_equal(sad_each(f->sad, count_one, &n), 42);
	assert_int_equal(n, 3);
}

static void no_socket_no_answer(void **state)
{
	struct fixture *f = *state;
	struct sa_id id = id_of("192.0.2.2", 1);

	assert_int_equal(sad_fd(f->sad), -1);
	assert_int_equal(sad_ask(f->sad, &id), -ENOTCONN);
	assert_int_equal(sad_sync(f->sad), -ENOTCONN);
	assert_int_equal(sad_read(f->sad), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(file_is_reconciled),
		TEST(kernel_hides_the_file),
		TEST(outbound_hides_nothing),
		TEST(kernel_and_file_win_over_learned),
		TEST(idle_learned_sas_go),
		TEST(each_stops_when_told),
		TEST(no_socket_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
