// SPDX-License-Identifier: GPL-2.0-only
// igb: as ixgbe, with a key that nobody sees.
#include "nic/models/ixgbe.h"

static const struct model_fact facts[] = {
	IXGBE_FACTS("igb"),
	{"the key is neither shown nor set", "igb_ethtool.c igb_ethtool_ops"},
	{"rules match Ethernet headers only, others are refused with EINVAL",
	 "igb_ethtool.c igb_add_ethtool_nfc_entry"},
	{0},
};

/*
 * igb_main.c igb_xdp_setup (igb_close, igb_open), igb_rx_bufsz of the present rings,
 * igb_rx_offset
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
	.key_used = 40,
	.set_key_err = -EOPNOTSUPP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 16,
	.rule_err = -EINVAL,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
