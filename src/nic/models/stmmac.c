// SPDX-License-Identifier: GPL-2.0-only
// stmmac of GMAC: queues by rule and priority; no hash.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"hashing is for XGMAC alone: all ESP is on one queue here",
	 LINUX_7_3 "stmicro/stmmac/dwxgmac2_core.c dwxgmac2_rss_configure (the only one)"},
	MODEL_NO_FIELDS("stmicro/stmmac/stmmac_ethtool.c stmmac_ethtool_ops"),
	{"receive and transmit channels are counted apart",
	 LINUX_7_3_RC7 "stmicro/stmmac/stmmac_ethtool.c stmmac_get_channels"},
	{"gives packets no hash, so RPS makes its own",
	 LINUX_7_3 "stmicro/stmmac/dwxgmac2_descs.c dwxgmac2_get_rx_hash (the only one)"},
	{"shows a table and a key all the same, and refuses with EINVAL to set them; what it refused it "
	 "shows from then on, which this model leaves out",
	 LINUX_7_3_RC7
	 "stmicro/stmmac/stmmac_ethtool.c stmmac_set_rxfh; hwif.h stmmac_rss_configure"},
	{0},
};

/*
 * Linux 7.3.4, stmicro/stmmac/stmmac_xdp.c stmmac_xdp_set_prog (releases and opens when XDP is
 * switched on or off; switches split header off)
 */
const struct xdp_driver driver_stmmac = {
	.name = "st_gmac",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.strips_vlan = true,
	.mtu_plain = 1500,
};

const struct model model_stmmac = {
	.name = "stmmac",
	.driver = &driver_stmmac,
	.nic = "Synopsys GMAC (i.MX8, RK3588, Elkhart Lake)",
	.ops = &model_unhashed,
	.max_queues = 8,
	.channels_apart = true,
	.indir = 256,
	.set_indir_err = -EINVAL,
	.set_key_err = -EINVAL,
	MODEL_TOEPLITZ_ONLY,
	.facts = facts,
};
