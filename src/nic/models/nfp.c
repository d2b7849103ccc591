// SPDX-License-Identifier: GPL-2.0-only
// nfp: refuses what is asked of ESP; drops what XDP redirects.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"hash fields of ESP are refused with EINVAL",
	 "netronome/nfp/nfp_net_ethtool.c ethtool_flow_to_nfp_flag"},
	{"takes an XDP program and then drops every redirect",
	 "netronome/nfp/nfd3/dp.c (no XDP_REDIRECT in its loop)"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* netronome/nfp/nfd3/dp.c, nfdk/dp.c: the receive loops have no case for XDP_REDIRECT */
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
