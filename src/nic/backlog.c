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
