// SPDX-License-Identifier: GPL-2.0-only
// A virtual function of LS1028's ENETC: as its physical function, but for rules.
#include "nic/models/families.h"
#include "nic/models/enetc.h"

static const struct model_fact facts[] = {
	{"has no operation for rules",
	 LINUX_7_3 "freescale/enetc/enetc_ethtool.c enetc_vf_ethtool_ops (no set_rxnfc)"},
	{"has no native XDP", LINUX_7_3 "no ndo_bpf in freescale/enetc/enetc_vf.c"},
	ENETC_FACTS,
	{0},
};

/* Linux 7.3.4, freescale/enetc/enetc_vf.c enetc_ndev_ops (no ndo_bpf) */
const struct xdp_driver driver_enetc_vf = {
	.name = "fsl_enetc_vf",
	.native = XDP_NATIVE_NO,
};

const struct model model_enetc_vf = {
	.name = "enetc-vf",
	.driver = &driver_enetc_vf,
	.nic = "NXP ENETC of LS1028, virtual function",
	ENETC_MODEL,
	.rule_err = -EOPNOTSUPP,
	.facts = facts,
};
