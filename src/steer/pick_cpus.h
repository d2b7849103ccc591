/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPUs to decrypt on, for these interfaces: what place/choose_cpus makes of this machine. */
#ifndef STEER_PICK_CPUS_H
#define STEER_PICK_CPUS_H

#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include "nic/cpus.h"

/*
 * Reads where the interfaces' interrupts go, through @kept (sysfs_take()), and chooses. @rx_busy is
 * how busy each CPU (CPU_SETSIZE of them) is with receiving, in permille; NULL: that is measured, for
 * 0.2 s. WHY is one sentence without a full stop. 0 or a negative errno.
 */
int pick_cpus(int kept, const struct cpus_facts *machine, char *const *interfaces, size_t n,
	      const uint16_t *rx_busy, cpu_set_t *cpus, char *why, size_t size);

/* Only the CPUs that the interfaces' interrupts may go to; empty: none can be seen. */
void pick_receiving(int kept, char *const *interfaces, size_t n, cpu_set_t *receiving);

#endif
