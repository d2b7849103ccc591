// SPDX-License-Identifier: GPL-2.0-only
// Finds the rings' threads in /proc and reads how long they have run.
#include "sas/ring_threads.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PF_KTHREAD 0x00200000u /* include/linux/sched.h */

/* A file of a process as a string. False: it cannot be read; the process may have ended. */
static bool read_file(int process, const char *name, char *text, size_t size)
{
	int fd = openat(process, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/*
 * Any process can give itself any name, but not the flag of a kernel thread: the 9th word of stat,
 * proc_pid_stat(5). The name, the 2nd, may hold blanks and brackets.
 */
static bool is_kernel_thread(int process)
{
	unsigned int flags = 0;
	char text[512];
	const char *rest;

	if (!read_file(process, "stat", text, sizeof(text)))
		return false;
	rest = strrchr(text, ')');
	return rest && sscanf(rest, ") %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
	       flags & PF_KTHREAD;
}

/* Is this the thread of a ring? Then of which. */
static bool is_ring(int process, struct ring_thread *thread)
{
	char name[64];

	return read_file(process, "comm", name, sizeof(name)) &&
	       sscanf(name, "cpumap/%" SCNu32 "/map:%" SCNu32, &thread->cpu, &thread->map_id) == 2 &&
	       is_kernel_thread(process);
}

int ring_threads_each(int (*fn)(void *arg, const struct ring_thread *thread), void *arg)
{
	DIR *proc = opendir("/proc");
	struct ring_thread thread;
	struct dirent *entry;
	int err = 0;

	if (!proc)
		return -errno;
	while (!err && (entry = readdir(proc))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		thread.process = openat(dirfd(proc), entry->d_name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (thread.process < 0)
			continue;
		thread.pid = atoi(entry->d_name);
		if (is_ring(thread.process, &thread))
			err = fn(arg, &thread);
		close(thread.process);
	}
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

static int open_clock(void *arg, const struct ring_thread *thread)
{
	struct ring_clocks *clocks = arg;
	__u32 cpu = thread->cpu;

	if (thread->map_id == clocks->map_id && cpu < CPU_SETSIZE && clocks->fd[cpu] < 0)
		clocks->fd[cpu] = openat(thread->process, "schedstat", O_RDONLY | O_CLOEXEC);
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

__u64 ring_clocks_since(struct ring_clocks *clocks, __u32 cpu, __u64 *then)
{
	__u64 now, was = *then;

	*then = ring_clocks_read(clocks, cpu, &now) ? 0 : now;
	return was && *then > was ? *then - was : 0;
}
