// SPDX-License-Identifier: GPL-2.0-only
// qede: addresses of ESP; reports nothing.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"reports nothing for ESP; setting anything but nothing is refused with EINVAL",
	 LINUX_7_3 "qlogic/qede/qede_ethtool.c:1171, 1234-1310"},
	{"its hash of ESP is told to the kernel as one of L3, so RPS works",
	 LINUX_7_3 "qlogic/qede/qede_fp.c:619"},
	{"VLAN tags are stripped and that cannot be switched off",
	 LINUX_7_3 "qlogic/qede/qede_main.c:888"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/*
 * Linux 7.3, qlogic/qede/qede_filter.c:1027 qede_xdp_set (qede_reload on every change);
 * qede_main.c: CTAG_RX only in features
 */
const struct xdp_driver driver_qede = {
	.name = "qede",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.restarts_on_replace = true,
	.strips_vlan = true,
	.rxvlan_fixed = true,
};

const struct model model_qede = {
	.name = "qede",
	.driver = &driver_qede,
	.nic = "Marvell FastLinQ 41000, 45000",
	.ops = &model_constant,
	.answers = {.set_err = -EINVAL, .set_nothing = true},
	.max_queues = 64,
	.indir = 128,
	MODEL_TOEPLITZ_ONLY,
	.rules = 256,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
