// SPDX-License-Identifier: GPL-2.0-only
// ixgbevf: addresses of ESP, by its physical function or itself; it drops what XDP redirects.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	MODEL_NO_FIELDS("no get_rxfh_fields in intel/ixgbevf/"),
	{"shows a table and a key, its own from X550 on (64 entries), else its physical function's (128), "
	 "and can set neither",
	 LINUX_7_3_RC7 "intel/ixgbevf/ethtool.c ixgbevf_get_rxfh (no set_rxfh)"},
	{"takes an XDP program and then drops every redirect",
	 LINUX_7_3 "intel/ixgbevf/ixgbevf_main.c ixgbevf_run_xdp"},
	{"from X550 on it asks for IPv4, IPv6 and their TCP: UDP hashes by its addresses",
	 LINUX_7_3_RC7 "intel/ixgbevf/ixgbevf_main.c ixgbevf_setup_vfmrqc"},
	{"spreads over 2 queues at most, if its physical function has no traffic classes; channels "
	 "cannot be asked",
	 LINUX_7_3_RC7 "intel/ixgbevf/ixgbevf_main.c ixgbevf_set_num_queues; ethtool.c "
		       "ixgbevf_ethtool_ops"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3.4, intel/ixgbevf/ixgbevf_main.c:1071 ixgbevf_run_xdp: no case for XDP_REDIRECT */
const struct xdp_driver driver_ixgbevf = {
	.name = "ixgbevf",
	.native = XDP_NATIVE_DROPS,
};

const struct model model_ixgbevf = {
	.name = "ixgbevf",
	.driver = &driver_ixgbevf,
	.nic = "Intel 82599, X540, X550, virtual function",
	.max_queues = 8,
	.channels_err = -EOPNOTSUPP,
	.indir = 64,
	.indir_told = true,
	.set_indir_err = -EOPNOTSUPP,
	.set_key_err = -EOPNOTSUPP,
	MODEL_TOEPLITZ_ONLY,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
