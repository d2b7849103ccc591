// SPDX-License-Identifier: GPL-2.0-only
// hinic3: addresses of ESP; ethtool can ask nothing.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"hashes IP by its addresses, TCP and UDP by their ports too; there is no type of ESP",
	 LINUX_7_3 "huawei/hinic3/hinic3_rss.c hinic3_init_rss_parameters"},
	{"channels, table and key cannot be seen or set by ethtool",
	 LINUX_7_3_RC7 "huawei/hinic3/hinic3_ethtool.c hinic3_ethtool_ops"},
	MODEL_NO_XDP("huawei/hinic3/"),
	{"how it mixes what it takes (XOR by its name): Toeplitz stands in for it here", NULL},
	{"how many queues there are: the device tells", NULL},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3.4: no ndo_bpf in huawei/hinic3/. */
const struct xdp_driver driver_hinic3 = {
	.name = "hinic3",
	.native = XDP_NATIVE_NO,
};

const struct model model_hinic3 = {
	.name = "hinic3",
	.driver = &driver_hinic3,
	.nic = "Huawei SP600",
	.max_queues = 64,
	.channels_err = -EOPNOTSUPP,
	.indir = 256,
	MODEL_NO_RSS,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
