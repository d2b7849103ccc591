/* SPDX-License-Identifier: GPL-2.0-only */
/* The BPF objects: creating the maps and ring programs, and a steering program on an interface. */
#ifndef STEER_PROGRAM_H
#define STEER_PROGRAM_H

#include <stdbool.h>
#include "nic/kernel.h"
#include "steer/maps.h"
#include "steer/pins.h"

struct program_sizes {
	__u32 max_sas;
	__u32 ring_frames;
	__u32 cpus;  /* possible CPUs */
	__u32 moves; /* records of the pool */
	bool frags; /* program_frags() */
	bool drops; /* count what full rings drop; without, host->drops_unknown says so */
};

/* Do our programs take frames in several buffers? Where the kernel has it, but not in generic mode. */
bool program_frags(bool generic);

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
	bool generic;
	bool no_metadata;
};

/* A steering program on an interface, until it is pinned or these are closed. */
struct program_link {
	int link, program;
};

/*
 * Loads a steering program for an interface and attaches it by bpf_link. 0; -EEXIST, -EBUSY: another
 * program is there; else a negative errno, @log tells more.
 */
int program_attach(struct maps *maps, const struct program_target *target,
		   struct program_link *link, char *log, size_t size);

/* Pins both: from now on they outlive us. 0 or a negative errno. */
int program_pin(const struct pins *pins, unsigned int ifindex, const struct program_link *link);

/* Closes both; @detach: and the program is off the interface when this returns. */
void program_close(struct program_link *link, bool detach);

/*
 * The same program as of this version, over the one that is there, through its pinned link. 0 or a
 * negative errno, @log tells more.
 */
int program_replace(struct maps *maps, const struct pins *pins,
		    const struct program_target *target, char *log, size_t size);

/*
 * Takes the program off an interface: done when this returns, unlike by unlinking the pin, after
 * which the kernel does it some time later. 0 also if none is pinned; or a negative errno.
 */
int program_detach(const struct pins *pins, unsigned int ifindex);

/*
 * Is the pinned link of an interface still attached to it, and by which program? 0 and *id;
 * -ENOENT: no pin; -ENODEV: the interface it was on is gone; a negative errno.
 */
int program_attached(const struct pins *pins, unsigned int ifindex, __u32 *id);

/*
 * The interface of this network namespace that the pinned link of an interface of another one is on,
 * 0 if it is on none of ours: its program's number tells.
 */
unsigned int program_here(const struct pins *there, unsigned int ifindex);

/* Is nothing attached by the pinned link of an interface, since that is gone, or is there no link? */
bool program_is_off(const struct pins *pins, unsigned int ifindex);

/*
 * The id of our program on an interface of this namespace, 0 if it has none: by its pins, or where
 * these are in another mount namespace by its name.
 */
__u32 program_ours(unsigned int ifindex);

#endif
