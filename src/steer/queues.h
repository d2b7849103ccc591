/* SPDX-License-Identifier: GPL-2.0-only */
/* Which CPU serves each receive queue of an interface, for the methods of the NIC. */
#ifndef STEER_QUEUES_H
#define STEER_QUEUES_H

#include <sched.h>
#include <stdbool.h>

#define QUEUES_MOST 512

struct queues {
	unsigned int count;
	bool guessed; /* no interrupts can be seen: queue n is taken to be served by the n-th CPU */
	int cpu[QUEUES_MOST]; /* -1: not known */
};

/*
 * Reads through @kept (sysfs_take()) the interrupts of @ifname, of which the first @count queues receive. @cpus are those that
 * it is guessed from if there are none to see. 0 or a negative errno.
 */
int queues_read(int kept, const char *ifname, unsigned int count, const cpu_set_t *cpus,
		struct queues *out);

/*
 * Do other CPUs serve the queues now? Then @queues are read anew. Those that were guessed stay.
 */
bool queues_moved(int kept, const char *ifname, const cpu_set_t *cpus, struct queues *queues);

/* The first queue that this CPU serves; -1: none. */
int queues_of_cpu(const struct queues *queues, unsigned int cpu);

/* The CPUs of @cpus that serve a queue. */
void queues_cpus(const struct queues *queues, const cpu_set_t *cpus, cpu_set_t *out);

#endif
