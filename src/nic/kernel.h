/* SPDX-License-Identifier: GPL-2.0-only */
/* The running kernel's release as a number, and what follows from it. */
#ifndef NIC_KERNEL_H
#define NIC_KERNEL_H

#include <stdbool.h>

/* A release as one number that compares: KERNEL_RELEASE(6, 12, 0). */
#define KERNEL_RELEASE(a, b, c) (((unsigned)(a) << 16) | ((unsigned)(b) << 8) | (unsigned)(c))

/*
 * The number of a release string such as "6.12.117-1~deb12u1". A patch level over 255 counts as
 * 255, as the kernel's own LINUX_VERSION_CODE does. 0 when the string is no release.
 */
unsigned kernel_parse(const char *release);

/* The running kernel's, by uname(2); 0 if unknown. */
unsigned kernel_release(void);

/* cpumap threads merge by GRO before they deliver: Linux 6.15 (kernel/bpf/cpumap.c). */
static inline bool kernel_has_cpumap_gro(unsigned release)
{
	return release >= KERNEL_RELEASE(6, 15, 0);
}

/* XDP programs built as xdp.frags load: Linux 5.18. */
static inline bool kernel_has_xdp_frags(unsigned release)
{
	return release >= KERNEL_RELEASE(5, 18, 0);
}

/* The generic netlink family "netdev" tells XDP features: Linux 6.3 (net/core/netdev-genl.c). */
static inline bool kernel_has_netdev_family(unsigned release)
{
	return release >= KERNEL_RELEASE(6, 3, 0);
}

/* GRO of ESP-in-UDP, on sockets that ask for it: Linux 6.7 (net/ipv4/xfrm4_input.c). */
static inline bool kernel_has_encap_gro(unsigned release)
{
	return release >= KERNEL_RELEASE(6, 7, 0);
}

/* Per-CPU SAs, RFC 9611: Linux 6.13; some 6.12 of distributions have them too. */
static inline bool kernel_has_per_cpu_sas(unsigned release)
{
	return release >= KERNEL_RELEASE(6, 13, 0);
}

#endif
