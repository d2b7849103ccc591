// SPDX-License-Identifier: GPL-2.0-only
// lan743x: addresses of ESP; reports nothing.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"reports nothing for ESP; nothing can be set",
	 LINUX_7_3 "microchip/lan743x_ethtool.c lan743x_ethtool_get_rxfh_fields"},
	{"hashes IP by its addresses, TCP and UDP by their ports too, over 4 queues",
	 LINUX_7_3 "microchip/lan743x_main.c lan743x_rfe_open (RFE_RSS_CFG_)"},
	{"gives packets no hash, so RPS makes its own",
	 LINUX_7_3 "no skb_set_hash in microchip/lan743x_main.c"},
	{"has no native XDP, and its channels cannot be asked", LINUX_7_3_RC7
	 "no ndo_bpf in microchip/lan743x_main.c, no get_channels in lan743x_ethtool.c"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3-rc7: no ndo_bpf in microchip/lan743x_main.c. */
const struct xdp_driver driver_lan743x = {
	.name = "lan743x",
	.native = XDP_NATIVE_NO,
};

const struct model model_lan743x = {
	.name = "lan743x",
	.driver = &driver_lan743x,
	.nic = "Microchip LAN743x, PCI11x1x",
	.ops = &model_constant,
	.answers = {.set_err = -EOPNOTSUPP, .set_udp_err = -EOPNOTSUPP},
	.max_queues = 4,
	.channels_err = -EOPNOTSUPP,
	.indir = 128,
	MODEL_TOEPLITZ_ONLY,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
