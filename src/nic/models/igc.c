// SPDX-License-Identifier: GPL-2.0-only
// igc: as ixgbe, with a key that nobody sees.
#include "nic/models/ixgbe.h"

static const struct model_fact facts[] = {
	IXGBE_FACTS("igc"),
	{"the key is neither shown nor set", "igc_ethtool.c igc_ethtool_ops"},
	{"rules match Ethernet headers only, others are refused with EOPNOTSUPP",
	 "igc_ethtool.c igc_ethtool_add_nfc_rule"},
	{0},
};

/* igc_xdp.c igc_xdp_set_prog (closes and opens on every change, MTU over 1500 is refused) */
const struct xdp_driver driver_igc = {
	.name = "igc",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.restarts_on_replace = true,
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
	.key_used = 40,
	.set_key_err = -EOPNOTSUPP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 64,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
