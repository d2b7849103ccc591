// SPDX-License-Identifier: GPL-2.0-only
// sfc_falcon: the addresses of IPv4, and no hash of IPv6.
#include "nic/models/families.h"

/* sfc/falcon/ethtool.c ef4_ethtool_get_rxfh_fields: of Falcon B0; nothing can be set */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	bool hashed = type == UDP_V4_FLOW || type == AH_ESP_V4_FLOW || type == IPV4_FLOW;

	*fields = type == TCP_V4_FLOW ? MODEL_SDFN : hashed ? MODEL_SD : 0;
	return 0;
}

static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	return -EOPNOTSUPP;
}

static unsigned int inputs(const struct model_nic *nic, const struct flow *flow)
{
	return flow->family == 4 ? MODEL_ADDRESSES : 0;
}

static const struct model_ops ops = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.inputs = inputs,
};

static const struct model_fact facts[] = {
	{"reports the addresses for AH_ESP of IPv4 and nothing for ESP; neither can be set",
	 LINUX_7_3 "sfc/falcon/ethtool.c ef4_ethtool_get_rxfh_fields"},
	{"hashes IPv4 alone, and only from revision B0 on",
	 LINUX_7_3 "sfc/falcon/ethtool.c ef4_ethtool_get_rxfh_fields (its comment)"},
	MODEL_NO_XDP("sfc/falcon/"),
	MODEL_ONLY_ADDRESSES,
	{"what it says of channels, key and rules: taken to be as of sfc", NULL},
	{0},
};

/* Linux 7.3.4, no ndo_bpf in sfc/falcon/. */
const struct xdp_driver driver_sfc_falcon = {
	.name = "sfc_falcon",
	.native = XDP_NATIVE_NO,
};

const struct model model_sfc_falcon = {
	.name = "sfc-falcon",
	.driver = &driver_sfc_falcon,
	.nic = "Solarflare SFC4000 (SFN4000)",
	.ops = &ops,
	.max_queues = 32,
	.set_channels_err = -EOPNOTSUPP,
	.indir = 128,
	MODEL_TOEPLITZ_ONLY,
	.rules = 8192,
	.rule_err = -EINVAL,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
