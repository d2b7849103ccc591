// SPDX-License-Identifier: GPL-2.0-only
// gianfar: queues by the rules of its filer; no table and no hash that could be asked.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"hash fields cannot be asked, only set: setting writes rules of the filer",
	 LINUX_7_3 "freescale/gianfar_ethtool.c gfar_set_rxfh_fields"},
	{"that setting is refused for ESP, and that all of it is on one queue", NULL},
	{"that it has no native XDP, and that its channels cannot be asked", NULL},
	{0},
};

/* No word of XDP where Linux 7.3.4 was read. */
const struct xdp_driver driver_gianfar = {
	.name = "gianfar",
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
