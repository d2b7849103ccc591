// SPDX-License-Identifier: GPL-2.0-only
// enetc: addresses of ESP, reported for AH_ESP alone.
#include "nic/models/families.h"

#define L3 (RXH_L2DA | RXH_VLAN | RXH_L3_PROTO | MODEL_SD)

static const struct model_fact facts[] = {
	{"reports fields of L2 and L3 for AH_ESP, and nothing for ESP, which its table has no row for; "
	 "none can be set",
	 LINUX_7_3 "freescale/enetc/enetc_ethtool.c enetc_get_rxfh_fields"},
	{"rules of flow types of ESP are refused with EOPNOTSUPP",
	 LINUX_7_3 "freescale/enetc/enetc_ethtool.c enetc_set_cls_entry"},
	{"i.MX95 (driver nxp_enetc4) has no native XDP",
	 LINUX_7_3 "freescale/enetc/enetc_pf_common.c enetc_pf_netdev_setup"},
	{"gives packets no hash, so RPS makes its own",
	 LINUX_7_3 "no skb_set_hash in freescale/enetc/"},
	{"how many entries, queues and rules there are: the device tells", NULL},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/*
 * Linux 7.3.4, freescale/enetc/enetc.c enetc_setup_bpf (reconfigures at each change; EBUSY without
 * a spare transmit queue for each possible CPU)
 */
const struct xdp_driver driver_enetc = {
	.name = "fsl_enetc",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.restarts_on_replace = true,
	.strips_vlan = true,
	.mtu_frags = XDP_MTU_NO_LIMIT,
	.refused_when = "it needs a transmit queue to spare for each possible CPU",
};

const struct model model_enetc = {
	.name = "enetc",
	.driver = &driver_enetc,
	.nic = "NXP ENETC (LS1028)",
	.ops = &model_constant,
	.answers = {.ah_esp = L3, .set_err = -EOPNOTSUPP, .set_udp_err = -EOPNOTSUPP},
	.max_queues = 8,
	.set_channels_err = -EOPNOTSUPP,
	.indir = 64,
	MODEL_TOEPLITZ_ONLY,
	.rules = 16,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = L3 | MODEL_FN,
	.facts = facts,
};
