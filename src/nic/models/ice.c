// SPDX-License-Identifier: GPL-2.0-only
// ice: with the Comms package the SPI alone, and it reports nothing; with the OS package addresses.
#include "nic/models/families.h"

/* ice_ethtool.c ice_get_rss_hash_opt: for flow types that it does not know the answer stays 0. */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	*fields = model_is_udp(type) || model_is_tcp(type) ? nic->fields[type] : 0;
	return 0;
}

/* ice_ethtool.c ice_set_rss_hash_opt, ice_parse_hdrs */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (!model_is_udp(type) && !model_is_tcp(type))
		return -EINVAL;
	return fields ? model_set_subset(nic, type, fields) : -EINVAL;
}

/* ice_lib.c default_rss_cfgs: the SPI and nothing else; AH is not configured. */
static unsigned int inputs_comms(const struct model_nic *nic, const struct flow *flow)
{
	return model_has_spi(flow) && flow->kind == FLOW_ESP ? MODEL_SPI
							     : model_inputs_udp(nic, flow);
}

static const struct model_ops comms = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.inputs = inputs_comms,
};

static const struct model_ops os = {.get_fields = get_fields, .set_fields = set_fields};

static const struct model_fact facts[] = {
	{"with a DDP package that knows ESP it hashes the SPI of ESP alone, by default",
	 "ice/ice_lib.c default_rss_cfgs, ice_flow.c ice_ptypes_esp"},
	{"reports nothing for ESP, and refuses to set anything",
	 "ice/ice_ethtool.c ice_get_rss_hash_opt, ice_set_rss_hash_opt"},
	{"ESP packets reach the kernel without a hash",
	 "libie_rx_pt_parse (packet types from 154)"},
	{"rules by SPI are refused with EINVAL", "ice/ice_ethtool_fdir.c ice_ethtool_flow_to_fltr"},
	{"ESP in UDP hashes by its UDP ports: the field for its SPI is never configured",
	 "ice/ice_flow.h ICE_FLOW_HASH_NAT_T_ESP_IPV4_SPI"},
	{"which packages know ESP: said to be \"Comms\", not the default \"OS\" one", NULL},
	{"what hashes AH, and ESP without such a package: taken to be the addresses", NULL},
	{0},
};

/*
 * ice_main.c ice_xdp_setup_prog, ice_max_xdp_frame_size, ice_xdp_safe_mode; no headroom with legacy-rx
 * (offset 0 in the rx loop)
 */
const struct xdp_driver driver_ice = {
	.name = "ice",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.strips_vlan = true,
	.legacy_rx = true,
	.mtu_plain = 3046,
	.mtu_frags = XDP_MTU_NO_LIMIT,
};

#define ICE                                                                                       \
	.driver = &driver_ice, .max_queues = 256, .indir = 2048, .key_shown = 52, .key_used = 52, \
	.hfuncs = MODEL_HASH_TOP, .set_hfunc_err = -EOPNOTSUPP, .rules = 16384,                   \
	.rule_err = -EINVAL, .udp_fields = MODEL_SDFN, .facts = facts

const struct model model_ice = {
	.name = "ice",
	.nic = "Intel E810 with the Comms package",
	.ops = &comms,
	ICE,
};

const struct model model_ice_os = {
	.name = "ice-os",
	.nic = "Intel E810 with the default OS package",
	.ops = &os,
	ICE,
};
