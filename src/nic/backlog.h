/* SPDX-License-Identifier: GPL-2.0-only */
/* The backlog of a CPU: where packets wait that RPS sent it (net/core/dev.c, enqueue_to_backlog()).
 */
#ifndef NIC_BACKLOG_H
#define NIC_BACKLOG_H

#include <stdint.h>

/*
 * How long a full one takes to drain, with room to spare: 20 us a packet, which is ten times what
 * decrypting one takes, and the time that other softirqs and threads may hold the CPU. Its length
 * is net.core.netdev_max_backlog; where that cannot be seen (a container) it is taken for long.
 */
uint64_t backlog_drain_ns(void);

/* The same of a backlog of @packets. Pure. */
uint64_t backlog_drain_of(uint64_t packets);

#endif
