/* SPDX-License-Identifier: GPL-2.0-only */
/* Rings: cpumap entries with their threads. They are made once and never replaced while in use. */
#ifndef STEER_RINGS_H
#define STEER_RINGS_H

#include "steer/maps.h"

struct ring_options {
	__u32 frames;		 /* of a ring of SAs; the others have fixed sizes */
	int nice;		 /* of the threads, -20..19 */
	int program[RING_KINDS]; /* descriptor of the ring program of a kind, -1: none */
};

/*
 * The ring of a kind on a CPU, made if it is not there: the ring number, or a negative errno
 * (-ENOSPC: no ring number left; -ENODEV: not a possible CPU).
 */
int rings_get(struct maps *maps, const struct ring_options *options, enum ring_kind kind,
	      __u32 cpu);

/*
 * Reads the priority of all rings' threads for `show`, the lowest of them, into host->nice_seen;
 * NICE_UNKNOWN if not every ring's thread is to be seen from here.
 */
void rings_note_nice(struct maps *maps);

/* The number of frames a ring of this kind holds. */
__u32 rings_frames(const struct host *host, enum ring_kind kind);

#endif
