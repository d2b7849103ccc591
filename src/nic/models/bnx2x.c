// SPDX-License-Identifier: GPL-2.0-only
// bnx2x: addresses of ESP; reports nothing.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"reports nothing for ESP; setting anything but nothing is refused with EINVAL",
	 LINUX_7_3 "broadcom/bnx2x/bnx2x_ethtool.c bnx2x_get_rxfh_fields, bnx2x_set_rxfh_fields"},
	{"the table has 128 entries, and no key is shown",
	 LINUX_7_3 "broadcom/bnx2x/bnx2x_ethtool.c bnx2x_get_rxfh"},
	MODEL_NO_XDP("broadcom/bnx2x/"),
	{"UDP hashes by its addresses until it is set otherwise, and on 57710 and 57711 always",
	 LINUX_7_3_RC7 "broadcom/bnx2x/bnx2x_ethtool.c bnx2x_set_rxfh_fields (udp_rss_v4)"},
	{"how many queues there are: the device tells", NULL},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3.4: no ndo_bpf in broadcom/bnx2x/. */
const struct xdp_driver driver_bnx2x = {
	.name = "bnx2x",
	.native = XDP_NATIVE_NO,
};

const struct model model_bnx2x = {
	.name = "bnx2x",
	.driver = &driver_bnx2x,
	.nic = "QLogic (Broadcom) 57710 to 57840",
	.ops = &model_constant,
	.answers = {.set_err = -EINVAL, .set_nothing = true},
	.max_queues = 64,
	.indir = 128,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
