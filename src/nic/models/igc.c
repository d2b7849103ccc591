// SPDX-License-Identifier: GPL-2.0-only
// igc: as ixgbe, with a key that older kernels do not show.
#include "nic/models/ixgbe.h"

static const struct model_fact facts[] = {
	IXGBE_FACTS("igc"),
	{"the key is shown and can be set; by older kernels neither",
	 LINUX_7_3 "igc_ethtool.c:1505-1533, 2288; Linux 6.12, igc_ethtool.c igc_ethtool_ops"},
	{"4 queues", LINUX_7_3 "igc.h:25"},
	{"rules match Ethernet headers only, others are refused with EOPNOTSUPP",
	 LINUX_6_12 "igc_ethtool.c igc_ethtool_add_nfc_rule"},
	{0},
};

/*
 * Linux 7.3, igc_xdp.c:10-58 (rings stop when XDP is switched on or off, another program is a
 * pointer; MTU over 1500 is refused). Linux 6.12: closes and opens on every change.
 */
const struct xdp_driver driver_igc = {
	.name = "igc",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_PAUSE,
	.note = "up to Linux 6.12 at least it closes and opens the device for each program, which "
		"takes the link down for a moment",
	.strips_vlan = true,
	.mtu_plain = 1500,
};

const struct model model_igc = {
	.name = "igc",
	.driver = &driver_igc,
	.nic = "Intel I225, I226",
	.ops = &model_ops_ixgbe,
	.max_queues = 4,
	.indir = 128,
	MODEL_TOEPLITZ_ONLY,
	.key_told = true,
	.rules = 64,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
