// SPDX-License-Identifier: GPL-2.0-only
// hns3: refuses what is asked of ESP; no native XDP.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"hash fields of ESP are refused with EINVAL",
	 LINUX_7_3 "hisilicon/hns3/hns3_common/hclge_comm_rss.c:228"},
	{"rules by SPI are refused with EOPNOTSUPP, and so is the data behind IP; user-def matches one "
	 "16-bit word of each layer, which is half an SPI",
	 LINUX_7_3 "hisilicon/hns3/hns3pf/hclge_fd.c:865, 991-1076, 1132-1136, 1266-1285"},
	{"has no native XDP", LINUX_7_3 "no ndo_bpf in hisilicon/hns3/"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3, no ndo_bpf in hisilicon/hns3/. */
const struct xdp_driver driver_hns3 = {
	.name = "hns3",
	.native = XDP_NATIVE_NO,
};

const struct model model_hns3 = {
	.name = "hns3",
	.driver = &driver_hns3,
	.nic = "HiSilicon Kunpeng",
	.ops = &model_constant,
	.answers = {.esp_err = -EINVAL, .ah_esp_err = -EINVAL, .set_err = -EINVAL},
	.max_queues = 64,
	.indir = 512,
	.indir_told = true,
	.key_shown = 40,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP | MODEL_HASH_XOR,
	.set_hfunc_err = -EOPNOTSUPP,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
