// SPDX-License-Identifier: GPL-2.0-only
// igb: as ixgbe, with a key that older kernels do not show.
#include "nic/models/ixgbe.h"

static const struct model_fact facts[] = {
	IXGBE_FACTS("igb"),
	{"the key is shown and can be set; by older kernels neither",
	 LINUX_7_3 "igb_ethtool.c:3345-3385; Linux 6.12, igb_ethtool.c igb_ethtool_ops"},
	{"up to 8 queues, 4 on the 82575 and I210, 2 on the I211; with virtual functions 1 on the "
	 "I350, 2 on the 82576",
	 LINUX_7_3 "igb_main.c:3960-3992"},
	{"rules match Ethernet headers only, others are refused with EINVAL",
	 LINUX_6_12 "igb_ethtool.c igb_add_ethtool_nfc_entry"},
	{0},
};

/*
 * Linux 7.3, igb_main.c:2889 igb_xdp_setup (igb_close, igb_open), igb_rx_bufsz of the present
 * rings, igb_rx_offset
 */
const struct xdp_driver driver_igb = {
	.name = "igb",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.strips_vlan = true,
	.legacy_rx = true,
	.mtu_approx = true,
	.mtu_plain = 3046,
};

const struct model model_igb = {
	.name = "igb",
	.driver = &driver_igb,
	.nic = "Intel I350, I210, 82576",
	.ops = &model_ops_ixgbe,
	.max_queues = 8,
	.indir = 128,
	MODEL_TOEPLITZ_ONLY,
	.key_told = true,
	.rules = 16,
	.rule_err = -EINVAL,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
