// SPDX-License-Identifier: GPL-2.0-only
// enetc of LS1028: addresses of ESP, reported for AH_ESP alone.
#include "nic/models/families.h"
#include "nic/models/enetc.h"

static const struct model_fact facts[] = {
	{"rules of flow types of ESP are refused with EOPNOTSUPP",
	 LINUX_7_3_RC7 "freescale/enetc/enetc_ethtool.c enetc_set_cls_entry"},
	ENETC_FACTS,
	{0},
};

/*
 * Linux 7.3.4, freescale/enetc/enetc.c enetc_setup_xdp_prog (reconfigures at each change; EBUSY
 * without a spare transmit queue for each possible CPU)
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
	.nic = "NXP ENETC of LS1028",
	ENETC_MODEL,
	.rules = 16,
	.rule_err = -EOPNOTSUPP,
	.facts = facts,
};
