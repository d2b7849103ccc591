// SPDX-License-Identifier: GPL-2.0-only
// tun, that is tap: it has no hash.
#include "nic/models/families.h"

/* tun.c tun_xdp_set, tun_build_skb; only a tap has ndo_bpf; no look at the MTU */
const struct xdp_driver driver_tun = {
	.name = "tun",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_QUIET,
	.drops_checksums = true,
};
