// SPDX-License-Identifier: GPL-2.0-only
// Makes cpumap entries, and sets the priority of the threads that the kernel starts for them.
#include "sas/rings.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "sas/program.h"
#include "sas/ring_threads.h"

#define SLICE_NS 100000 /* the shortest that the kernel takes */

enum { STRAY_FRAMES = 64, IKE_FRAMES = IKE_RING_FRAMES };

__u32 rings_frames(const struct host *host, enum ring_kind kind)
{
	return kind == RING_SA ? host->ring_frames : kind == RING_STRAY ? STRAY_FRAMES : IKE_FRAMES;
}

struct priority {
	__u32 cpu, map_id;
	int nice;
};

/*
 * A time slice at least makes a thread that is woken run before others of longer slices, whatever
 * they are in the midst of (Linux 6.12, PREEMPT_SHORT); on other kernels it is not looked at.
 */
static void set_attributes(pid_t thread, int nice)
{
	struct {
		__u32 size, policy;
		__u64 flags;
		__s32 nice;
		__u32 priority;
		__u64 slice_ns, deadline_ns, period_ns;
	} attributes = {
		.size = sizeof(attributes),
		.policy = SCHED_OTHER,
		.nice = nice,
		.slice_ns = SLICE_NS,
	}; /* struct sched_attr of linux/sched/types.h */

	if (syscall(SYS_sched_setattr, thread, &attributes, 0) < 0)
		setpriority(PRIO_PROCESS, (id_t)thread, nice);
}

static int set_one(void *arg, const struct ring_thread *thread)
{
	const struct priority *p = arg;

	if (thread->cpu != p->cpu || thread->map_id != p->map_id)
		return 0;
	set_attributes(thread->pid, p->nice);
	return 0; /* the thread of a ring that was made anew may be there a while longer */
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

	SHARED(maps->report->nice_seen) = all ? (__u32)(seen.nice + 20) : NICE_UNKNOWN;
}

static enum map map_of(enum ring_kind kind)
{
	return kind == RING_SA ? MAP_CPUS_SA : kind == RING_STRAY ? MAP_CPUS_STRAY : MAP_CPUS_IKE;
}

/* A cpumap entry of this number, with its own program and a thread; @flags as of a map update. */
static int make_entry(struct maps *maps, int nice, __u32 number, const struct ring *ring,
		      __u64 flags)
{
	const struct host *host = maps->host;
	struct bpf_cpumap_val value = {.qsize = rings_frames(host, ring->kind)};
	int err = 0;

	value.bpf_prog.fd = program_load_ring(maps, number, ring);
	if (value.bpf_prog.fd < 0)
		return value.bpf_prog.fd;
	if (bpf_map_update_elem(maps->fd[map_of(ring->kind)], &ring->cpu, &value, flags) < 0)
		err = -errno;
	close(value.bpf_prog.fd);
	if (!err)
		set_priority(ring->cpu, host->cpumap_id[ring->kind], nice);
	return err;
}

int rings_get(struct maps *maps, int nice, enum ring_kind kind, __u32 cpu)
{
	const struct ring ring = {.kind = kind, .cpu = cpu};
	struct host *host = maps->host;
	int err;

	if (cpu >= host->cpus)
		return -ENODEV;
	for (__u32 i = 1; i < host->rings; i++)
		if (maps->rings[i].kind == kind && maps->rings[i].cpu == cpu)
			return i;
	if (host->rings >= SA_RINGS)
		return -ENOSPC;
	err = make_entry(maps, nice, host->rings, &ring, BPF_ANY);
	if (err)
		return err;
	maps->rings[host->rings] = ring;
	__atomic_store_n(&host->rings, host->rings + 1, __ATOMIC_RELEASE); /* for maps_open() */
	return host->rings - 1;
}

void rings_astray(const struct maps *maps, cpu_set_t *cpus)
{
	CPU_ZERO(cpus);
	for (__u32 i = 1; i < maps->host->rings; i++)
		if (SHARED(maps_ring_state(maps, i)->astray))
			CPU_SET(maps->rings[i].cpu, cpus);
}

int rings_renew(struct maps *maps, int nice, __u32 number)
{
	struct ring_state *state = maps_ring_state(maps, number);
	int err;

	SHARED(state->astray) = 0;
	err = make_entry(maps, nice, number, &maps->rings[number], BPF_EXIST);
	if (err)
		SHARED(state->astray) = 1;
	return err;
}
