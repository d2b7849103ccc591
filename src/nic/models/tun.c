// SPDX-License-Identifier: GPL-2.0-only
// tun, that is tap: it has no hash.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"answers no question about hashing: it has none of its own",
	 LINUX_7_3_RC7 "tun.c tun_ethtool_ops"},
	{"a packet comes in on the queue of the descriptor that it was written to: with a guest behind "
	 "it, on that which the guest sends by",
	 LINUX_7_3_RC7 "tun.c tun_get_user (skb_record_rx_queue)"},
	{"towards a guest it picks the queue by the kernel's hash, which holds the SPI of ESP",
	 LINUX_7_3 "tun.c tun_automq_select_queue"},
	{0},
};

/* Linux 7.3, tun.c:1638, 1741: tun_build_skb, tun_xdp_set; a tap alone has ndo_bpf; no MTU limit */
const struct xdp_driver driver_tun = {
	.name = "tun",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_QUIET,
	.drops_checksums = true,
};

const struct model model_tun = {
	.name = "tun",
	.driver = &driver_tun,
	.nic = "tap, tun (a guest's other end, a VPN in user space)",
	.max_queues = 256,
	.set_channels_err = -EOPNOTSUPP,
	.indir = 1,
	MODEL_NO_RSS,
	.facts = facts,
};
