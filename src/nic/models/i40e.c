// SPDX-License-Identifier: GPL-2.0-only
// i40e: addresses only, whatever is set.
#include "nic/models/families.h"

/* i40e_ethtool.c:3617-3710: for ESP the address bits are taken and do nothing. */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (model_is_udp(type) || model_is_tcp(type))
		return model_set_subset(nic, type, fields);
	if (!model_is_known(type))
		return -EINVAL;
	return fields & ~(uint64_t)MODEL_SD ? -EINVAL : 0;
}

/* i40e_ethtool.c:3128-3175: what cannot be set stays as it is at start. */
static const struct model_ops ops = {.get_fields = model_get_fields, .set_fields = set_fields};

static const struct model_fact facts[] = {
	{"hashes only the addresses of ESP and AH (packet type NONF_IPV4_OTHER)",
	 LINUX_7_3 "i40e/i40e_ethtool.c:3617-3710"},
	{"reports the addresses as a constant", LINUX_7_3 "i40e/i40e_ethtool.c:3128-3175"},
	{"the SPI needs the DDP package \"esp-ah\" and DPDK; the kernel driver has no way to it",
	 "DPDK doc/guides/nics/i40e.rst, i40e_hash.c I40E_CUSTOMIZED_ESP_IPV4"},
	{"rules by SPI are refused; a rule can match one 16-bit word of the payload",
	 LINUX_7_3 "i40e/i40e_ethtool.c:4297, 4471"},
	{"in MFP mode it answers EOPNOTSUPP", LINUX_7_3 "i40e/i40e_ethtool.c:3617-3710"},
	{"its virtual functions are never offered rules",
	 LINUX_7_3 "no VIRTCHNL_VF_OFFLOAD_FDIR_PF below intel/i40e"},
	{"attaching an XDP program resets the whole physical function",
	 LINUX_7_3 "i40e/i40e_main.c:13241 i40e_xdp_setup"},
	{"what a flexible word does with ESP", NULL},
	{0},
};

/* Linux 7.3, i40e_main.c:13241 i40e_xdp_setup (reset and rebuild), i40e_max_vsi_frame_size,
 * i40e_rx_offset */
const struct xdp_driver driver_i40e = {
	.name = "i40e",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_PF,
	.strips_vlan = true,
	.legacy_rx = true,
	.mtu_plain = 3046,
	.mtu_frags = 9728 - 26,
};

const struct model model_i40e = {
	.name = "i40e",
	.driver = &driver_i40e,
	.nic = "Intel X710, XXV710, XL710, X722",
	.ops = &ops,
	.max_queues = 64,
	.indir = 512,
	.key_shown = 52,
	.key_used = 52,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 8192,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
