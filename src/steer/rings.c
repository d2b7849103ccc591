// SPDX-License-Identifier: GPL-2.0-only
// Makes cpumap entries, and sets the priority of the threads that the kernel starts for them.
#include "steer/rings.h"

#include <bpf/bpf.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

enum { STRAY_FRAMES = 64, IKE_FRAMES = 256 };

__u32 rings_frames(const struct host *host, enum ring_kind kind)
{
	return kind == RING_SA ? host->ring_frames : kind == RING_STRAY ? STRAY_FRAMES : IKE_FRAMES;
}

static bool comm_is(const char *pid, const char *name)
{
	char path[64], comm[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(comm, sizeof(comm), file))
		comm[0] = 0;
	fclose(file);
	comm[strcspn(comm, "\n")] = 0;
	return !strcmp(comm, name);
}

/*
 * The thread's name is cpumap/CPU/map:ID (kernel/bpf/cpumap.c); /proc shows names of kernel
 * threads whole since Linux 5.17. A failure costs priority, not packets.
 */
static void set_priority(__u32 cpu, __u32 map_id, int nice)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char name[64];

	if (!proc)
		return;
	snprintf(name, sizeof(name), "cpumap/%u/map:%u", cpu, map_id);
	while ((entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]) || !comm_is(entry->d_name, name))
			continue;
		setpriority(PRIO_PROCESS, (id_t)atoi(entry->d_name), nice);
		break;
	}
	closedir(proc);
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
	return host->rings++;
}
