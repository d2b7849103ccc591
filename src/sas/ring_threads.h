/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel's threads behind the rings: found by their names, cpumap/CPU/map:ID
 * (kernel/bpf/cpumap.c), and the time that they have run. /proc shows such names whole since Linux
 * 5.17; in a PID namespace without the host's processes there are none to be seen.
 */
#ifndef SAS_RING_THREADS_H
#define SAS_RING_THREADS_H

#include <linux/types.h>
#include <sched.h>
#include <sys/types.h>

struct ring_thread {
	__u32 cpu, map_id; /* the cpumap's id */
	pid_t pid;
	int process; /* its directory in /proc, to open files in: stays this thread's, if it ends too */
};

/*
 * Calls fn for each ring thread of the machine, ours or not, until it returns non-zero; returns
 * that, 0, or a negative errno: /proc cannot be read. Only the kernel's own threads count.
 */
int ring_threads_each(int (*fn)(void *arg, const struct ring_thread *thread), void *arg);

/* Clocks of the threads of one cpumap, by CPU. */
struct ring_clocks {
	__u32 map_id;
	int fd[CPU_SETSIZE]; /* /proc/PID/schedstat; -1: not found */
};

void ring_clocks_init(struct ring_clocks *clocks, __u32 map_id);
void ring_clocks_close(struct ring_clocks *clocks);

/* Looks for threads that were not found yet, those of rings made since. 0 or a negative errno. */
int ring_clocks_find(struct ring_clocks *clocks);

/* How long the thread on a CPU has run, in ns; -ENOENT: there is none, or it has ended. */
int ring_clocks_read(struct ring_clocks *clocks, __u32 cpu, __u64 *run_ns);

/*
 * How long it has run since its clock showed *then, in ns; *then becomes what it shows now, 0 if there
 * is none. 0 where *then is, and after a ring was made anew: its thread's clock begins at 0.
 */
__u64 ring_clocks_since(struct ring_clocks *clocks, __u32 cpu, __u64 *then);

#endif
