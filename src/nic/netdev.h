/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel says of a device's XDP: generic netlink family "netdev" (Linux 6.3). */
#ifndef NIC_NETDEV_H
#define NIC_NETDEV_H

#include <stdint.h>

/* include/uapi/linux/netdev.h, which Debian 12 does not ship. */
enum netdev_xdp_bit {
	NETDEV_XDP_BASIC = 1,
	NETDEV_XDP_REDIRECT = 2,
	NETDEV_XDP_NDO_XMIT = 4,
	NETDEV_XDP_XSK = 8,
	NETDEV_XDP_OFFLOAD = 16,
	NETDEV_XDP_RX_SG = 32,
	NETDEV_XDP_NDO_XMIT_SG = 64,
};

struct netdev_xdp {
	int err;	      /* 0: the rest is known; -ENOENT: this kernel does not tell */
	uint64_t features;    /* enum netdev_xdp_bit */
	uint64_t rx_metadata; /* 1 timestamp, 2 hash, 4 VLAN tag */
};

/* Ask in the namespace of the calling thread. Returns out->err. */
int netdev_xdp_get(int ifindex, struct netdev_xdp *out);

#endif
