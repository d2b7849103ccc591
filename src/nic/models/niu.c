// SPDX-License-Identifier: GPL-2.0-only
// niu: by SPI once asked, ESP and AH alike.
#include "nic/models/families.h"

/* sun/niu.c niu_ethflow_to_class: ESP, AH and AH_ESP are one class; plain IP is none. */
static uint32_t class_of(uint32_t type)
{
	if (!model_is_ipsec(type))
		return type;
	return model_is_v6(type) ? AH_ESP_V6_FLOW : AH_ESP_V4_FLOW;
}

static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	if (!model_is_known(type) || model_is_ip(type))
		return -EINVAL;
	*fields = nic->fields[class_of(type)];
	return 0;
}

/* niu_set_rxfh_fields: anything but nothing. */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	uint64_t valid = RXH_L2DA | RXH_VLAN | RXH_L3_PROTO | MODEL_SDFN;

	if (!model_is_known(type) || model_is_ip(type) || !(fields & valid))
		return -EINVAL;
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
	.get_fields = get_fields,
	.set_fields = set_fields,
	.inputs = inputs,
};

static const struct model_fact facts[] = {
	{"esp4 sdfn hashes source, destination and the first 4 bytes behind the IP header, of ESP and AH "
	 "alike: in ESP these are the SPI, in AH not",
	 LINUX_7_3 "sun/niu.c niu_ethflow_to_class, niu_ethflow_to_flowkey, niu_set_rxfh_fields"},
	{"takes rules of esp4 and ah4 too, which this model leaves out",
	 LINUX_7_3 "sun/niu.c niu_add_ethtool_tcam_entry"},
	MODEL_NO_XDP("sun/niu.c"),
	{"what is hashed before it is asked: taken to be the addresses", NULL},
	{"how it mixes what it takes: Toeplitz stands in for it here", NULL},
	{0},
};

/* Linux 7.3.4: no ndo_bpf in sun/niu.c. */
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
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
