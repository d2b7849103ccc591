// SPDX-License-Identifier: GPL-2.0-only
// nfp: refuses what is asked of ESP; drops what XDP redirects.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"hash fields of ESP are refused with EINVAL",
	 LINUX_7_3 "netronome/nfp/nfp_net_ethtool.c:1289-1469"},
	{"says that it redirects, takes an XDP program and then drops every redirect but to AF_XDP",
	 LINUX_7_3
	 "netronome/nfp/nfp_net_common.c:2766-2775, nfd3/dp.c:1023-1043, nfdk/dp.c:1142-1162"},
	{"its hash is told to the kernel as one of L4 if the firmware says so; rxhash off cures that",
	 LINUX_7_3 "netronome/nfp/nfd3/dp.c:719-722"},
	{"which firmware says that of ESP: taken to be all", NULL},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3, netronome/nfp/nfd3/dp.c:1023-1043, nfdk/dp.c:1142-1162: the receive loops have no case
 * for XDP_REDIRECT */
const struct xdp_driver driver_nfp = {
	.name = "nfp",
	.native = XDP_NATIVE_DROPS,
};

const struct model model_nfp = {
	.name = "nfp",
	.driver = &driver_nfp,
	.nic = "Netronome Agilio",
	.ops = &model_constant,
	.answers = {.esp_err = -EINVAL, .ah_esp_err = -EINVAL, .set_err = -EINVAL},
	.max_queues = 64,
	.indir = 128,
	MODEL_TOEPLITZ_ONLY,
	.rules = 1024,
	.rule_err = -EOPNOTSUPP,
	.claims_l4 = true,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
