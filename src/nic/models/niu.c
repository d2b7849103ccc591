// SPDX-License-Identifier: GPL-2.0-only
// niu: by the first bytes behind the IP header, which are the SPI of ESP but not of AH.
#include "nic/models/families.h"

/* sun/niu.c niu_ethflow_to_class: ESP, AH and AH_ESP are one class; plain IP is none. */
static uint32_t class_of(uint32_t type)
{
	if (!model_is_ipsec(type))
		return type;
	return model_is_v6(type) ? AH_ESP_V6_FLOW : AH_ESP_V4_FLOW;
}

/* niu_new_parent: all classes alike. */
static void start(struct model_nic *nic)
{
	for (uint32_t type = 0; type < MODEL_FLOWS; type++)
		nic->fields[type] = RXH_L3_PROTO | MODEL_SDFN;
}

static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	if (!model_is_known(type) || model_is_ip(type))
		return -EINVAL;
	*fields = nic->fields[class_of(type)];
	if (*fields & MODEL_DISCARD)
		*fields = MODEL_DISCARD;
	return 0;
}

/* niu_set_rxfh_fields: anything, nothing too; what it does not know it leaves out. */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	uint64_t valid = RXH_L2DA | RXH_VLAN | RXH_L3_PROTO | MODEL_SDFN;

	if (!model_is_known(type) || model_is_ip(type))
		return -EINVAL;
	if (fields & MODEL_DISCARD)
		nic->fields[class_of(type)] |= MODEL_DISCARD;
	else
		nic->fields[class_of(type)] = fields & valid;
	return 0;
}

static unsigned int inputs(const struct model_nic *nic, const struct flow *flow)
{
	uint64_t fields = nic->fields[flow->family == 6 ? AH_ESP_V6_FLOW : AH_ESP_V4_FLOW];

	if (!model_has_spi(flow))
		return model_inputs_udp(nic, flow);
	return (fields & RXH_IP_SRC ? MODEL_SRC : 0) | (fields & RXH_IP_DST ? MODEL_DST : 0) |
	       (fields & MODEL_FN && flow->kind == FLOW_ESP ? MODEL_SPI : 0);
}

static const struct model_ops ops = {
	.start = start,
	.get_fields = get_fields,
	.set_fields = set_fields,
	.inputs = inputs,
};

static const struct model_fact facts[] = {
	{"hashes source, destination, protocol and the first 4 bytes behind the IP header by default, of "
	 "ESP and AH alike: in ESP these are the SPI, in AH not",
	 MODEL_BY_READING LINUX_7_3_RC7 "sun/niu.c niu_new_parent, niu_init_classifier_hw"},
	{"ESP, AH and AH_ESP are one class, whose fields can be set, to nothing too; plain IP has none",
	 LINUX_7_3_RC7
	 "sun/niu.c niu_ethflow_to_class, niu_ethflow_to_flowkey, niu_set_rxfh_fields"},
	{"channels cannot be asked, and table and key not either",
	 LINUX_7_3_RC7 "sun/niu.c niu_ethtool_ops"},
	{"setting RXH_DISCARD drops all of a class, which this model leaves out",
	 LINUX_7_3_RC7 "sun/niu.c niu_set_rxfh_fields"},
	{"takes rules of esp4 and ah4 too, which this model leaves out",
	 LINUX_7_3 "sun/niu.c niu_add_ethtool_tcam_entry"},
	{"has no native XDP", LINUX_7_3_RC7 "no ndo_bpf in sun/niu.c"},
	{"how it mixes what it takes: Toeplitz stands in for it here", NULL},
	{0},
};

/* Linux 7.3-rc7: no ndo_bpf in sun/niu.c. */
const struct xdp_driver driver_niu = {
	.name = "niu",
	.native = XDP_NATIVE_NO,
};

const struct model model_niu = {
	.name = "niu",
	.driver = &driver_niu,
	.nic = "Sun Neptune",
	.ops = &ops,
	.max_queues = 16,
	.channels_err = -EOPNOTSUPP,
	.indir = 16,
	MODEL_NO_RSS,
	.udp_fields = RXH_L3_PROTO | MODEL_SDFN,
	.facts = facts,
};
