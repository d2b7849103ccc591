// SPDX-License-Identifier: GPL-2.0-only
// e1000e: one queue; it hashes for the packet alone.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"has one receive queue; its hash goes into the packet and nowhere else",
	 LINUX_7_3 "intel/e1000e/netdev.c e1000_probe, e1000e_setup_rss_hash"},
	{"reports the addresses for AH_ESP and nothing for ESP; neither can be set",
	 LINUX_7_3 "intel/e1000e/ethtool.c e1000_get_rxfh_fields"},
	MODEL_NO_XDP("intel/e1000e/"),
	{0},
};

/* Linux 7.3.4: no ndo_bpf in intel/e1000e/. */
const struct xdp_driver driver_e1000e = {
	.name = "e1000e",
	.native = XDP_NATIVE_NO,
};

const struct model model_e1000e = {
	.name = "e1000e",
	.driver = &driver_e1000e,
	.nic = "Intel 82571 to 82583, I217, I218, I219",
	.ops = &model_constant,
	.answers = {.ah_esp = MODEL_SD, .set_err = -EOPNOTSUPP, .set_udp_err = -EOPNOTSUPP},
	MODEL_ONE_QUEUE,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
