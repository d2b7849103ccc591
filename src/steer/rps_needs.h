/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What RPS needs of an interface, whoever makes the hashes by which it goes (net/core/dev.c,
 * get_rps_cpu()): masks of CPUs on its queues, and no hash of the driver's that the kernel would
 * take as it is.
 */
#ifndef STEER_RPS_NEEDS_H
#define STEER_RPS_NEEDS_H

#include "steer/method.h"

/* The driver keeps the kernel from hashing itself, whatever is set. Pure. */
bool rps_is_blind(const struct nic_facts *facts);

/*
 * What must be set, refused or told so that RPS spreads what it receives over @cpus. False: it
 * cannot be told, which is refused. Pure.
 */
bool rps_check(const struct nic_facts *facts, const cpu_set_t *cpus, struct needs_report *report);

/* Sets the masks of all its queues, as far as they are others; through undo. 0 or a negative errno.
 */
int rps_masks_set(const struct steered *s, const cpu_set_t *cpus);

/* The mask of a queue as it is now. 0 or a negative errno. */
int rps_mask_read(const struct steered *s, unsigned int queue, cpu_set_t *cpus);

#endif
