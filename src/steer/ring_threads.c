// SPDX-License-Identifier: GPL-2.0-only
// Finds the rings' threads in /proc and reads how long they have run.
#include "steer/ring_threads.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Is this process the thread of a ring? Then of which. */
static bool is_ring(const char *pid, __u32 *cpu, __u32 *map_id)
{
	char path[64];
	FILE *file;
	int found;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	found = fscanf(file, "cpumap/%" SCNu32 "/map:%" SCNu32, cpu, map_id);
	fclose(file);
	return found == 2;
}

int ring_threads_each(int (*fn)(void *arg, __u32 cpu, __u32 map_id, pid_t pid), void *arg)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	__u32 cpu, map_id;
	int err = 0;

	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]) &&
		    is_ring(entry->d_name, &cpu, &map_id))
			err = fn(arg, cpu, map_id, atoi(entry->d_name));
	closedir(proc);
	return err;
}

void ring_clocks_init(struct ring_clocks *clocks, __u32 map_id)
{
	clocks->map_id = map_id;
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		clocks->fd[cpu] = -1;
}

void ring_clocks_close(struct ring_clocks *clocks)
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (clocks->fd[cpu] >= 0)
			close(clocks->fd[cpu]);
		clocks->fd[cpu] = -1;
	}
}

static int open_clock(void *arg, __u32 cpu, __u32 map_id, pid_t pid)
{
	struct ring_clocks *clocks = arg;
	char path[64];

	if (map_id != clocks->map_id || cpu >= CPU_SETSIZE || clocks->fd[cpu] >= 0)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/schedstat", (int)pid);
	clocks->fd[cpu] = open(path, O_RDONLY | O_CLOEXEC);
	return 0;
}

int ring_clocks_find(struct ring_clocks *clocks)
{
	return ring_threads_each(open_clock, clocks);
}

/* The first figure is the time on the CPU in ns (Documentation/scheduler/sched-stats.rst). */
int ring_clocks_read(struct ring_clocks *clocks, __u32 cpu, __u64 *run_ns)
{
	char text[128];
	ssize_t n;

	if (cpu >= CPU_SETSIZE || clocks->fd[cpu] < 0)
		return -ENOENT;
	n = pread(clocks->fd[cpu], text, sizeof(text) - 1, 0);
	if (n > 0) {
		text[n] = 0;
		if (sscanf(text, "%" SCNu64, (uint64_t *)run_ns) == 1)
			return 0;
	}
	close(clocks->fd[cpu]);
	clocks->fd[cpu] = -1;
	return -ENOENT;
}
