/* SPDX-License-Identifier: GPL-2.0-only */
/* The BPF objects: creating the maps, loading the programs of rings and interfaces. */
#ifndef SAS_PROGRAM_H
#define SAS_PROGRAM_H

#include <stdbool.h>
#include "nic/kernel.h"
#include "sas/maps.h"
#include "sas/pins.h"

struct program_sizes {
	__u32 max_sas;
	__u32 ring_frames;
	__u32 cpus;  /* possible CPUs */
	__u32 moves; /* records of the pool */
	bool frags; /* program_frags() */
	bool drops; /* count what full rings drop; without, host->drops_unknown says so */
};

/* Do our programs take frames in several buffers? Where the kernel has it. */
bool program_frags(void);

/* Frames that a ring may hold between its program and the stack; as many if it is not known. */
__u32 program_batch(enum kernel_answer cpumap_gro);

/*
 * Creates and pins the maps, the program that all rings share and the count of drops, and fills in
 * the fixed part of `host`. On failure nothing stays pinned. What libbpf and the verifier say goes
 * to @log (may be NULL; at most @size). 0 or a negative errno.
 */
int program_create(struct maps *maps, struct pins *pins, const struct program_sizes *sizes,
		   char *log, size_t size);

/*
 * Loads the program of one ring, which knows by constants which that is: a descriptor for the
 * caller to close, or a negative errno. The cpumap's entry then holds it.
 */
int program_load_ring(const struct maps *maps, __u32 number, const struct ring *ring);

/* Which BPF object this program carries, as a hash. */
__u64 program_hash(void);

struct program_target {
	unsigned int ifindex;
	unsigned int index; /* in host->interface */
};

/*
 * Loads the steering program of an interface: a descriptor for the caller to close, or a negative
 * errno; @log tells more.
 */
int program_load_steer(const struct maps *maps, const struct program_target *target, char *log,
		       size_t size);

/*
 * Loads the flow dissector, which counts what is not of an SA as of interface @index in
 * host->interface: a descriptor for the caller to close, or a negative errno; @log tells more. It
 * has a map of heads of its own, one for each CPU.
 */
int program_load_dissect(const struct maps *maps, unsigned int index, char *log, size_t size);

#endif
