// SPDX-License-Identifier: GPL-2.0-only
// hinic: refuses what is asked of ESP; no native XDP.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"hash fields of ESP are refused with EINVAL",
	 LINUX_7_3 "huawei/hinic/hinic_ethtool.c hinic_get_rxfh_fields, hinic_set_rxfh_fields"},
	MODEL_NO_XDP("huawei/hinic/"),
	{"UDP hashes by its ports too until it is set otherwise, and the hash is XOR until it is set to "
	 "Toeplitz",
	 LINUX_7_3_RC7 "huawei/hinic/hinic_main.c hinic_init_rss_parameters; hinic_ethtool.c "
		       "hinic_set_rxfh"},
	{"how its XOR mixes what it takes", NULL},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3.4: no ndo_bpf in huawei/hinic/. */
const struct xdp_driver driver_hinic = {
	.name = "hinic",
	.native = XDP_NATIVE_NO,
};

const struct model model_hinic = {
	.name = "hinic",
	.driver = &driver_hinic,
	.nic = "Huawei IN200 (Hi1822)",
	.ops = &model_constant,
	.answers = {.esp_err = -EINVAL, .ah_esp_err = -EINVAL, .set_err = -EINVAL},
	.max_queues = 32,
	.indir = 256,
	.key_shown = 40,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP | MODEL_HASH_XOR,
	.hfunc = MODEL_HASH_XOR,
	.set_hfunc_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
