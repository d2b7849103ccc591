// SPDX-License-Identifier: GPL-2.0-only
// ixgbe: addresses of ESP; of UDP too, until ports are asked for.
#include "nic/models/ixgbe.h"

/* *_set_rxfh_fields */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (model_is_udp(type))
		return model_set_sd_or_sdfn(nic, type, fields);
	if (model_is_tcp(type))
		return fields == MODEL_SDFN ? 0 : -EINVAL;
	return model_is_ipsec(type) && fields == MODEL_SD ? 0 : -EINVAL;
}

/* *_get_rxfh_fields: what cannot be set stays as it is at start. */
const struct model_ops model_ops_ixgbe = {
	.get_fields = model_get_fields,
	.set_fields = set_fields,
};

/* Of all three. */
#define FACTS                                                                        \
	IXGBE_FACTS("ixgbe"),                                                        \
		{"rules by SPI are refused with EINVAL",                             \
		 LINUX_6_12 "ixgbe_ethtool.c ixgbe_add_ethtool_fdir_entry"},         \
		{"up to 63 channels are there by flow director; a CPU each at most", \
		 LINUX_7_3 "ixgbe_ethtool.c:3348-3377"},                             \
	{                                                                            \
		"takes no XDP program while SR-IOV, DCB or RSC is on",               \
			LINUX_7_3 "ixgbe_main.c:10921 ixgbe_xdp_setup"               \
	}

static const struct model_fact facts[] = {
	FACTS,
	{"the table has 128 entries, of queues below 16: RSS spreads over 16 queues and no more",
	 LINUX_7_3 "ixgbe_ethtool.c:3086-3160; ixgbe.h:421-422, 877-888; ixgbe_main.c:4197"},
	{0},
};

static const struct model_fact facts_x550[] = {
	FACTS,
	{"the table has 512 entries, of queues below 64",
	 LINUX_7_3 "ixgbe_ethtool.c:3086-3160; ixgbe.h:421-422, 877-888"},
	{0},
};

static const struct model_fact facts_vfs[] = {
	FACTS,
	{"with SR-IOV the table of an X550 has 64 entries",
	 LINUX_7_3 "ixgbe_ethtool.c:3086-3160; ixgbe.h:877-888"},
	{"that such a NIC then has 4 queues at most", NULL},
	{0},
};

/*
 * Linux 7.3, ixgbe_main.c:10921 ixgbe_xdp_setup (SR-IOV, DCB and RSC rings are refused;
 * ixgbe_setup_tc closes and opens), ixgbe_rx_bufsz (3050 needs the 3K buffers that such an MTU
 * brings), ixgbe_rx_offset
 */
const struct xdp_driver driver_ixgbe = {
	.name = "ixgbe",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.strips_vlan = true,
	.refuses_lro = true,
	.refuses_sriov = true,
	.legacy_rx = true,
	.mtu_approx = true,
	.mtu_plain = 3050,
};

#define IXGBE                                                                              \
	.driver = &driver_ixgbe, .ops = &model_ops_ixgbe, .key_shown = 40, .key_used = 40, \
	.hfuncs = MODEL_HASH_TOP, .set_hfunc_err = -EOPNOTSUPP, .rules = 2046,             \
	.rule_err = -EINVAL, .udp_fields = MODEL_SD

const struct model model_ixgbe = {
	.name = "ixgbe",
	.nic = "Intel 82599, X540",
	.max_queues = 63,
	.indir = 128,
	.indir_queues = 16,
	.facts = facts,
	IXGBE,
};

const struct model model_ixgbe_x550 = {
	.name = "ixgbe-x550",
	.nic = "Intel X550, E610",
	.max_queues = 63,
	.indir = 512,
	.facts = facts_x550,
	IXGBE,
};

const struct model model_ixgbe_vfs = {
	.name = "ixgbe-x550-sriov",
	.nic = "Intel X550, E610 with virtual functions enabled",
	.max_queues = 4,
	.indir = 64,
	.facts = facts_vfs,
	IXGBE,
};
