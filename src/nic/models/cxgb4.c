// SPDX-License-Identifier: GPL-2.0-only
// cxgb4: addresses of ESP, reported for AH_ESP alone.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"reports the addresses for AH_ESP and nothing for ESP; neither can be set",
	 LINUX_7_3 "chelsio/cxgb4/cxgb4_ethtool.c cxgb4_get_rxfh_fields"},
	{"shows no key", LINUX_7_3 "chelsio/cxgb4/cxgb4_ethtool.c get_rss_table"},
	MODEL_NO_XDP("chelsio/cxgb4/"),
	{"rules of flow types of ESP are refused with EINVAL",
	 LINUX_7_3_RC7 "chelsio/cxgb4/cxgb4_ethtool.c cxgb4_ntuple_set_filter; net/ethtool/ioctl.c "
		       "ethtool_rx_flow_rule_create"},
	{"channels cannot be asked",
	 LINUX_7_3_RC7 "chelsio/cxgb4/cxgb4_ethtool.c cxgb_ethtool_ops (no get_channels)"},
	{"how large the table is, and how many rules and queues there are: the adapter tells",
	 NULL},
	{"that UDP hashes by its addresses until firmware is told otherwise", NULL},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3.4: no ndo_bpf in chelsio/cxgb4/. */
const struct xdp_driver driver_cxgb4 = {
	.name = "cxgb4",
	.native = XDP_NATIVE_NO,
};

const struct model model_cxgb4 = {
	.name = "cxgb4",
	.driver = &driver_cxgb4,
	.nic = "Chelsio T4 to T6",
	.ops = &model_constant,
	.answers = {.ah_esp = MODEL_SD, .set_err = -EOPNOTSUPP, .set_udp_err = -EOPNOTSUPP},
	.max_queues = 32,
	.channels_err = -EOPNOTSUPP,
	.indir = 128,
	.indir_told = true,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 64,
	.rule_err = -EINVAL,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
