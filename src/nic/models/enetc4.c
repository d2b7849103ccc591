// SPDX-License-Identifier: GPL-2.0-only
// nxp_enetc4, the ENETC of i.MX95: as enetc, without XDP.
#include "nic/models/families.h"
#include "nic/models/enetc.h"

static const struct model_fact facts[] = {
	{"has no native XDP",
	 LINUX_7_3 "freescale/enetc/enetc_pf_common.c enetc_pf_netdev_setup (revision 1 only)"},
	{"takes no rules",
	 LINUX_7_3_RC7 "freescale/enetc/enetc_ethtool.c enetc4_pf_ethtool_ops (no set_rxnfc)"},
	ENETC_FACTS,
	{0},
};

/* Linux 7.3.4, freescale/enetc/enetc_pf_common.c enetc_pf_netdev_setup: XDP for revision 1 alone.
 */
const struct xdp_driver driver_enetc4 = {
	.name = "nxp_enetc4",
	.native = XDP_NATIVE_NO,
};

const struct model model_enetc4 = {
	.name = "enetc4",
	.driver = &driver_enetc4,
	.nic = "NXP ENETC of i.MX95",
	ENETC_MODEL,
	.facts = facts,
};
