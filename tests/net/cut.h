/* SPDX-License-Identifier: GPL-2.0-only */
/* Test runs on frames of which a program sees the first few bytes, on whatever kernel. */
#ifndef TESTS_NET_CUT_H
#define TESTS_NET_CUT_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

struct front_bpf;

struct cut {
	int program;
	bool by_context;	 /* the kernel lets a test run say how much is in the first buffer */
	struct front_bpf *front; /* else another program sees to it (front.bpf.c) */
};

/*
 * For test runs of @program, which takes frames in several buffers. @behind: behind another program on
 * any kernel, else only if need be. 0 or a negative errno.
 */
int cut_open(struct cut *cut, int program, bool behind);
void cut_close(struct cut *cut);

/* The least that can be in the first buffer: 0, or what other programs must leave there. */
__u32 cut_least(const struct cut *cut);

/*
 * Runs it on a frame with @first bytes in the first buffer. The verdict, or a negative errno; in
 * @first_after how much is there afterwards, 0 if that is not told.
 */
int cut_run(const struct cut *cut, const void *frame, size_t len, __u32 first, __u32 *first_after);

#endif
