// SPDX-License-Identifier: GPL-2.0-only
// atlantic: addresses of ESP; refuses every question about hash fields.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	MODEL_NO_FIELDS("aquantia/atlantic/aq_ethtool.c aq_ethtool_ops"),
	{"hashes IP by its addresses, TCP and UDP by their ports too; there is no type of ESP",
	 LINUX_7_3 "aquantia/atlantic/hw_atl2/hw_atl2.c hw_atl2_hw_init_rx_path"},
	{"has at most 8 queues; they cannot be changed by ethtool",
	 LINUX_7_3_RC7 "aquantia/atlantic/aq_cfg.h AQ_CFG_VECS_MAX; aq_ethtool.c aq_ethtool_ops"},
	{"rules of flow types of ESP are refused with EINVAL; others fit at 40 places",
	 LINUX_7_3_RC7
	 "aquantia/atlantic/aq_filters.c aq_check_filter; aq_hw.h AQ_RX_MAX_RXNFC_LOC"},
	{"LRO is switched off without a word when a program is attached",
	 LINUX_7_3 "aquantia/atlantic/aq_main.c aq_xdp_setup"},
	{"a hash of ESP is given without a type, so RPS makes its own",
	 LINUX_7_3 "aquantia/atlantic/aq_ring.c aq_ring_rx_clean"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/*
 * Linux 7.3.4, aquantia/atlantic/aq_main.c aq_xdp_setup (closes and opens when XDP is switched on
 * or off; without frags a frame must fit 2 KB). Linux 7.3-rc7, aq_main.c aq_ndev_change_mtu: with
 * 18 bytes of Ethernet and checksum
 */
const struct xdp_driver driver_atlantic = {
	.name = "atlantic",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.strips_vlan = true,
	.mtu_approx = true,
	.mtu_plain = 2030,
	.mtu_frags = XDP_MTU_NO_LIMIT,
};

const struct model model_atlantic = {
	.name = "atlantic",
	.driver = &driver_atlantic,
	.nic = "Marvell (Aquantia) AQC107, AQC113",
	.max_queues = 8,
	.channels_err = -EOPNOTSUPP,
	.indir = 64,
	MODEL_TOEPLITZ_ONLY,
	.rules = 40,
	.rule_err = -EINVAL,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
