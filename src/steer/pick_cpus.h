/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPUs to decrypt on, for these interfaces: what place/choose_cpus makes of this machine. */
#ifndef STEER_PICK_CPUS_H
#define STEER_PICK_CPUS_H

#include <sched.h>
#include <stddef.h>
#include "nic/cpus.h"

/*
 * Reads where the interfaces' interrupts go and how busy the CPUs are (0.2 s), and chooses. WHY is
 * one sentence without a full stop. 0 or a negative errno.
 */
int pick_cpus(const struct cpus_facts *machine, char *const *interfaces, size_t n, cpu_set_t *cpus,
	      char *why, size_t size);

#endif
