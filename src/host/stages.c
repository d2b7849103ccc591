// SPDX-License-Identifier: GPL-2.0-only
// The sampling of stages: finds the functions that tell, loads the programs, a clock on each CPU.
#include "host/stages.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bpf/stages.skel.h"
#include "host/clock.h"
#include "host/symbols.h"
#include "text/because.h"

/*
 * Two thousand times a second, but in step with no round number of packets: at nearly 500 us each
 * sample of 40,000 packets a second would find the same place on a packet's way.
 */
#define PERIOD_NS 489898

struct stages {
	struct stages_bpf *skel;
	int event[CPU_SETSIZE]; /* a clock on each CPU, which is switched off; -1: none */
	struct bpf_link *clock[CPU_SETSIZE];
	struct bpf_link *polled; /* NULL: polls are not counted */
	uint64_t began_ns;
	int cpus;		     /* possible ones */
	struct stage_counts *counts; /* of each: room for what was seen */
};

/* The functions that tell; those that a kernel lacks, or has made part of others, do no harm. */
static const struct {
	const char *name;
	enum stage_mark mark;
} known[] = {
	{"net_rx_action", MARK_RECEIVE},
	{"napi_threaded_poll", MARK_RECEIVE},
	{"napi_threaded_poll_loop", MARK_RECEIVE},
	{"napi_busy_loop", MARK_RECEIVE},
	{"__napi_busy_loop", MARK_RECEIVE},
	{"cpu_map_kthread_run", MARK_RING},
	{"xfrm_input", MARK_DECRYPT},
	{"gro_cell_poll", MARK_CELLS},
	{"process_backlog", MARK_BACKLOG}, /* or what stages_start() was told */
	{"ip_forward", MARK_ONWARD},
	{"ip6_forward", MARK_ONWARD},
	{"tcp_v4_rcv", MARK_ONWARD},
	{"tcp_v6_rcv", MARK_ONWARD},
	{"__udp_enqueue_schedule_skb", MARK_ONWARD},
	{"xfrm_output", MARK_ONWARD},
	{"__do_softirq", MARK_SOFTIRQ},
	{"handle_softirqs", MARK_SOFTIRQ},
};

enum { KNOWN = sizeof(known) / sizeof(*known) };

static int quiet(enum libbpf_print_level level, const char *format, va_list args)
{
	return 0;
}

static enum stage_mark backlog_mark(enum stage backlog)
{
	switch (backlog) {
	case STAGE_DECRYPT:
		return MARK_RING;
	case STAGE_AFTER:
		return MARK_CELLS;
	default:
		return MARK_BACKLOG;
	}
}

static int find_functions(struct stage_ranges *ranges, enum stage backlog, char *why, size_t size)
{
	struct symbol found[STAGE_RANGES];
	const char *names[KNOWN];
	int n;

	for (size_t i = 0; i < KNOWN; i++)
		names[i] = known[i].name;
	n = symbols_find("/proc/kallsyms", names, KNOWN, found, STAGE_RANGES);
	if (n == -EACCES)
		return because(n, why, size,
			       "the kernel hides where its functions are "
			       "(CAP_SYSLOG, kernel.kptr_restrict)");
	if (n < 0)
		return because(n, why, size, "/proc/kallsyms cannot be read: %s", strerror(-n));
	for (int i = 0; i < n; i++) {
		enum stage_mark mark = known[found[i].name].mark;

		ranges->range[i] = (struct stage_range){
			.start = found[i].start,
			.size = found[i].size,
			.mark = mark == MARK_BACKLOG ? backlog_mark(backlog) : mark,
		};
	}
	return 0;
}

static int cannot_load(int err, char *why, size_t size)
{
	if (err == -EPERM || err == -EACCES)
		return because(err, why, size,
			       "we may not trace the kernel (CAP_BPF and "
			       "CAP_PERFMON; kernel lockdown)");
	return because(err, why, size, "the kernel does not take the program that samples: %s",
		       strerror(-err));
}

/* Where a struct napi_struct has its poll(), in bytes, or -1: the kernel does not tell. */
static int find_poll(void)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int id = btf ? btf__find_by_name_kind(btf, "napi_struct", BTF_KIND_STRUCT) : -1;
	const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (__u32)id) : NULL;
	int offset = -1;

	for (__u32 i = 0; type && i < btf_vlen(type); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(type)[i].name_off), "poll"))
			offset = (int)(btf_member_bit_offset(type, i) / 8);
	btf__free(btf);
	return offset;
}

/* With the count of polls, or without. */
static int load_with(struct stages *s, int poll_offset)
{
	int err;

	s->skel = stages_bpf__open();
	if (!s->skel)
		return errno ? -errno : -ENOMEM;
	if (poll_offset >= 0)
		*(__u32 *)&s->skel->rodata->poll_offset = (__u32)poll_offset;
	bpf_program__set_autoload(s->skel->progs.espalier_stages_polled, poll_offset >= 0);
	err = stages_bpf__load(s->skel);
	if (err) {
		stages_bpf__destroy(s->skel);
		s->skel = NULL;
	}
	return err;
}

static int load(struct stages *s, const struct stage_ranges *ranges, char *why, size_t size)
{
	__u32 zero = 0;
	int err;

	libbpf_set_print(quiet);
	err = load_with(s, find_poll());
	if (err)
		err = load_with(s, -1);
	if (err)
		return cannot_load(err, why, size);
	if (bpf_map_update_elem(bpf_map__fd(s->skel->maps.ranges), &zero, ranges, BPF_ANY))
		return cannot_load(-errno, why, size);
	return 0;
}

/*
 * A clock on one CPU; -ENODEV: it is not online. Opened at once, for where
 * kernel.perf_event_paranoid is 3, as Debian sets it, that takes CAP_SYS_ADMIN, which the daemon
 * gives up.
 */
static int open_clock(int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CPU_CLOCK,
		.sample_period = PERIOD_NS,
		.disabled = 1,
	};
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int open_clocks(struct stages *s, char *why, size_t size)
{
	int clocks = 0;

	for (int cpu = 0; cpu < s->cpus && cpu < CPU_SETSIZE; cpu++) {
		int fd = open_clock(cpu);

		if (fd == -EPERM || fd == -EACCES)
			return cannot_load(fd, why, size);
		if (fd < 0 && fd != -ENODEV)
			return because(fd, why, size,
				       "the kernel has no clock that samples "
				       "(perf events): %s",
				       strerror(-fd));
		s->event[cpu] = fd < 0 ? -1 : fd;
		clocks += fd >= 0;
	}
	return clocks ? 0 : because(-ENODEV, why, size, "no CPU can be sampled");
}

/*
 * Switches the clock of a CPU on. The link closes what it is given. Before Linux 5.15 a program
 * stays with the clock that it was once put on, so there it can be done but once.
 */
static int attach_cpu(struct stages *s, int cpu)
{
	int fd = s->event[cpu] < 0 ? -1 : fcntl(s->event[cpu], F_DUPFD_CLOEXEC, 0);
	int err;

	if (fd < 0)
		return s->event[cpu] < 0 ? 0 : -errno;
	s->clock[cpu] = bpf_program__attach_perf_event(s->skel->progs.espalier_stages_sample, fd);
	if (s->clock[cpu])
		return 0;
	err = -errno;
	close(fd);
	return err;
}

static int attach(struct stages *s, char *why, size_t size)
{
	const struct bpf_program *polled = s->skel->progs.espalier_stages_polled;
	int err;

	for (int cpu = 0; cpu < s->cpus && cpu < CPU_SETSIZE; cpu++) {
		err = attach_cpu(s, cpu);
		if (err)
			return cannot_load(err, why, size);
	}
	if (bpf_program__fd(polled) >= 0)
		s->polled = bpf_program__attach(polled);
	return 0;
}

int stages_load(struct stages **stages, enum stage backlog, char *why, size_t size)
{
	struct stage_ranges ranges = {0};
	struct stages *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return because(-ENOMEM, why, size, "there is no memory");
	memset(s->event, 0xff, sizeof(s->event)); /* -1 each */
	s->cpus = libbpf_num_possible_cpus();
	s->counts = calloc((size_t)(s->cpus > 0 ? s->cpus : 1), sizeof(*s->counts));
	err = s->counts ? find_functions(&ranges, backlog, why, size)
			: because(-ENOMEM, why, size, "there is no memory");
	if (!err)
		err = load(s, &ranges, why, size);
	if (!err)
		err = open_clocks(s, why, size);
	if (err) {
		stages_free(s);
		return err;
	}
	*stages = s;
	return 0;
}

int stages_begin(struct stages *s, char *why, size_t size)
{
	__u32 zero = 0;
	int err = 0;

	memset(s->counts, 0, (size_t)s->cpus * sizeof(*s->counts));
	if (bpf_map_update_elem(bpf_map__fd(s->skel->maps.counts), &zero, s->counts, BPF_ANY))
		err = cannot_load(-errno, why, size);
	s->began_ns = clock_now();
	if (!err)
		err = attach(s, why, size);
	if (err)
		stages_end(s);
	return err;
}

int stages_read(const struct stages *s, struct stages_seen *seen)
{
	__u32 zero = 0;

	memset(seen, 0, sizeof(*seen));
	if (bpf_map_lookup_elem(bpf_map__fd(s->skel->maps.counts), &zero, s->counts))
		return -errno;
	seen->seconds = (double)(clock_now() - s->began_ns) / 1e9;
	seen->polls = s->polled != NULL;
	for (int cpu = 0; cpu < s->cpus && cpu < CPU_SETSIZE; cpu++)
		seen->cpu[cpu] = s->counts[cpu];
	return 0;
}

void stages_end(struct stages *s)
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		bpf_link__destroy(s->clock[cpu]);
		s->clock[cpu] = NULL;
	}
	bpf_link__destroy(s->polled);
	s->polled = NULL;
}

void stages_free(struct stages *s)
{
	if (!s)
		return;
	stages_end(s);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (s->event[cpu] >= 0)
			close(s->event[cpu]);
	stages_bpf__destroy(s->skel);
	free(s->counts);
	free(s);
}
