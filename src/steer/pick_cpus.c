// SPDX-License-Identifier: GPL-2.0-only
// The CPUs to decrypt on, for these interfaces.
#include "steer/pick_cpus.h"

#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "nic/cpulist.h"
#include "nic/sysfs.h"
#include "place/choose_cpus.h"

enum { MAX_NICS = 64, MAX_IRQS = 256 };

/* The CPUs that the interfaces' interrupts may go to. */
static void add_receiving(int sysfs, const char *name, cpu_set_t *receiving)
{
	int irqs[MAX_IRQS], count = sysfs_irqs(sysfs, name, irqs, MAX_IRQS);
	char list[CPULIST_LEN];
	cpu_set_t set;

	for (int i = 0; i < count && i < MAX_IRQS; i++)
		if (sysfs_irq_affinity(irqs[i], list, sizeof(list)) > 0 &&
		    !cpulist_parse(list, &set))
			CPU_OR(receiving, receiving, &set);
}

/* How busy each CPU is with receiving: two looks, a fifth of a second apart. */
static void read_busy(uint16_t busy[CPU_SETSIZE])
{
	static const struct timespec pause = {.tv_nsec = 200000000};
	struct cpus_times then, now;
	struct cpus_busy each[CPU_SETSIZE];

	memset(busy, 0, CPU_SETSIZE * sizeof(*busy));
	if (cpus_times_read("/proc/stat", &then))
		return;
	nanosleep(&pause, NULL);
	if (cpus_times_read("/proc/stat", &now))
		return;
	cpus_busy(&then, &now, each);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		busy[cpu] = each[cpu].softirq;
}

void pick_receiving(int kept, char *const *interfaces, size_t n, cpu_set_t *receiving)
{
	int sysfs = sysfs_take(kept);

	CPU_ZERO(receiving);
	for (size_t i = 0; i < n && sysfs >= 0; i++)
		add_receiving(sysfs, interfaces[i], receiving);
	sysfs_give(kept, sysfs);
}

int pick_cpus(int kept, const struct cpus_facts *machine, char *const *interfaces, size_t n,
	      const uint16_t *rx_busy, cpu_set_t *cpus, char *why, size_t size)
{
	uint16_t measured[CPU_SETSIZE];
	struct choose_cpus_facts facts = {
		.online = machine->online,
		.isolated = machine->isolated,
		.nohz_full = machine->nohz_full,
		.node = machine->node,
		.core = machine->core,
		.rx_busy = rx_busy ? rx_busy : measured,
	};
	int nodes[MAX_NICS];
	int sysfs = sysfs_take(kept);

	if (!rx_busy)
		read_busy(measured);
	for (size_t i = 0; i < n && i < MAX_NICS && sysfs >= 0; i++)
		nodes[facts.nics++] = sysfs_numa_node(sysfs, interfaces[i]);
	sysfs_give(kept, sysfs);
	pick_receiving(kept, interfaces, n, &facts.receiving);
	facts.nic_nodes = nodes;
	return choose_cpus(&facts, cpus, why, size);
}
