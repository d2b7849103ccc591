// SPDX-License-Identifier: GPL-2.0-only
// mvneta: hashes nothing; a table of one entry says which queue takes all.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"the table has one entry: all packets come in on the queue that it names",
	 LINUX_7_3 "marvell/mvneta.c MVNETA_RSS_LU_TABLE_SIZE, mvneta_config_rss"},
	MODEL_NO_FIELDS("marvell/mvneta.c mvneta_eth_tool_ops"),
	{"gives packets no hash, so RPS makes its own",
	 LINUX_7_3 "no skb_set_hash in marvell/mvneta.c"},
	{"Armada 37xx refuses table and key altogether, with EOPNOTSUPP",
	 LINUX_7_3_RC7 "marvell/mvneta.c mvneta_ethtool_get_rxfh, mvneta_ethtool_set_rxfh"},
	{"channels cannot be asked",
	 LINUX_7_3_RC7 "marvell/mvneta.c mvneta_eth_tool_ops (no get_channels)"},
	{0},
};

/*
 * Linux 7.3.4, marvell/mvneta.c mvneta_xdp_setup (stops and opens when XDP is switched on or off;
 * refuses hardware buffer management), MVNETA_MAX_RX_BUF_SIZE
 */
const struct xdp_driver driver_mvneta = {
	.name = "mvneta",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.mtu_approx = true,
	.mtu_plain = 3520,
	.mtu_frags = XDP_MTU_NO_LIMIT,
	.refused_when = "not with hardware buffer management",
};

const struct model model_mvneta = {
	.name = "mvneta",
	.driver = &driver_mvneta,
	.nic = "Marvell Armada 37xx, 38x, XP",
	.ops = &model_unhashed,
	.max_queues = 8,
	.channels_err = -EOPNOTSUPP,
	.indir = 1,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.facts = facts,
};
