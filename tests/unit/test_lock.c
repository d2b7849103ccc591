// SPDX-License-Identifier: GPL-2.0-only
/* The lock of a namespace, taken and given back by several at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/lock.h"

enum { TIMES = 20000, FIRST = 1, SECOND = 2 };

/* /run of our own: the machine's may be in use. */
static int setup(void **state)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", "/run", "tmpfs", 0, NULL))
		return -1;
	return 0;
}

/* The exit status of a child that takes a lock and gives it back again and again. */
static int take_often(uint64_t cookie)
{
	for (int i = 0; i < TIMES; i++) {
		pid_t holder = 0;
		int fd = lock_take(cookie, &holder);

		if (fd < 0)
			return -fd;
		lock_release(cookie, fd);
	}
	return 0;
}

/* The same where another wants the same lock: who has it makes a directory that must not be there. */
static int take_in_turn(uint64_t cookie)
{
	for (int i = 0; i < TIMES;) {
		pid_t holder = 0;
		int fd = lock_take(cookie, &holder);

		if (fd == -EAGAIN)
			continue;
		if (fd < 0)
			return -fd;
		if (mkdir("/run/held", 0700) || rmdir("/run/held"))
			return errno;
		lock_release(cookie, fd);
		i++;
	}
	return 0;
}

static void both_succeed(int (*take)(uint64_t cookie), uint64_t first, uint64_t second)
{
	pid_t child[2];
	int status;

	for (int i = 0; i < 2; i++) {
		child[i] = fork();
		assert_true(child[i] >= 0);
		if (!child[i])
			_exit(take(i ? second : first));
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(child[i], &status, 0), child[i]);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

/* Each release may remove the directory that the other one is about to use. */
static void two_namespaces(void **state)
{
	both_succeed(take_often, FIRST, SECOND);
}

/* Who opened the file before it was removed holds a lock that keeps nobody out. */
static void a_removed_file_is_no_lock(void **state)
{
	both_succeed(take_in_turn, FIRST, FIRST);
}

static void held_by_another(void **state)
{
	pid_t holder = 0;
	int fd = lock_take(FIRST, &holder);

	assert_true(fd >= 0);
	assert_int_equal(lock_holder(FIRST), getpid());
	assert_int_equal(lock_holder(SECOND), 0);
	assert_int_equal(lock_take(FIRST, &holder), -EAGAIN);
	assert_int_equal(holder, getpid());
	lock_release(FIRST, fd);
	assert_int_equal(lock_holder(FIRST), 0);
	assert_int_equal(access(RUN_DIR, F_OK), -1);
}

/* What lies there is not followed, and not used if it is not root's alone. */
static void not_roots(void **state)
{
	pid_t holder = 0;

	assert_int_equal(symlink("/nonexistent/espalier", RUN_DIR), 0);
	assert_int_equal(lock_take(FIRST, &holder), -EPERM);
	assert_int_equal(unlink(RUN_DIR), 0);
	assert_int_equal(mkdir("/run/elsewhere", 0700), 0);
	assert_int_equal(symlink("elsewhere", RUN_DIR), 0);
	assert_int_equal(lock_take(FIRST, &holder), -EPERM);
	assert_int_equal(lock_holder(FIRST), -EPERM);
	assert_int_equal(unlink(RUN_DIR), 0);
	assert_int_equal(mkdir(RUN_DIR, 0700), 0);
	assert_int_equal(chown(RUN_DIR, 65534, 65534), 0);
	assert_int_equal(lock_take(FIRST, &holder), -EPERM);
	assert_int_equal(chown(RUN_DIR, 0, 0), 0);
	assert_int_equal(chmod(RUN_DIR, 0777), 0);
	assert_int_equal(lock_take(FIRST, &holder), -EPERM);
	assert_int_equal(rmdir(RUN_DIR), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_namespaces),
		cmocka_unit_test(a_removed_file_is_no_lock),
		cmocka_unit_test(held_by_another),
		cmocka_unit_test(not_roots),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
