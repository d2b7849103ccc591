// SPDX-License-Identifier: GPL-2.0-only
// stmmac of XGMAC: it could hash addresses, but nothing in the kernel switches that on.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"hashes nothing but where its platform asks for it by rss_en, which none in the kernel does: all "
	 "ESP is on one queue here",
	 LINUX_7_3_RC7 "stmicro/stmmac/stmmac_main.c stmmac_mac_config_rss"},
	{"where it is on, hashes IP by its addresses, TCP and UDP by their ports too; there is no type of "
	 "ESP",
	 LINUX_7_3 "stmicro/stmmac/dwxgmac2_core.c dwxgmac2_rss_configure"},
	MODEL_NO_FIELDS("stmicro/stmmac/stmmac_ethtool.c stmmac_ethtool_ops"),
	{"receive and transmit channels are counted apart",
	 LINUX_7_3_RC7 "stmicro/stmmac/stmmac_ethtool.c stmmac_get_channels"},
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
	.ops = &model_unhashed,
	.max_queues = 16,
	.channels_apart = true,
	.indir = 256,
	MODEL_TOEPLITZ_ONLY,
	.facts = facts,
};
