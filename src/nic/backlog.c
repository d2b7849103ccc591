// SPDX-License-Identifier: GPL-2.0-only
// How long a backlog takes to drain.
#include "nic/backlog.h"

#include <stdio.h>

enum { UNKNOWN = 10000, PACKET_NS = 20000, OTHERS_NS = 20000000 };

uint64_t backlog_drain_of(uint64_t packets)
{
	return packets * PACKET_NS + OTHERS_NS;
}

uint64_t backlog_drain_ns(void)
{
	FILE *file = fopen("/proc/sys/net/core/netdev_max_backlog", "re");
	unsigned int packets = UNKNOWN;

	if (!file)
		return backlog_drain_of(UNKNOWN);
	if (fscanf(file, "%u", &packets) != 1)
		packets = UNKNOWN;
	fclose(file);
	return backlog_drain_of(packets);
}

uint64_t backlog_lost(const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned int lost;
	uint64_t sum = 0;

	if (!file)
		return 0;
	while (fscanf(file, "%*x %x%*[^\n]", &lost) == 1)
		sum += lost;
	fclose(file);
	return sum;
}

void backlog_flow_limit(char mask[CPUMASK_LEN])
{
	FILE *file = fopen("/proc/sys/net/core/flow_limit_cpu_bitmap", "re");
	char text[CPULIST_LEN];
	cpu_set_t cpus;

	*mask = '\0';
	if (!file)
		return;
	if (fgets(text, sizeof(text), file) && !cpumask_parse(text, &cpus))
		cpumask_format(&cpus, mask, CPUMASK_LEN);
	fclose(file);
}
