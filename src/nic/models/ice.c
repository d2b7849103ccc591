// SPDX-License-Identifier: GPL-2.0-only
// ice: with the Comms package the SPI alone of ESP, and AH and ESP in UDP not at all; with the OS
// package the addresses. It reports nothing.
#include "nic/models/families.h"

/* ice_ethtool.c:3016-3042: for flow types that it does not know the answer stays 0. */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	*fields = model_is_udp(type) || model_is_tcp(type) ? nic->fields[type] : 0;
	return 0;
}

/* ice_ethtool.c:2964 */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (!model_is_udp(type) && !model_is_tcp(type))
		return -EINVAL;
	return fields ? model_set_subset(nic, type, fields) : -EINVAL;
}

/*
 * ice_lib.c:1636-1638, ice_flow.c:325, 387, 646, 853-867: ESP (packet types 160, 161) by its SPI
 * and nothing else; those of AH (162, 163) and ESP in UDP (164, 165) are in no profile.
 */
static unsigned int inputs_comms(const struct model_nic *nic, const struct flow *flow)
{
	if (flow->part == PART_WHOLE && (flow->kind == FLOW_AH || flow->kind == FLOW_ESP_UDP))
		return 0;
	return model_has_spi(flow) ? MODEL_SPI : model_inputs_udp(nic, flow);
}

static const struct model_ops comms = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.inputs = inputs_comms,
};

static const struct model_ops os = {.get_fields = get_fields, .set_fields = set_fields};

/* Of both. */
#define FACTS                                                                                     \
	{"reports nothing for ESP, and refuses to set anything",                                  \
	 LINUX_7_3 "ice/ice_ethtool.c:3016-3042, 2964"},                                          \
		{"rules by SPI are refused with EINVAL",                                          \
		 LINUX_6_12 "ice/ice_ethtool_fdir.c ice_ethtool_flow_to_fltr"},                   \
		{"any ethtool -X without a table fills the table anew",                           \
		 LINUX_7_3 "ice/ice_ethtool.c:3736-3748"},                                        \
		{"an ethtool -X that leaves the symmetry as it is switches to a symmetric hash: " \
		 "0xff, which says so, has its bit",                                              \
		 LINUX_7_3 "ice/ice_ethtool.c:3683, 3710"},                                       \
	{                                                                                         \
		"'devlink dev info' tells the package: fw.app.name",                              \
			LINUX_6_12 "ice/devlink/devlink.c ice_info_ddp_pkg_name"                  \
	}

static const struct model_fact facts_comms[] = {
	{"with a DDP package that knows ESP it hashes the SPI of ESP alone, by default",
	 LINUX_7_3 "ice/ice_lib.c:1636-1638, ice_flow.c:646"},
	{"AH and ESP in UDP are in no RSS profile and so are not hashed: one queue",
	 MODEL_BY_READING LINUX_7_3 "ice/ice_flow.c:325, 387, 853-867, 891-894"},
	{"the same holds for all ESP of its virtual functions",
	 MODEL_BY_READING LINUX_7_3 "ice/ice_lib.c:1569-1590, ice_flow.h:347"},
	{"ESP packets reach the kernel without a hash, so RPS makes its own",
	 LINUX_7_3 "include/linux/net/intel/libie/rx.h:30, 44 (packet types from 154)"},
	FACTS,
	{0},
};

static const struct model_fact facts_os[] = {
	{"the default package knows no ESP: it is plain IP, hashed by its addresses",
	 LINUX_7_3 "ice/ice_flow.c:325, 387 (packet type 23); Intel's ddp/ice-1.3.59.0.pkg"},
	{"ESP in UDP hashes by its UDP ports", LINUX_7_3 "ice/ice_flow.c:387 (packet type 24)"},
	FACTS,
	{0},
};

/*
 * Linux 7.3, ice_main.c:2887-2965; ice_base.c:527-545: with tcp-data-split, off by default, the
 * first buffer has the headers as far as IP, or TCP's and UDP's. Linux 6.12: no headroom with
 * legacy-rx (offset 0 in the rx loop), a private flag that 7.3 no longer has.
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

#define ICE                                                                            \
	.driver = &driver_ice, .max_queues = 256, .indir = 2048, .indir_told = true,   \
	.x_fills_it = true, .key_shown = 52, .key_used = 52, .hfuncs = MODEL_HASH_TOP, \
	.set_hfunc_err = -EOPNOTSUPP, .rules = 16384, .rule_err = -EINVAL,             \
	.udp_fields = MODEL_SDFN

const struct model model_ice = {
	.name = "ice",
	.nic = "Intel E810 with the Comms package",
	.ops = &comms,
	.facts = facts_comms,
	.package = "ICE COMMS Package",
	ICE,
};

const struct model model_ice_os = {
	.name = "ice-os",
	.nic = "Intel E810 with the default OS package",
	.ops = &os,
	.facts = facts_os,
	.package = "ICE OS Default Package",
	ICE,
};
