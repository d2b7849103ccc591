// SPDX-License-Identifier: GPL-2.0-only
/* Sends by live XDP frames: the kernel runs our program on frames of its own, as often as we say.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "crew.h"
/* bpftool 7.1 casts a const away. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#include "espgen.skel.h"
#pragma GCC diagnostic pop

#ifndef BPF_F_TEST_XDP_LIVE_FRAMES
#define BPF_F_TEST_XDP_LIVE_FRAMES (1U << 1)
#endif
#define REPEAT 0x40000000

struct live {
	struct espgen_bpf *skeleton;
	struct espgen_sender *senders; /* by CPU */
	size_t mapped;
	__u32 frame_bytes;
};

/* Only a signal ends the kernel's loop. */
static int work(struct crew *crew, __u32 number)
{
	struct live *l = crew->context;
	struct espgen_sender *s = crew->senders[number];
	struct xdp_md context = {.data_end = l->frame_bytes};
	void *frame = calloc(1, l->frame_bytes);
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = l->frame_bytes,
		    .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = REPEAT,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = s->interval_q16 ? 8 : 64);
	int err = frame ? 0 : -ENOMEM;

	while (!err && !crew->stop && !s->done) {
		err = bpf_prog_test_run_opts(bpf_program__fd(l->skeleton->progs.espgen), &opts);
		if (err == -EINTR)
			err = 0;
	}
	free(frame);
	return err;
}

static void configure(struct espgen_bpf *skeleton, const struct plan *p)
{
	__u32 senders = p->run.senders;

	skeleton->rodata->run = p->run;
	skeleton->rodata->device = p->device;
	skeleton->rodata->process = getpid();
	skeleton->rodata->fragments = p->fragments;
	bpf_map__set_max_entries(skeleton->maps.senders, libbpf_num_possible_cpus());
	bpf_map__set_max_entries(skeleton->maps.frames, senders * LAB_VARIANTS * p->fragments);
	bpf_map__set_max_entries(skeleton->maps.spis, p->run.sas);
	bpf_map__set_max_entries(skeleton->maps.counts, senders * p->run.sas);
	bpf_map__set_max_entries(skeleton->maps.weights, p->weights ? p->run.sas : 1);
}

static int fill_map(const struct bpf_map *map, __u32 first, const void *values, __u32 n)
{
	size_t bytes = bpf_map__value_size(map);
	int err = 0;

	for (__u32 i = 0; i < n && !err; i++) {
		__u32 at = first + i;

		err = bpf_map__update_elem(map, &at, sizeof(at), (const char *)values + i * bytes,
					   bytes, BPF_ANY);
	}
	return err;
}

static int fill_maps(const struct espgen_bpf *skeleton, const struct plan *p)
{
	__u32 n = p->fragments;
	int err;

	err = fill_map(skeleton->maps.spis, 0, p->spis, p->run.sas);
	if (p->weights && !err)
		err = fill_map(skeleton->maps.weights, 0, p->weights, p->run.sas);
	for (__u32 i = 0; i < p->run.senders * LAB_VARIANTS && !err; i++)
		err = fill_map(skeleton->maps.frames, i * n, p->frames[i % LAB_VARIANTS], n);
	return err;
}

/* The longest frame: the kernel's frames are all of one length, and can only be cut. */
static __u32 longest(const struct plan *p)
{
	__u32 bytes = LAB_HEAD_BYTES;

	for (int v = 0; v < LAB_VARIANTS; v++)
		for (int i = 0; i < p->fragments; i++)
			if (p->frames[v][i].len > bytes)
				bytes = p->frames[v][i].len;
	return bytes;
}

static int prepare(struct live *l, struct crew *crew)
{
	const struct plan *p = crew->plan;
	long page = sysconf(_SC_PAGESIZE);
	int err;

	l->skeleton = espgen_bpf__open();
	if (!l->skeleton)
		return -errno;
	configure(l->skeleton, p);
	err = espgen_bpf__load(l->skeleton) ?: fill_maps(l->skeleton, p);
	err = err ?: espgen_bpf__attach(l->skeleton);
	if (err)
		return err;
	l->mapped = (libbpf_num_possible_cpus() * sizeof(*l->senders) + page - 1) & -page;
	l->senders = mmap(NULL, l->mapped, PROT_READ | PROT_WRITE, MAP_SHARED,
			  bpf_map__fd(l->skeleton->maps.senders), 0);
	if (l->senders == MAP_FAILED)
		return -errno;
	for (__u32 i = 0; i < p->run.senders; i++)
		crew->senders[i] = &l->senders[p->cpus[i]];
	l->frame_bytes = longest(p);
	return 0;
}

__attribute__((format(printf, 2, 0))) static int quiet(enum libbpf_print_level level,
						       const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

int live_send(const struct plan *p, struct plan_result *result)
{
	struct live l = {};
	struct crew crew = {.plan = p, .work = work, .context = &l};
	int err;

	libbpf_set_print(quiet);
	err = prepare(&l, &crew) ?: crew_run(&crew, result);
	if (l.senders && l.senders != MAP_FAILED)
		munmap(l.senders, l.mapped);
	espgen_bpf__destroy(l.skeleton);
	return err;
}
