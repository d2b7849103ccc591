// SPDX-License-Identifier: GPL-2.0-only
// ionic: addresses of ESP; refuses every question about hash fields.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	MODEL_NO_FIELDS("pensando/ionic/ionic_ethtool.c ionic_ethtool_ops"),
	{"hashes IP by its addresses, TCP and UDP by their ports too; there is no type of ESP",
	 LINUX_7_3
	 "pensando/ionic/ionic_if.h enum ionic_rss_hash_types; ionic_lif.c ionic_lif_rss_init"},
	{"takes no rules",
	 LINUX_7_3_RC7 "pensando/ionic/ionic_ethtool.c ionic_ethtool_ops (no set_rxnfc)"},
	{"how large the table and how many queues there are: the device tells", NULL},
	{0},
};

/*
 * Linux 7.3.4, pensando/ionic/ionic_lif.c ionic_xdp_config (queues are built anew when XDP is
 * switched on or off), ionic_xdp_is_valid_mtu; ionic_ethtool.c ionic_set_channels (no split
 * interrupts)
 */
const struct xdp_driver driver_ionic = {
	.name = "ionic",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.channels = XDP_CHANNELS_COMBINED,
	.strips_vlan = true,
	.mtu_approx = true,
	.mtu_plain = 3502,
	.mtu_frags = XDP_MTU_NO_LIMIT,
};

const struct model model_ionic = {
	.name = "ionic",
	.driver = &driver_ionic,
	.nic = "AMD Pensando DSC",
	.max_queues = 64,
	.indir = 128,
	.indir_told = true,
	MODEL_TOEPLITZ_ONLY,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
