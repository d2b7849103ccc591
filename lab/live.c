// SPDX-License-Identifier: GPL-2.0-only
/* Sends by live XDP frames: the kernel runs our program on frames of its own, as often as we say. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "plan.h"
/* bpftool 7.1 casts a const away. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#include "espgen.skel.h"
#pragma GCC diagnostic pop

#ifndef BPF_F_TEST_XDP_LIVE_FRAMES
#define BPF_F_TEST_XDP_LIVE_FRAMES (1U << 1)
#endif
#define REPEAT 0x40000000
#define SETUP  100000000 /* ns; the kernel's preparations take about 30 ms */

struct live;

struct worker {
	struct live *live;
	pthread_t thread;
	__u32 cpu;
	volatile bool finished;
	int err;
};

struct live {
	const struct plan *plan;
	struct espgen_bpf *skeleton;
	struct espgen_sender *senders; /* by CPU */
	size_t mapped;
	__u32 frame_bytes;
	volatile bool stop;
	struct worker workers[PLAN_CPUS_MAX];
};

static void nothing(int number)
{
}

static void *work(void *argument)
{
	struct worker *w = argument;
	struct live *l = w->live;
	struct espgen_sender *s = &l->senders[w->cpu];
	struct xdp_md context = { .data_end = l->frame_bytes };
	void *frame = calloc(1, l->frame_bytes);
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame,
		    .data_size_in = l->frame_bytes, .ctx_in = &context,
		    .ctx_size_in = sizeof(context), .repeat = REPEAT,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = s->interval_q16 ? 8 : 64);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(w->cpu, &set);
	if (!frame)
		w->err = -ENOMEM;
	else if (sched_setaffinity(0, sizeof(set), &set) ||
		 (l->plan->nice && setpriority(PRIO_PROCESS, gettid(), l->plan->nice)))
		w->err = -errno;
	while (!w->err && !l->stop && !s->done) {
		w->err = bpf_prog_test_run_opts(bpf_program__fd(l->skeleton->progs.espgen), &opts);
		if (w->err == -EINTR)
			w->err = 0;
	}
	free(frame);
	w->finished = true;
	return NULL;
}

static void configure(struct live *l)
{
	const struct plan *p = l->plan;
	struct espgen_bpf *skeleton = l->skeleton;
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

static int fill_maps(const struct live *l)
{
	const struct plan *p = l->plan;
	__u32 n = p->fragments;
	int err;

	err = fill_map(l->skeleton->maps.spis, 0, p->spis, p->run.sas);
	if (p->weights && !err)
		err = fill_map(l->skeleton->maps.weights, 0, p->weights, p->run.sas);
	for (__u32 i = 0; i < p->run.senders * LAB_VARIANTS && !err; i++)
		err = fill_map(l->skeleton->maps.frames, i * n, p->frames[i % LAB_VARIANTS], n);
	return err;
}

static int prepare(struct live *l)
{
	int err;

	l->skeleton = espgen_bpf__open();
	if (!l->skeleton)
		return -errno;
	configure(l);
	err = espgen_bpf__load(l->skeleton) ?: fill_maps(l) ?: espgen_bpf__attach(l->skeleton);
	if (err)
		return err;
	l->mapped = libbpf_num_possible_cpus() * sizeof(*l->senders);
	l->mapped = (l->mapped + sysconf(_SC_PAGESIZE) - 1) & -sysconf(_SC_PAGESIZE);
	l->senders = mmap(NULL, l->mapped, PROT_READ | PROT_WRITE, MAP_SHARED,
			  bpf_map__fd(l->skeleton->maps.senders), 0);
	if (l->senders == MAP_FAILED)
		return -errno;
	l->frame_bytes = LAB_HEAD_BYTES;
	for (int v = 0; v < LAB_VARIANTS; v++)
		for (int i = 0; i < l->plan->fragments; i++)
			if (l->plan->frames[v][i].len > l->frame_bytes)
				l->frame_bytes = l->plan->frames[v][i].len;
	return 0;
}

static int start(struct live *l, int *started)
{
	struct timespec now;
	__u64 start_ns;
	int err;

	clock_gettime(CLOCK_MONOTONIC, &now);
	start_ns = now.tv_sec * 1000000000ULL + now.tv_nsec + SETUP;
	for (*started = 0; *started < (int)l->plan->run.senders; ++*started) {
		struct worker *w = &l->workers[*started];

		w->live = l;
		w->cpu = l->plan->cpus[*started];
		plan_sender(l->plan, *started, start_ns, &l->senders[w->cpu]);
		err = pthread_create(&w->thread, NULL, work, w);
		if (err)
			return -err;
	}
	return 0;
}

/* Ends each sender that is done, since only a signal ends the kernel's loop; all upon SIGINT. */
static int watch(struct live *l, const sigset_t *signals, int started)
{
	const struct timespec tick = { .tv_nsec = 1000000 };
	int left, err = 0;

	do {
		if (sigtimedwait(signals, NULL, &tick) > 0)
			l->stop = true;
		left = 0;
		for (int i = 0; i < started; i++) {
			struct worker *w = &l->workers[i];

			if (w->finished)
				continue;
			left++;
			if (l->stop || l->senders[w->cpu].done)
				pthread_kill(w->thread, SIGUSR1);
		}
	} while (left);
	for (int i = 0; i < started; i++) {
		pthread_join(l->workers[i].thread, NULL);
		err = err ?: l->workers[i].err;
	}
	return err;
}

static void collect(const struct live *l, struct plan_result *result)
{
	__u64 first = ~0ULL, last = 0;

	for (__u32 i = 0; i < l->plan->run.senders; i++) {
		const struct espgen_sender *s = &l->senders[l->plan->cpus[i]];

		result->packets += s->choice.position;
		result->frames += s->frames;
		result->lost += s->lost;
		result->failed += s->failed;
		if (s->first_ns && s->first_ns < first)
			first = s->first_ns;
		if (s->last_ns > last)
			last = s->last_ns;
	}
	result->seconds = last > first ? (last - first) / 1e9 : 0;
}

static int run(struct live *l, struct plan_result *result)
{
	struct sigaction action = { .sa_handler = nothing };
	sigset_t signals;
	int started, err, result_err;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	sigaction(SIGUSR1, &action, NULL);
	err = start(l, &started);
	if (err)
		l->stop = true;
	result_err = watch(l, &signals, started);
	collect(l, result);
	return err ?: result_err;
}

static int quiet(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

int live_send(const struct plan *p, struct plan_result *result)
{
	struct live *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return -ENOMEM;
	l->plan = p;
	libbpf_set_print(quiet);
	err = prepare(l) ?: run(l, result);
	if (l->senders && l->senders != MAP_FAILED)
		munmap(l->senders, l->mapped);
	espgen_bpf__destroy(l->skeleton);
	free(l);
	return err;
}
