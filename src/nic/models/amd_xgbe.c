// SPDX-License-Identifier: GPL-2.0-only
// amd-xgbe: addresses of ESP; refuses every question about hash fields.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	MODEL_NO_FIELDS("amd/xgbe/xgbe-ethtool.c xgbe_ethtool_ops"),
	{"hashes IP by its addresses, TCP and UDP by their ports too; there is no type of ESP",
	 LINUX_7_3_RC7 "amd/xgbe/xgbe-main.c xgbe_config_netdev (IP2TE, TCP4TE, UDP4TE)"},
	MODEL_NO_XDP("amd/xgbe/"),
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3.4: no ndo_bpf in amd/xgbe/. */
const struct xdp_driver driver_amd_xgbe = {
	.name = "amd-xgbe",
	.native = XDP_NATIVE_NO,
};

const struct model model_amd_xgbe = {
	.name = "amd-xgbe",
	.driver = &driver_amd_xgbe,
	.nic = "AMD 10 GbE (EPYC 3000, Ryzen V1000)",
	.max_queues = 16,
	.indir = 256,
	MODEL_TOEPLITZ_ONLY,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
