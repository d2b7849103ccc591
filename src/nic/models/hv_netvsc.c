// SPDX-License-Identifier: GPL-2.0-only
// hv_netvsc: says nothing of ESP, and calls every hash one of L4.
#include "nic/models/families.h"

/* netvsc_drv.c:1581-1695: known are TCP, UDP and IP; what is set steers sending alone. */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	*fields = model_is_udp(type) || model_is_tcp(type) || model_is_ip(type) ? nic->fields[type]
										: 0;
	return 0;
}

static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (!model_is_udp(type) && !model_is_tcp(type))
		return -EOPNOTSUPP;
	return model_set_sd_or_sdfn(nic, type, fields) ? -EOPNOTSUPP : 0;
}

/* rndis_filter.c:939-941: it is asked for IPv4, IPv6 and TCP. */
static unsigned int inputs(const struct model_nic *nic, const struct flow *flow)
{
	return flow->family ? MODEL_ADDRESSES : 0;
}

static const struct model_ops ops = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.inputs = inputs,
};

static const struct model_fact facts[] = {
	{"every hash is told to the kernel as one of L4, so RPS takes it as it is and never looks at "
	 "the SPI, until rxhash is off",
	 LINUX_7_3 "hyperv/netvsc_drv.c:823-824"},
	{"the host is asked to hash IPv4, IPv6 and TCP: UDP, and ESP in it, by the addresses",
	 LINUX_7_3 "hyperv/rndis_filter.c:939-941, 1554"},
	{"asked for the hash fields of ESP it says none; setting them is refused with EOPNOTSUPP",
	 LINUX_7_3 "hyperv/netvsc_drv.c:1581-1695"},
	{"hash fields that are set steer sending alone", LINUX_7_3 "hyperv/netvsc_drv.c:1581-1695"},
	{"the table is as large as the host says", LINUX_7_3 "hyperv/rndis_filter.c:1554"},
	{"XDP is passed on to the virtual function beneath, if there is one",
	 LINUX_7_3 "hyperv/netvsc_bpf.c:124, 165 netvsc_vf_setxdp"},
	{"that the host hashes ESP by its addresses, as it was asked to for IP", NULL},
	{0},
};

/*
 * Linux 7.3, hyperv/netvsc_bpf.c:124, 165 netvsc_xdp_set, netvsc_vf_setxdp; netvsc_drv.c: CTAG_RX
 * is added to features after hw_features
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
	.ops = &ops,
	.max_queues = 64,
	.indir = 128,
	.indir_told = true,
	MODEL_TOEPLITZ_ONLY,
	.rule_err = -EOPNOTSUPP,
	.claims_l4 = true,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
