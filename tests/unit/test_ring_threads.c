// SPDX-License-Identifier: GPL-2.0-only
/* sas/ring_threads.h: a process that gives itself the name of a ring's thread is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include "sas/ring_threads.h"

/* Nobody's process of that name; it is ready when this returns. */
static pid_t impostor(const char *name)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		if (geteuid() == 0 && (setgid(65534) || setuid(65534)))
			_exit(1);
		prctl(PR_SET_NAME, name);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		pause();
		_exit(0);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static int is_it(void *arg, const struct ring_thread *thread)
{
	return thread->pid == *(const pid_t *)arg;
}

static void a_name_is_not_enough(void **state)
{
	/* With a bracket in the name, the words of stat must be told from the name. */
	static const char *const names[] = {"cpumap/0/map:16", "cpumap/1/map:2)"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		pid_t pid = impostor(names[i]);

		assert_int_equal(ring_threads_each(is_it, &pid), 0);
		end(pid);
	}
}

static void show(const struct ring_clocks *clocks, const char *figures)
{
	assert_int_equal(ftruncate(clocks->fd[0], 0), 0);
	assert_int_equal(pwrite(clocks->fd[0], figures, strlen(figures), 0), strlen(figures));
}

/* A ring that is made anew has another thread, whose clock begins at 0. */
static void a_clock_that_begins_anew_tells_nothing(void **state)
{
	struct ring_clocks clocks;
	__u64 then = 0;

	ring_clocks_init(&clocks, 1);
	clocks.fd[0] = memfd_create("schedstat", 0);
	assert_true(clocks.fd[0] >= 0);
	show(&clocks, "5000 1 1\n");
	assert_int_equal(ring_clocks_since(&clocks, 0, &then), 0);
	show(&clocks, "7000 1 1\n");
	assert_int_equal(ring_clocks_since(&clocks, 0, &then), 2000);
	show(&clocks, "100 1 1\n");
	assert_int_equal(ring_clocks_since(&clocks, 0, &then), 0);
	show(&clocks, "300 1 1\n");
	assert_int_equal(ring_clocks_since(&clocks, 0, &then), 200);
	show(&clocks, "");
	assert_int_equal(ring_clocks_since(&clocks, 0, &then), 0);
	assert_int_equal(then, 0);
	ring_clocks_close(&clocks);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_not_enough),
		cmocka_unit_test(a_clock_that_begins_anew_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
