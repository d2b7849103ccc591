// SPDX-License-Identifier: GPL-2.0-only
// ixgbe: addresses of ESP; of UDP too, until ports are asked for.
#include "nic/models/ixgbe.h"

/* *_set_rss_hash_opt */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (model_is_udp(type))
		return model_set_sd_or_sdfn(nic, type, fields);
	if (model_is_tcp(type))
		return fields == MODEL_SDFN ? 0 : -EINVAL;
	return model_is_ipsec(type) && fields == MODEL_SD ? 0 : -EINVAL;
}

/* *_get_rss_hash_opts: what cannot be set stays as it is at start. */
const struct model_ops model_ops_ixgbe = {
	.get_fields = model_get_fields,
	.set_fields = set_fields,
};

static const struct model_fact facts[] = {
	IXGBE_FACTS("ixgbe"),
	{"rules by SPI are refused with EINVAL", "ixgbe_ethtool.c ixgbe_add_ethtool_fdir_entry"},
	{"takes no XDP program while SR-IOV, DCB or RSC is on", "ixgbe_main.c ixgbe_xdp_setup"},
	{0},
};

/*
 * ixgbe_main.c ixgbe_xdp_setup (SR-IOV, DCB and RSC rings are refused; ixgbe_setup_tc closes and
 * opens), ixgbe_rx_bufsz (3050 needs the 3K buffers that such an MTU brings), ixgbe_rx_offset
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

const struct model model_ixgbe = {
	.name = "ixgbe",
	.driver = &driver_ixgbe,
	.nic = "Intel 82599, X540, X550",
	.ops = &model_ops_ixgbe,
	.max_queues = 63,
	.indir = 128,
	.key_shown = 40,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 2046,
	.rule_err = -EINVAL,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
