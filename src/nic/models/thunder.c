// SPDX-License-Identifier: GPL-2.0-only
// thunder: refuses what is asked of ESP; drops what XDP redirects.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"hash fields of ESP are refused with EINVAL",
	 "cavium/thunder/nicvf_ethtool.c nicvf_get_rss_hash_opts"},
	{"takes an XDP program and then drops every redirect",
	 "cavium/thunder/nicvf_main.c nicvf_xdp_rx"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* cavium/thunder/nicvf_main.c nicvf_xdp_rx: no case for XDP_REDIRECT */
const struct xdp_driver driver_thunder = {
	.name = "nicvf",
	.native = XDP_NATIVE_DROPS,
	.restarts_on_replace = true,
};

const struct model model_thunder = {
	.name = "thunder",
	.driver = &driver_thunder,
	.nic = "Cavium ThunderX",
	.ops = &model_constant,
	.answers = {.esp_err = -EINVAL, .ah_esp_err = -EINVAL, .set_err = -EINVAL},
	.max_queues = 64,
	.indir = 256,
	MODEL_TOEPLITZ_ONLY,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
