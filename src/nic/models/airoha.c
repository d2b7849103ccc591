// SPDX-License-Identifier: GPL-2.0-only
// airoha: queues by port and priority, and a hash that blinds RPS.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"has 32 receive queues, and nothing about hashing can be asked or set",
	 LINUX_7_3 "airoha/airoha_eth.c AIROHA_NUM_RX_RING, airoha_ethtool_ops"},
	{"the packet engine's hash, where it gives one, is called an L4 hash, with rxhash off too: RPS never "
	 "looks at the SPI",
	 LINUX_7_3 "airoha/airoha_eth.c airoha_qdma_rx_process"},
	MODEL_NO_XDP("airoha/"),
	{"what puts a packet on a queue: taken to be nothing that differs from SA to SA", NULL},
	{0},
};

/* Linux 7.3.4: no ndo_bpf in airoha/. */
const struct xdp_driver driver_airoha = {
	.name = "airoha_eth",
	.native = XDP_NATIVE_NO,
};

const struct model model_airoha = {
	.name = "airoha",
	.driver = &driver_airoha,
	.nic = "Airoha EN7581 (routers)",
	.ops = &model_unhashed,
	.max_queues = 32,
	.channels_err = -EOPNOTSUPP,
	.indir = 1,
	MODEL_NO_RSS,
	MODEL_BLINDS_RPS,
	.facts = facts,
};
