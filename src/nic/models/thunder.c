// SPDX-License-Identifier: GPL-2.0-only
// thunder: refuses what is asked of ESP; drops what XDP redirects.
#include "nic/models/families.h"

/* nicvf_ethtool.c:519-538: TCP, UDP and plain IP can be told; ESP cannot. */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	if (model_is_ipsec(type))
		return -EINVAL;
	return model_get_fields(nic, type, fields);
}

/* nicvf_ethtool.c:551: plain IP is taken, whatever is asked of it. */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (model_is_ip(type))
		return 0;
	if (!model_is_udp(type) && !model_is_tcp(type))
		return -EINVAL;
	return model_set_sd_or_sdfn(nic, type, fields);
}

static const struct model_ops ops = {.get_fields = get_fields, .set_fields = set_fields};

static const struct model_fact facts[] = {
	{"hash fields of ESP are refused with EINVAL, to read and to set; plain IP's are taken",
	 LINUX_7_3 "cavium/thunder/nicvf_ethtool.c:519-538, 551"},
	{"takes an XDP program and then drops every redirect",
	 LINUX_7_3 "cavium/thunder/nicvf_main.c:528 nicvf_xdp_rx"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3, cavium/thunder/nicvf_main.c nicvf_xdp_rx: no case for XDP_REDIRECT */
const struct xdp_driver driver_thunder = {
	.name = "nicvf",
	.native = XDP_NATIVE_DROPS,
	.restarts_on_replace = true,
};

const struct model model_thunder = {
	.name = "thunder",
	.driver = &driver_thunder,
	.nic = "Cavium ThunderX",
	.ops = &ops,
	.max_queues = 64,
	.indir = 256,
	MODEL_TOEPLITZ_ONLY,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
