// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames that are cut: by the context of the test run where the kernel takes it (net/bpf/test_run.c,
 * bpf_prog_test_run_xdp()), else by a program in front.
 */
#include "cut.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <string.h>
#include "front.skel.h"

enum {
	FULL = 3520, /* the first buffer of a test run: a page, less what lies around it */
	ROOM = 2 * FULL,
};

static int run_by_context(const struct cut *c, const void *frame, size_t len, __u32 first,
			  __u32 *first_after)
{
	struct xdp_md context = {.data_end = first}, after = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = (__u32)len,
		    .repeat = 1, .ctx_in = &context, .ctx_size_in = sizeof(context),
		    .ctx_out = &after, .ctx_size_out = sizeof(after));

	if (bpf_prog_test_run_opts(c->program, &opts) < 0)
		return -errno;
	*first_after = after.data_end - after.data;
	return (int)opts.retval;
}

static int run_behind_front(const struct cut *c, const void *frame, size_t len, __u32 first,
			    __u32 *first_after)
{
	__u8 bytes[ROOM] = {0};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = bytes, .repeat = 1,
		    .data_size_in = (__u32)(FULL - first + len));

	if (first > FULL || FULL - first + len > ROOM)
		return -EMSGSIZE;
	memcpy(bytes + FULL - first, frame, len);
	c->front->bss->first = first;
	*first_after = 0;
	if (bpf_prog_test_run_opts(bpf_program__fd(c->front->progs.front), &opts) < 0)
		return -errno;
	return opts.retval == XDP_ABORTED ? -EPROTO : (int)opts.retval;
}

static bool can_by_context(const struct cut *c)
{
	const __u8 frame[64] = {0};
	__u32 after;

	return run_by_context(c, frame, sizeof(frame), ETH_HLEN, &after) >= 0;
}

int cut_open(struct cut *c, int program, bool behind)
{
	__u32 zero = 0;

	*c = (struct cut){.program = program};
	c->by_context = !behind && can_by_context(c);
	if (c->by_context)
		return 0;
	c->front = front_bpf__open_and_load();
	if (!c->front)
		return errno ? -errno : -ENOMEM;
	if (bpf_map_update_elem(bpf_map__fd(c->front->maps.next), &zero, &program, BPF_ANY) < 0)
		return -errno;
	return 0;
}

void cut_close(struct cut *c)
{
	front_bpf__destroy(c->front);
}

__u32 cut_least(const struct cut *c)
{
	return c->by_context ? 0 : ETH_HLEN;
}

int cut_run(const struct cut *c, const void *frame, size_t len, __u32 first, __u32 *first_after)
{
	return c->by_context ? run_by_context(c, frame, len, first, first_after)
			     : run_behind_front(c, frame, len, first, first_after);
}
