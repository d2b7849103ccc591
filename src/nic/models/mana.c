// SPDX-License-Identifier: GPL-2.0-only
// mana: refuses every question about hashing.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"hash fields are refused with EOPNOTSUPP", "microsoft/mana/mana_ethtool.c mana_get_rxnfc"},
	{"VLAN tags are stripped and that cannot be switched off", "microsoft/mana/mana_en.c"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/*
 * microsoft/mana/mana_bpf.c mana_xdp_set (a pointer is swapped); mana_en.c: CTAG_RX is in
 * features, not in hw_features
 */
const struct xdp_driver driver_mana = {
	.name = "mana",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_QUIET,
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
	MODEL_TOEPLITZ_ONLY,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
