/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The method rps: the kernel's own software steering, by the hash of each packet (net/core/dev.c
 * get_rps_cpu). The kernel hashes the SPI of plain ESP where a flow has its ports
 * (net/core/flow_dissector.c skb_flow_get_ports), and of ESP in UDP its ports.
 */
#ifndef STEER_RPS_H
#define STEER_RPS_H

#include <sched.h>
#include "steer/needs.h"

/*
 * What must be set that all queues spread over @cpus. Pure. 0 or -ENOMEM.
 */
int rps_check(const struct nic_facts *facts, const cpu_set_t *cpus, struct needs_report *report);

#endif
