/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPUs of this machine: which are online, whose node and core, and how busy they are. */
#ifndef NIC_CPUS_H
#define NIC_CPUS_H

#include <sched.h>
#include <stdint.h>

struct cpus_facts {
	cpu_set_t online;
	cpu_set_t possible;
	cpu_set_t isolated; /* isolcpus= and isolated cpuset partitions */
	cpu_set_t nohz_full;
	int16_t node[CPU_SETSIZE]; /* NUMA node of a possible CPU; -1 unknown or not possible */
	int16_t core[CPU_SETSIZE]; /* lowest CPU among its thread siblings; itself if unknown */
};

/*
 * Read them from SYSROOT (normally "/sys"; the devices/system part of sysfs is the same in every
 * network namespace). Unknown parts stay empty; negative errno only if even the online CPUs
 * cannot be read.
 */
int cpus_facts_read(const char *sysroot, struct cpus_facts *out);

/* Reads only which CPUs are online: cheap enough to ask often. */
int cpus_online_read(const char *sysroot, cpu_set_t *online);

/* Ticks since boot of one CPU, from /proc/stat (proc(5)). */
struct cpus_ticks {
	uint64_t total, idle, nice, system, irq, softirq, steal;
};

struct cpus_times {
	struct cpus_ticks cpu[CPU_SETSIZE]; /* all zero for a CPU that is not online */
};

/* Read PATH (normally "/proc/stat"). Negative errno. */
int cpus_times_read(const char *path, struct cpus_times *out);

struct cpus_busy {
	uint16_t busy;	  /* permille of the interval not idle */
	uint16_t softirq; /* permille of the interval in softirq: receiving, mostly */
	uint16_t kernel;  /* permille in the kernel: system, irq and softirq */
	uint16_t nice;	  /* permille in programs of low priority, which give way to all others */
};

/* What each CPU did between two readings; zero for one without ticks in both. Pure. */
void cpus_busy(const struct cpus_times *then, const struct cpus_times *now,
	       struct cpus_busy out[CPU_SETSIZE]);

#endif
