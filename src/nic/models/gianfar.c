// SPDX-License-Identifier: GPL-2.0-only
// gianfar: queues by the rules of its filer; no table and no hash that could be asked.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"hash fields cannot be asked, only set: setting writes rules of the filer",
	 LINUX_7_3 "freescale/gianfar_ethtool.c gfar_set_rxfh_fields"},
	{"setting is refused with EINVAL for all but TCP and UDP",
	 LINUX_7_3_RC7 "freescale/gianfar_ethtool.c gfar_ethflow_to_filer_table"},
	{"has no native XDP, and its channels cannot be asked",
	 LINUX_7_3_RC7 "no ndo_bpf in freescale/gianfar.c, no get_channels in gianfar_ethtool.c"},
	{"that all ESP is on one queue, and what it says to rules", NULL},
	{0},
};

/* Linux 7.3-rc7: no ndo_bpf in freescale/gianfar.c; gianfar.h DRV_NAME. */
const struct xdp_driver driver_gianfar = {
	.name = "gfar-enet",
	.native = XDP_NATIVE_NO,
};

const struct model model_gianfar = {
	.name = "gianfar",
	.driver = &driver_gianfar,
	.nic = "Freescale eTSEC (PowerQUICC, QorIQ P1, P2, LS1021)",
	.ops = &model_constant,
	.answers = {.esp_err = -EOPNOTSUPP,
		    .ah_esp_err = -EOPNOTSUPP,
		    .udp_err = -EOPNOTSUPP,
		    .set_err = -EINVAL},
	.max_queues = 8,
	.channels_err = -EOPNOTSUPP,
	.indir = 1,
	MODEL_NO_RSS,
	.facts = facts,
};
