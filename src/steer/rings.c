// SPDX-License-Identifier: GPL-2.0-only
// Makes cpumap entries, and sets the priority of the threads that the kernel starts for them.
#include "steer/rings.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <sys/resource.h>
#include "steer/ring_threads.h"

enum { STRAY_FRAMES = 64, IKE_FRAMES = 256 };

__u32 rings_frames(const struct host *host, enum ring_kind kind)
{
	return kind == RING_SA ? host->ring_frames : kind == RING_STRAY ? STRAY_FRAMES : IKE_FRAMES;
}

struct priority {
	__u32 cpu, map_id;
	int nice;
};

static int set_one(void *arg, const struct ring_thread *thread)
{
	const struct priority *p = arg;

	if (thread->cpu != p->cpu || thread->map_id != p->map_id)
		return 0;
	setpriority(PRIO_PROCESS, (id_t)thread->pid, p->nice);
	return 1;
}

/* A failure costs priority, not packets. */
static void set_priority(__u32 cpu, __u32 map_id, int nice)
{
	struct priority priority = {cpu, map_id, nice};

	ring_threads_each(set_one, &priority);
}

struct seen {
	const struct host *host;
	__u32 threads;
	int nice; /* the lowest priority of them */
};

static int see_one(void *arg, const struct ring_thread *thread)
{
	struct seen *seen = arg;

	for (int kind = 0; kind < RING_KINDS; kind++) {
		int nice;

		if (thread->map_id != seen->host->cpumap_id[kind])
			continue;
		errno = 0;
		nice = getpriority(PRIO_PROCESS, (id_t)thread->pid);
		if (errno)
			continue;
		seen->threads++;
		seen->nice = nice > seen->nice ? nice : seen->nice;
	}
	return 0;
}

void rings_note_nice(struct maps *maps)
{
	struct seen seen = {.host = maps->host, .nice = -20};
	bool all = !ring_threads_each(see_one, &seen) && seen.threads >= maps->host->rings - 1;

	SHARED(maps->host->nice_seen) = all ? (__u32)(seen.nice + 20) : NICE_UNKNOWN;
}

static enum map map_of(enum ring_kind kind)
{
	return kind == RING_SA ? MAP_CPUS_SA : kind == RING_STRAY ? MAP_CPUS_STRAY : MAP_CPUS_IKE;
}

int rings_get(struct maps *maps, const struct ring_options *options, enum ring_kind kind, __u32 cpu)
{
	struct host *host = maps->host;
	struct bpf_cpumap_val value = {.qsize = rings_frames(host, kind)};

	if (cpu >= host->cpus)
		return -ENODEV;
	for (__u32 i = 1; i < host->rings; i++)
		if (maps->rings[i].kind == kind && maps->rings[i].cpu == cpu)
			return i;
	if (host->rings >= SA_RINGS)
		return -ENOSPC;
	if (options->program[kind] >= 0)
		value.bpf_prog.fd = options->program[kind];
	if (bpf_map_update_elem(maps->fd[map_of(kind)], &cpu, &value, BPF_ANY) < 0)
		return -errno;
	set_priority(cpu, host->cpumap_id[kind], options->nice);
	maps->rings[host->rings] = (struct ring){.kind = kind, .cpu = cpu};
	maps->ring_states[ring_place(kind, cpu, host->cpus)].home = sa_word_home(host->rings);
	__atomic_store_n(&host->rings, host->rings + 1, __ATOMIC_RELEASE); /* for maps_open() */
	return host->rings - 1;
}
