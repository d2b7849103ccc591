// SPDX-License-Identifier: GPL-2.0-only
// hv_netvsc: says nothing of ESP.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"XDP is passed on to the virtual function beneath, if there is one",
	 "hyperv/netvsc_bpf.c netvsc_vf_setxdp"},
	{"what it answers for the hash fields of ESP: taken to be none", NULL},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/*
 * hyperv/netvsc_bpf.c netvsc_xdp_set, netvsc_vf_setxdp; netvsc_drv.c: CTAG_RX is added to
 * features after hw_features
 */
const struct xdp_driver driver_hv_netvsc = {
	.name = "hv_netvsc",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_QUIET,
	.strips_vlan = true,
	.rxvlan_fixed = true,
	.refuses_lro = true,
	.mtu_approx = true,
	.mtu_plain = 3506,
	.note = "the program also goes onto its virtual function, whose driver may restart "
		"for it",
};

const struct model model_hv_netvsc = {
	.name = "hv_netvsc",
	.driver = &driver_hv_netvsc,
	.nic = "Hyper-V, Azure without acceleration",
	.ops = &model_constant,
	.answers = {.set_err = -EOPNOTSUPP},
	.max_queues = 64,
	.indir = 128,
	MODEL_TOEPLITZ_ONLY,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
