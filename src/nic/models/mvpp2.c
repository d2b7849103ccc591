// SPDX-License-Identifier: GPL-2.0-only
// mvpp2: addresses of ESP; reports nothing.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"reports nothing for ESP; setting anything is refused with EOPNOTSUPP",
	 LINUX_7_3 "marvell/mvpp2/mvpp2_cls.c mvpp2_ethtool_rxfh_get, mvpp2_ethtool_rxfh_set"},
	{"what is no TCP or UDP is hashed by its addresses",
	 LINUX_7_3 "marvell/mvpp2/mvpp2_cls.c mvpp2_port_rss_hash_opts_set"},
	{"the table has 32 entries; there is no key, and the hash is called crc32", LINUX_7_3
	 "marvell/mvpp2/mvpp2.h MVPP22_RSS_TABLE_ENTRIES; mvpp2_main.c mvpp2_ethtool_get_rxfh"},
	{"gives packets no hash, so RPS makes its own",
	 LINUX_7_3 "no skb_set_hash in marvell/mvpp2/"},
	{"how it mixes what it takes: Toeplitz stands in for it here", NULL},
	{0},
};

/*
 * Linux 7.3.4, marvell/mvpp2/mvpp2_main.c mvpp2_xdp_setup (stops and opens when XDP is switched on
 * or off; wants pools of each CPU, and twice as many transmit queues as CPUs), mvpp2_change_mtu
 */
const struct xdp_driver driver_mvpp2 = {
	.name = "mvpp2",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.mtu_approx = true,
	.mtu_plain = 3496,
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
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
