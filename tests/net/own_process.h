/* SPDX-License-Identifier: GPL-2.0-only */
/* A test in a process of its own, for it goes to namespaces of its own. */
#ifndef TESTS_NET_OWN_PROCESS_H
#define TESTS_NET_OWN_PROCESS_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a test stands on is not there. */
static inline void die(const char *what, int err)
{
	printf("FAIL %s: %s: %s\n", program_invocation_short_name, what, strerror(abs(err)));
	exit(1);
}

/* Prints "ok" or "FAIL" and the name, as tests/run counts them. True: it was good, and so said
 * @test. */
static inline bool in_own_process(const char *name, bool (*test)(const void *arg), const void *arg)
{
	pid_t child = fork();
	int status = 1;

	if (!child) {
		bool good = test(arg);

		printf("%s %s\n", good ? "ok" : "FAIL", name);
		fflush(stdout);
		_exit(!good);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		die("a process", errno);
	return !status;
}

#endif
