/* SPDX-License-Identifier: GPL-2.0-only */
/* Which device leads to an address, by the routing table of this namespace. */
#ifndef NIC_ROUTE_H
#define NIC_ROUTE_H

#include <stdint.h>
#include <linux/types.h>

/*
 * The ifindex of the device by which a packet from @from to @to leaves (ip route get). Addresses
 * are in network order, IPv4 in [0]; @family is AF_INET or AF_INET6. A @from of zeros is left to
 * the kernel. -ENETUNREACH and other negative errno: there is no such route.
 */
int route_device(uint8_t family, const __be32 to[4], const __be32 from[4]);

#endif
