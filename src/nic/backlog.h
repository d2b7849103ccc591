/* SPDX-License-Identifier: GPL-2.0-only */
/* The backlog of a CPU: where packets wait that RPS sent it (net/core/dev.c, enqueue_to_backlog()).
 */
#ifndef NIC_BACKLOG_H
#define NIC_BACKLOG_H

#include <stdint.h>
#include "nic/cpulist.h"

#define SOFTNET_STAT "/proc/net/softnet_stat"

/*
 * How long a full one takes to drain, with room to spare: 20 us a packet, which is ten times what
 * decrypting one takes, and the time that other softirqs and threads may hold the CPU. Its length
 * is net.core.netdev_max_backlog; where that cannot be seen (a container) it is taken for long.
 */
uint64_t backlog_drain_ns(void);

/* The same of a backlog of @packets. Pure. */
uint64_t backlog_drain_of(uint64_t packets);

/*
 * The mask of CPUs whose backlogs have flow limits, as cpumask_format() prints it: half full, such a one
 * takes no more of a flow that brings more than half of what comes. "" where it cannot be seen, as
 * in all network namespaces but the initial one.
 */
void backlog_flow_limit(char mask[CPUMASK_LEN]);

/*
 * Packets that the backlogs of all CPUs lost since the boot, whosever they were: the second column of
 * @path, which is SOFTNET_STAT. 0 also where it cannot be read.
 */
uint64_t backlog_lost(const char *path);

#endif
