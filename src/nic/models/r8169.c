// SPDX-License-Identifier: GPL-2.0-only
// r8169: one queue.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"has one receive queue; the hashing of RTL8125 is switched off",
	 LINUX_7_3 "realtek/r8169_main.c rtl_hw_start_8125_common (RSS_CTRL_8125)"},
	MODEL_NO_FIELDS("realtek/r8169_main.c rtl8169_ethtool_ops"),
	MODEL_NO_XDP("realtek/r8169_main.c"),
	{0},
};

/* Linux 7.3.4: no ndo_bpf in realtek/r8169_main.c. */
const struct xdp_driver driver_r8169 = {
	.name = "r8169",
	.native = XDP_NATIVE_NO,
};

const struct model model_r8169 = {
	.name = "r8169",
	.driver = &driver_r8169,
	.nic = "Realtek RTL8111, RTL8125, RTL8126",
	.ops = &model_unhashed,
	MODEL_ONE_QUEUE,
	.facts = facts,
};
