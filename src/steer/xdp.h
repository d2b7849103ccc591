/* SPDX-License-Identifier: GPL-2.0-only */
/* Our steering program on an interface, by a pinned bpf_link. */
#ifndef STEER_XDP_H
#define STEER_XDP_H

#include <stdbool.h>
#include "sas/maps.h"
#include "sas/pins.h"
#include "sas/program.h"

/* A steering program on an interface, until it is pinned or these are closed. */
struct xdp_link {
	int link, program;
};

/*
 * Loads a steering program for an interface and attaches it by bpf_link. 0; -EEXIST, -EBUSY: another
 * program is there; else a negative errno, @log tells more.
 */
int xdp_attach(const struct maps *maps, const struct program_target *target,
		   struct xdp_link *link, char *log, size_t size);

/* Pins both: from now on they outlive us. 0 or a negative errno. */
int xdp_pin(const struct pins *pins, unsigned int ifindex, const struct xdp_link *link);

/* Closes both; @detach: and the program is off the interface when this returns. */
void xdp_close(struct xdp_link *link, bool detach);

/*
 * The same program as of this version, over the one that is there, through its pinned link. 0 or a
 * negative errno, @log tells more.
 */
int xdp_replace(const struct maps *maps, const struct pins *pins,
		    const struct program_target *target, char *log, size_t size);

/*
 * Takes the program off an interface: done when this returns, unlike by unlinking the pin, after
 * which the kernel does it some time later. 0 also if none is pinned; or a negative errno.
 */
int xdp_detach(const struct pins *pins, unsigned int ifindex);

/*
 * Is the pinned link of an interface still attached to it, and by which program? 0 and *id;
 * -ENOENT: no pin; -ENODEV: the interface it was on is gone; a negative errno.
 */
int xdp_attached(const struct pins *pins, unsigned int ifindex, __u32 *id);

/*
 * The interface of this network namespace that the pinned link of an interface of another one is on,
 * 0 if it is on none of ours: its program's number tells.
 */
unsigned int xdp_here(const struct pins *there, unsigned int ifindex);

/* Is nothing attached by the pinned link of an interface, since that is gone, or is there no link? */
bool xdp_is_off(const struct pins *pins, unsigned int ifindex);

/*
 * The id of our program on an interface of this namespace, 0 if it has none: by its pins, or where
 * these are in another mount namespace by its name.
 */
__u32 xdp_ours(unsigned int ifindex);

#endif
