// SPDX-License-Identifier: GPL-2.0-only
// Which CPU serves each receive queue of an interface.
#include "steer/queues.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "nic/irqs.h"
#include "nic/sysfs.h"
#include "host/cpuset.h"

static void guess(const cpu_set_t *cpus, struct queues *out)
{
	unsigned int queue = 0;

	out->guessed = true;
	cpuset_each (cpu, cpus)
		if (queue < out->count)
			out->cpu[queue++] = cpu;
}

int queues_read(int kept, const char *ifname, unsigned int count, const cpu_set_t *cpus,
		struct queues *out)
{
	struct nic_irq *irq = calloc(2 * QUEUES_MOST, sizeof(*irq));
	int sysfs = irq ? sysfs_take(kept) : -ENOMEM, n;
	bool known = false;

	*out = (struct queues){.count = count < QUEUES_MOST ? count : QUEUES_MOST};
	memset(out->cpu, 0xff, sizeof(out->cpu));
	if (sysfs < 0) {
		free(irq);
		return sysfs;
	}
	n = nic_irqs(sysfs, ifname, irq, 2 * QUEUES_MOST);
	sysfs_give(kept, sysfs);
	for (int i = 0; i < n && i < 2 * QUEUES_MOST; i++) {
		if (irq[i].queue < 0 || irq[i].queue >= (int)out->count)
			continue;
		out->cpu[irq[i].queue] = cpuset_first(&irq[i].cpus);
		known |= out->cpu[irq[i].queue] >= 0;
	}
	free(irq);
	if (!known)
		guess(cpus, out);
	return 0;
}

bool queues_moved(int kept, const char *ifname, const cpu_set_t *cpus, struct queues *queues)
{
	struct queues now;

	if (queues->guessed || queues_read(kept, ifname, queues->count, cpus, &now) ||
	    !memcmp(&now, queues, sizeof(now)))
		return false;
	*queues = now;
	return true;
}

int queues_of_cpu(const struct queues *queues, unsigned int cpu)
{
	for (unsigned int i = 0; i < queues->count; i++)
		if (queues->cpu[i] == (int)cpu)
			return (int)i;
	return -1;
}

void queues_cpus(const struct queues *queues, const cpu_set_t *cpus, cpu_set_t *out)
{
	CPU_ZERO(out);
	for (unsigned int i = 0; i < queues->count; i++)
		if (queues->cpu[i] >= 0 && CPU_ISSET(queues->cpu[i], cpus))
			CPU_SET(queues->cpu[i], out);
}
