// SPDX-License-Identifier: GPL-2.0-only
// mana: refuses every question about hashing.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"hash fields are refused with EOPNOTSUPP",
	 LINUX_7_3 "no get_rxfh_fields in microsoft/mana/; Linux 6.12, mana_get_rxnfc"},
	{"the table is as large as the device says, at most 512; it and the key are set while the port "
	 "is up, else EOPNOTSUPP",
	 LINUX_7_3 "microsoft/mana/mana_en.c:2156-2160, mana_ethtool.c:368-379"},
	{"its hash is told to the kernel as one of L4 for TCP and UDP alone, so RPS works",
	 LINUX_7_3 "microsoft/mana/mana_en.c:1364-1371"},
	{"VLAN tags are stripped and that cannot be switched off",
	 LINUX_6_12 "microsoft/mana/mana_en.c"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/*
 * Linux 7.3, microsoft/mana/mana_bpf.c:94, 170-250: each set, of another program too, detaches and
 * attaches the queues (in Linux 6.12 a pointer is swapped). mana_en.c: CTAG_RX is in features, not
 * in hw_features.
 */
const struct xdp_driver driver_mana = {
	.name = "mana",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.restarts_on_replace = true,
	.strips_vlan = true,
	.rxvlan_fixed = true,
	.mtu_approx = true,
	.mtu_plain = 3506,
};

const struct model model_mana = {
	.name = "mana",
	.driver = &driver_mana,
	.nic = "Microsoft Azure Network Adapter",
	.ops = &model_constant,
	.answers = {.esp_err = -EOPNOTSUPP,
		    .ah_esp_err = -EOPNOTSUPP,
		    .set_err = -EOPNOTSUPP,
		    .udp_err = -EOPNOTSUPP,
		    .set_udp_err = -EOPNOTSUPP},
	.max_queues = 64,
	.indir = 64,
	.indir_told = true,
	MODEL_TOEPLITZ_ONLY,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
