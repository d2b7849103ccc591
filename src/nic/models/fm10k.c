// SPDX-License-Identifier: GPL-2.0-only
// fm10k: addresses of ESP, reported as a constant.
#include "nic/models/families.h"

/* intel/fm10k/fm10k_ethtool.c fm10k_set_rssh_fields: plain IP has no row. */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (model_is_udp(type))
		return model_set_sd_or_sdfn(nic, type, fields);
	if (!model_is_known(type) || model_is_ip(type) || fields != nic->fields[type])
		return -EINVAL;
	return 0;
}

static const struct model_ops ops = {.get_fields = model_get_fields, .set_fields = set_fields};

static const struct model_fact facts[] = {
	{"reports the addresses for every type of ESP and AH; nothing else can be set",
	 LINUX_7_3 "intel/fm10k/fm10k_ethtool.c fm10k_get_rssh_fields, fm10k_set_rssh_fields"},
	MODEL_NO_XDP("intel/fm10k/"),
	{"UDP hashes by its addresses until it is set otherwise", LINUX_7_3_RC7
	 "intel/fm10k/fm10k_ethtool.c fm10k_set_rssh_fields (the flags are set there alone)"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3.4: no ndo_bpf in intel/fm10k/. */
const struct xdp_driver driver_fm10k = {
	.name = "fm10k",
	.native = XDP_NATIVE_NO,
};

const struct model model_fm10k = {
	.name = "fm10k",
	.driver = &driver_fm10k,
	.nic = "Intel FM10000",
	.ops = &ops,
	.max_queues = 128,
	.indir = 128,
	MODEL_TOEPLITZ_ONLY,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
