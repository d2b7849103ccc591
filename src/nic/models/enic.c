// SPDX-License-Identifier: GPL-2.0-only
// enic: addresses of ESP, reported as a constant.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"reports the addresses as a constant; nothing can be set",
	 "cisco/enic/enic_ethtool.c enic_get_rx_flow_hash"},
	{"the table is not shown", "cisco/enic/enic_ethtool.c enic_set_rxfh"},
	{"has no native XDP", "no ndo_bpf in cisco/enic/"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* No ndo_bpf in cisco/enic/. */
const struct xdp_driver driver_enic = {
	.name = "enic",
	.native = XDP_NATIVE_NO,
};

const struct model model_enic = {
	.name = "enic",
	.driver = &driver_enic,
	.nic = "Cisco VIC",
	.ops = &model_constant,
	.answers = {.esp = MODEL_SD,
		    .ah_esp = MODEL_SD,
		    .set_err = -EOPNOTSUPP,
		    .set_udp_err = -EOPNOTSUPP},
	.max_queues = 64,
	.set_channels_err = -EOPNOTSUPP,
	.indir = 128,
	.set_indir_err = -EINVAL,
	.indir_hidden = true,
	MODEL_TOEPLITZ_ONLY,
	.rules = 64,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
