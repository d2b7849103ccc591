// SPDX-License-Identifier: GPL-2.0-only
// stmmac of XGMAC: addresses of ESP; refuses every question about hash fields.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"hashes IP by its addresses, TCP and UDP by their ports too; there is no type of ESP",
	 LINUX_7_3 "stmicro/stmmac/dwxgmac2_core.c dwxgmac2_rss_configure"},
	MODEL_NO_FIELDS("stmicro/stmmac/stmmac_ethtool.c stmmac_ethtool_ops"),
	{"receive and transmit channels are counted apart",
	 LINUX_7_3 "stmicro/stmmac/stmmac_ethtool.c stmmac_get_channels"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* As stmmac.c. */
const struct xdp_driver driver_dwxgmac = {
	.name = "st_xgmac",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.strips_vlan = true,
	.mtu_plain = 1500,
};

const struct model model_dwxgmac = {
	.name = "dwxgmac",
	.driver = &driver_dwxgmac,
	.nic = "Synopsys XGMAC",
	.max_queues = 16,
	.channels_apart = true,
	.indir = 256,
	MODEL_TOEPLITZ_ONLY,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
