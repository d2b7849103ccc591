// SPDX-License-Identifier: GPL-2.0-only
// liquidio: addresses of ESP, by a hash that is called one of L4.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"calls every hash that it gives an L4 hash, so that RPS takes that of ESP as it is",
	 LINUX_7_3 "cavium/liquidio/lio_core.c liquidio_push_packet"},
	MODEL_NO_FIELDS("no get_rxfh_fields in cavium/liquidio/"),
	MODEL_NO_XDP("cavium/liquidio/"),
	{"has at most 64 queues (of CN23xx), which ethtool can change; table and key cannot be seen",
	 LINUX_7_3_RC7 "cavium/liquidio/lio_ethtool.c lio_ethtool_get_channels, lio_ethtool_ops; "
		       "octeon_config.h CN23XX_MAX_RINGS_PER_PF"},
	{"how large its table is", NULL},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3.4: no ndo_bpf in cavium/liquidio/. */
const struct xdp_driver driver_liquidio = {
	.name = "liquidio",
	.native = XDP_NATIVE_NO,
};

const struct model model_liquidio = {
	.name = "liquidio",
	.driver = &driver_liquidio,
	.nic = "Cavium LiquidIO",
	.max_queues = 64,
	.indir = 128,
	MODEL_NO_RSS,
	.claims_l4 = true,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
