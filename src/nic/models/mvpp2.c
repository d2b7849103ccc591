// SPDX-License-Identifier: GPL-2.0-only
// mvpp2: addresses of ESP; reports nothing.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"reports nothing for ESP; setting anything is refused with EOPNOTSUPP",
	 LINUX_7_3 "marvell/mvpp2/mvpp2_cls.c mvpp2_ethtool_rxfh_get, mvpp2_ethtool_rxfh_set"},
	{"what is no TCP or UDP is hashed by its addresses",
	 LINUX_7_3 "marvell/mvpp2/mvpp2_cls.c mvpp22_port_rss_init"},
	{"the table has 32 entries; there is no key, and the hash is called crc32", LINUX_7_3_RC7
	 "marvell/mvpp2/mvpp2.h MVPP22_RSS_TABLE_ENTRIES; mvpp2_main.c mvpp2_ethtool_get_rxfh"},
	{"rules of flow types of ESP are refused with EINVAL; others fit at 4 places",
	 LINUX_7_3_RC7 "marvell/mvpp2/mvpp2_cls.c mvpp2_ethtool_cls_rule_ins; net/ethtool/ioctl.c "
		       "ethtool_rx_flow_rule_create"},
	{"channels cannot be asked",
	 LINUX_7_3_RC7 "marvell/mvpp2/mvpp2_main.c mvpp2_eth_tool_ops (no get_channels)"},
	{"gives packets no hash, so RPS makes its own",
	 LINUX_7_3 "no skb_set_hash in marvell/mvpp2/"},
	{"how it mixes what it takes: Toeplitz stands in for it here", NULL},
	{0},
};

/*
 * Linux 7.3.4, marvell/mvpp2/mvpp2_main.c mvpp2_xdp_setup (stops and opens when XDP is switched on
 * or off; wants pools of each CPU, and twice as many transmit queues as CPUs). Linux 7.3-rc7,
 * mvpp2_change_mtu: a packet above MVPP2_BM_LONG_PKT_SIZE (1696 with its headers, in cache lines of
 * 64) takes the pools of each CPU away, long before MVPP2_MAX_RX_BUF_SIZE
 */
const struct xdp_driver driver_mvpp2 = {
	.name = "mvpp2",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.mtu_approx = true,
	.mtu_plain = 1640,
	.refused_when =
		"only with buffer pools of each CPU, and with twice as many transmit queues as "
		"there are CPUs",
};

const struct model model_mvpp2 = {
	.name = "mvpp2",
	.driver = &driver_mvpp2,
	.nic = "Marvell Armada 7k, 8k, CN913x",
	.ops = &model_constant,
	.answers = {.set_err = -EOPNOTSUPP},
	.max_queues = 32,
	.channels_err = -EOPNOTSUPP,
	.indir = 32,
	.key_used = 40,
	.hfuncs = MODEL_HASH_CRC32,
	.hfunc = MODEL_HASH_CRC32,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 4,
	.rule_err = -EINVAL,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
