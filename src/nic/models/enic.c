// SPDX-License-Identifier: GPL-2.0-only
// enic: addresses of ESP, reported as a constant.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"reports the addresses as a constant; nothing can be set",
	 LINUX_7_3 "cisco/enic/enic_ethtool.c:672-715"},
	{"the table is not shown, the key alone can be set",
	 LINUX_7_3 "cisco/enic/enic_ethtool.c:672-715; Linux 6.12, enic_set_rxfh"},
	{"its hash of ESP is told to the kernel as one of L3, so RPS works",
	 LINUX_7_3 "cisco/enic/enic_rq.c:114-120"},
	{"has no native XDP", LINUX_7_3 "no ndo_bpf in cisco/enic/"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3, no ndo_bpf in cisco/enic/. */
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
