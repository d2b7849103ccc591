/* SPDX-License-Identifier: GPL-2.0-only */
/* Rings: cpumap entries with their threads. They are made once and never replaced while in use. */
#ifndef SAS_RINGS_H
#define SAS_RINGS_H

#include <sched.h>
#include "sas/maps.h"

/*
 * The ring of a kind on a CPU, made if it is not there, its thread with priority @nice: the ring
 * number, or a negative errno (-ENOSPC: no ring number left; -ENODEV: not a possible CPU).
 */
int rings_get(struct maps *maps, int nice, enum ring_kind kind, __u32 cpu);

/*
 * Reads the priority of all rings' threads for `show`, the lowest of them, into report->nice_seen;
 * NICE_UNKNOWN if not every ring's thread is to be seen from here.
 */
void rings_note_nice(struct maps *maps);

/*
 * The CPUs of rings whose threads were seen elsewhere (struct ring_state, astray): a CPU that goes
 * offline breaks the binding of those that wake meanwhile, for good.
 */
void rings_astray(const struct maps *maps, cpu_set_t *cpus);

/*
 * Makes a ring anew, with a thread that is bound to its CPU. To be called only while nothing is on
 * it: the old thread may run beside the new one for a while. 0 or a negative errno.
 */
int rings_renew(struct maps *maps, int nice, __u32 number);

/* The number of frames a ring of this kind holds. */
__u32 rings_frames(const struct host *host, enum ring_kind kind);

#endif
