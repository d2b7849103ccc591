// SPDX-License-Identifier: GPL-2.0-only
// dpaa2-eth: one set of fields for all types; whether its ports are the SPI nobody has seen.
#include "nic/models/families.h"

#define FIELDS (RXH_L2DA | RXH_VLAN | RXH_L3_PROTO | MODEL_SDFN)

/* freescale/dpaa2/dpaa2-ethtool.c dpaa2_eth_get_rxfh_fields: the type is not looked at. */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	(void)type;
	*fields = nic->fields[UDP_V4_FLOW];
	return 0;
}

/* dpaa2_eth_set_rxfh_fields: only what DPAA2_RXH_SUPPORTED has. */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	(void)type;
	if (fields & ~(uint64_t)FIELDS)
		return -EOPNOTSUPP;
	nic->fields[UDP_V4_FLOW] = nic->fields[UDP_V6_FLOW] = fields;
	return 0;
}

static unsigned int inputs(const struct model_nic *nic, const struct flow *flow)
{
	uint64_t fields = nic->fields[UDP_V4_FLOW];
	unsigned int its = model_inputs_udp(nic, flow);

	if (!(fields & RXH_IP_SRC))
		its &= ~(unsigned int)MODEL_SRC;
	if (!(fields & RXH_IP_DST))
		its &= ~(unsigned int)MODEL_DST;
	return its;
}

/* No table: the hash is reduced to the number of queues. */
static uint32_t indir_size(uint32_t queues)
{
	return queues;
}

static const struct model_ops ops = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.inputs = inputs,
};

static const struct model_fact facts[] = {
	{"hashes source, destination, protocol and ports, by one key for all types, so that setting one "
	 "type sets all",
	 LINUX_7_3 "freescale/dpaa2/dpaa2-eth.h DPAA2_RXH_DEFAULT; dpaa2-eth.c dpaa2_eth_set_hash; "
		   "dpaa2-ethtool.c dpaa2_eth_set_rxfh_fields"},
	{"has no table and no key that could be seen or set",
	 LINUX_7_3 "freescale/dpaa2/dpaa2-ethtool.c dpaa2_ethtool_ops"},
	{"receive and transmit channels are counted apart, and cannot be changed; the sum of all, others "
	 "too, is told as combined once more",
	 LINUX_7_3_RC7 "freescale/dpaa2/dpaa2-ethtool.c dpaa2_eth_get_channels"},
	{"rules of flow types of ESP are refused with EOPNOTSUPP; one of ip4 may name the 4 bytes behind "
	 "the IP header",
	 LINUX_7_3_RC7
	 "freescale/dpaa2/dpaa2-ethtool.c dpaa2_eth_prep_cls_rule, dpaa2_eth_prep_uip_rule"},
	{"setting other fields than these, destination MAC and VLAN is refused with EOPNOTSUPP",
	 LINUX_7_3_RC7 "freescale/dpaa2/dpaa2-ethtool.c dpaa2_eth_set_rxfh_fields"},
	{"how many queues and rules there are: the device tells", NULL},
	{"gives packets no hash, so RPS makes its own",
	 LINUX_7_3 "no skb_set_hash in freescale/dpaa2/"},
	{"whether its ports are the first 4 bytes of any L4 header, as a comment has it: then ESP is "
	 "hashed by its SPI too, and such a rule finds it; taken to be nothing here",
	 NULL},
	{"how it mixes what it takes: Toeplitz stands in for it here", NULL},
	{0},
};

/*
 * Linux 7.3.4, freescale/dpaa2/dpaa2-eth.c dpaa2_eth_setup_xdp (closes and opens at each change),
 * xdp_mtu_valid (the limit is computed at run time)
 */
const struct xdp_driver driver_dpaa2 = {
	.name = "fsl_dpaa2_eth",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.restarts_on_replace = true,
};

const struct model model_dpaa2 = {
	.name = "dpaa2",
	.driver = &driver_dpaa2,
	.nic = "NXP DPAA2 (LX2160, LS1088, LS2088)",
	.ops = &ops,
	.max_queues = 16,
	.channels_apart = true,
	.combined_is_sum = true,
	.set_channels_err = -EOPNOTSUPP,
	.indir_size = indir_size,
	MODEL_NO_RSS,
	.rules = 64,
	.rule_err = -EOPNOTSUPP,
	.no_rule_err = -EINVAL,
	.udp_fields = RXH_L3_PROTO | MODEL_SDFN,
	.facts = facts,
};
