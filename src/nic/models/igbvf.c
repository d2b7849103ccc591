// SPDX-License-Identifier: GPL-2.0-only
// igbvf: one queue; no native XDP.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	MODEL_NO_FIELDS("no get_rxfh_fields in intel/igbvf/"),
	MODEL_NO_XDP("intel/igbvf/"),
	{"has one receive queue", LINUX_7_3_RC7 "intel/igbvf/netdev.c igbvf_alloc_queues"},
	{0},
};

/* Linux 7.3, no ndo_bpf in igbvf/. */
const struct xdp_driver driver_igbvf = {
	.name = "igbvf",
	.native = XDP_NATIVE_NO,
};

const struct model model_igbvf = {
	.name = "igbvf",
	.driver = &driver_igbvf,
	.nic = "Intel 82576, I350, virtual function",
	.ops = &model_unhashed,
	MODEL_ONE_QUEUE,
	.facts = facts,
};
