/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The method xdp in network and mount namespaces of our own, set up by the product's own code and
 * attached to a veth device: a place for test runs that leaves nothing behind, even when
 * killed. Linked with the library of the test build it is the test build's programs that run.
 */
#ifndef BENCH_SANDBOX_H
#define BENCH_SANDBOX_H

#include "sas/sas.h"

#define SANDBOX_WHY 1024

struct sandbox {
	struct sas sas;
	int steer; /* descriptor of the steering program as it is attached */
	int held;  /* pairs of veth devices: each program has its own */
	/* Added to the clock by which SAs come and go, to be done with the rest of their slots. */
	__u64 ahead_ns;
};

/* Our addresses there; IPv4 in [0]. Network byte order. */
void sandbox_address(__u8 family, __be32 addr[4]);

/*
 * Moves this process to the new namespaces, for good, and makes the maps for @max_sas SAs, a ring
 * of each kind on every CPU that we may run on. The last of them, but never the only one, is for
 * strays. 0, or a negative errno and in @why what failed.
 */
int sandbox_open(struct sandbox *s, __u32 max_sas, char *why, size_t size);
void sandbox_close(struct sandbox *s);

/* Adds an SA, named by its destination, on ring SA of @cpu. 0 or a negative errno. */
int sandbox_add(struct sandbox *s, __u8 family, const __be32 dst[4], __u32 spi, __u8 protocol,
		int cpu, bool hands_off);

/* Removes all SAs. */
void sandbox_clear(struct sandbox *s);

/* Writes the heartbeat: strays are confined for the next ten seconds. */
void sandbox_beat(struct sandbox *s);

/*
 * Makes a pair of veth devices. In new namespaces the kernel names the n-th one itself: veth2n, veth2n+1.
 * 0 or a negative errno.
 */
int sandbox_pair(void);

/*
 * Keeps @program attached to a device of its own while the sandbox lives. The kernel patches its
 * XDP dispatcher for a test run of a program that is attached nowhere, which takes longer than the
 * run itself. 0 or a negative errno.
 */
int sandbox_hold(struct sandbox *s, int program);

#endif
