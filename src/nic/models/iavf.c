// SPDX-License-Identifier: GPL-2.0-only
// iavf: no hash by SPI, but rules by SPI, in UDP too, if its physical function is an E810 with the
// Comms package. Below an X710 neither.
#include <string.h>
#include "nic/models/families.h"

#define FULL 0xffffffffu

/* iavf_ethtool.c:1491-1600; UDP is EINVAL until it was set once. */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	if ((!model_is_udp(type) && !model_is_tcp(type)) || !nic->fields[type])
		return -EINVAL;
	*fields = nic->fields[type];
	return 0;
}

static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if ((!model_is_udp(type) && !model_is_tcp(type)) || !fields)
		return -EINVAL;
	if (nic->fields[type] == fields)
		return -EEXIST;
	return model_set_subset(nic, type, fields);
}

static bool all_or_nothing(__be32 mask)
{
	return !mask || mask == FULL;
}

static int check_addresses(const struct ethtool_rx_flow_spec *rule, bool v6)
{
	for (int i = 0; v6 && i < 4; i++)
		if (!all_or_nothing(rule->m_u.esp_ip6_spec.ip6src[i]) ||
		    !all_or_nothing(rule->m_u.esp_ip6_spec.ip6dst[i]))
			return -EOPNOTSUPP;
	if (!v6 && (!all_or_nothing(rule->m_u.esp_ip4_spec.ip4src) ||
		    !all_or_nothing(rule->m_u.esp_ip4_spec.ip4dst)))
		return -EOPNOTSUPP;
	return 0;
}

/* iavf_fill_fdir_nat_t_esp_hdr: port 4500, both halves of an SPI that is not 0. */
static int check_udp(const struct ethtool_rx_flow_spec *rule, bool v6)
{
	uint32_t at = v6 ? 62 : 42, spi = 0;
	__be16 port = v6 ? rule->h_u.udp_ip6_spec.pdst : rule->h_u.udp_ip4_spec.pdst;
	int halves = 0;

	if (!(rule->flow_type & FLOW_EXT))
		return 0; /* any UDP: ports and addresses */
	for (int i = 0; i < 2; i++) {
		uint32_t word = be32_host(rule->h_ext.data[i]);

		halves += word >> 16 == at || word >> 16 == at + 2;
		spi |= word & 0xffff;
	}
	return be16_host(port) == 4500 && halves == 2 && spi ? 0 : -EOPNOTSUPP;
}

enum { L2TP = 115 };

/* iavf_fdir.c:533-556, iavf_ethtool.c:1158-1168: of a protocol L2TP alone; what follows is ignored.
 */
static int check_protocol(const struct ethtool_rx_flow_spec *rule, bool v6)
{
	uint8_t protocol = v6 ? rule->h_u.usr_ip6_spec.l4_proto : rule->h_u.usr_ip4_spec.proto;
	uint8_t mask = v6 ? rule->m_u.usr_ip6_spec.l4_proto : rule->m_u.usr_ip4_spec.proto;

	return mask && protocol != L2TP ? -EOPNOTSUPP : 0;
}

/* iavf_ethtool.c iavf_add_fdir_fltr_info, iavf_fdir.c iavf_validate_fdir_fltr_masks */
static int check_type(const struct ethtool_rx_flow_spec *rule)
{
	uint32_t type = model_rule_type(rule);
	bool v6 = model_is_v6(type);
	__be32 spi, mask;
	int err;

	if (rule->flow_type & FLOW_MAC_EXT)
		return -EINVAL;
	if (type == IPV4_USER_FLOW || type == IPV6_USER_FLOW)
		return check_protocol(rule, type == IPV6_USER_FLOW);
	if (type == ETHER_FLOW || type == SCTP_V4_FLOW || type == SCTP_V6_FLOW)
		return 0;
	if (!model_is_ipsec(type) && !model_is_udp(type) && !model_is_tcp(type))
		return -EINVAL;
	err = check_addresses(rule, v6);
	if (!err && model_rule_spi(rule, &spi, &mask) && !all_or_nothing(mask))
		err = -EOPNOTSUPP;
	if (!err && model_is_udp(type))
		err = check_udp(rule, v6);
	return err;
}

/* iavf_ethtool.c:1236-1271: no more than fit, and no rule twice, wherever. */
static int check_rule(const struct model_nic *nic, const struct ethtool_rx_flow_spec *rule)
{
	int err = check_type(rule);

	if (!err && nic->n_rules >= nic->model->rules)
		err = -ENOSPC;
	for (const struct model_rule *old = nic->rules; old && !err; old = old->next)
		if (old->spec.flow_type == rule->flow_type &&
		    !memcmp(&old->spec.h_u, &rule->h_u, sizeof(rule->h_u)) &&
		    !memcmp(&old->spec.h_ext, &rule->h_ext, sizeof(rule->h_ext)))
			err = -EEXIST;
	return err;
}

/*
 * ice/ice_lib.c:1569-1590, ice_flow.h:347: the default profiles of a virtual function have none of
 * the Comms package's types of ESP and AH.
 */
static unsigned int inputs(const struct model_nic *nic, const struct flow *flow)
{
	bool ipsec =
		model_has_spi(flow) || (flow->kind == FLOW_ESP_UDP && flow->part == PART_WHOLE);

	return flow->family && !ipsec ? MODEL_ADDRESSES : 0;
}

static unsigned int inputs_i40e(const struct model_nic *nic, const struct flow *flow)
{
	return flow->family ? MODEL_ADDRESSES : 0;
}

static const struct model_ops ops = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.check_rule = check_rule,
	.inputs = inputs,
};

/* iavf_ethtool.c:1491-1600: without ADV_RSS nothing of it. */
static int no_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	return -EOPNOTSUPP;
}

static int set_no_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	return -EOPNOTSUPP;
}

static const struct model_ops ops_i40e = {
	.get_fields = no_fields,
	.set_fields = set_no_fields,
	.inputs = inputs_i40e,
};

static const struct model_fact facts[] = {
	{"hash fields of ESP can be neither read nor set (EINVAL); setting what is set says EEXIST",
	 LINUX_7_3 "iavf/iavf_ethtool.c:1491-1600"},
	{"takes rules by SPI for ESP and AH, IPv4 and IPv6; masks are all or nothing",
	 LINUX_7_3 "iavf/iavf_fdir.c:500-522, 618-652; Linux 6.12, iavf_validate_fdir_fltr_masks"},
	{"takes rules by SPI for ESP in UDP: udp4 dst-port 4500 with the halves of the SPI as "
	 "user-def",
	 LINUX_7_3 "iavf/iavf_fdir.c:618-652; Linux 6.12, iavf_fill_fdir_nat_t_esp_hdr"},
	{"a rule is sent later: the call says 0, and one that the physical function then refuses is "
	 "gone without a word; asked for it, the driver says EINVAL",
	 LINUX_7_3 "iavf/iavf_fdir.c:849-890, iavf_virtchnl.c:2443, 2804, iavf_ethtool.c:928-931"},
	{"the physical function refuses rules by SPI unless its package knows ESP (Comms): read back",
	 LINUX_7_3 "ice/virt/fdir.c:1223-1231, ice/virt/rss.c:424, 477-505"},
	{"rules of IP with a protocol, such as 50, are refused with EOPNOTSUPP; without one, the data "
	 "behind it is ignored",
	 LINUX_7_3 "iavf/iavf_fdir.c:533-556, iavf_ethtool.c:1158-1168"},
	{"128 rules, then ENOSPC; a location in use, and a rule that is there, are refused with EEXIST",
	 LINUX_7_3 "iavf/iavf.h:472, iavf_fdir.c:855-860, iavf_ethtool.c:1236-1271"},
	{"with the link down a rule is kept and sent when it comes up",
	 LINUX_7_3 "iavf/iavf_fdir.c:880-886"},
	{"tc u32 with skbedit queue_mapping may match the SPI whatever the package (docs/libreswan-rss.md "
	 "has the commands): untried on hardware",
	 MODEL_BY_READING LINUX_7_3 "iavf/iavf_main.c:4250-4352, ice/virt/fdir.c:831-880"},
	{"whether the physical function took a rule of tc nothing tells: tc shows it all the same, and "
	 "ethtool counts its own alone",
	 LINUX_7_3 "iavf/iavf_virtchnl.c:2780-2811, iavf_ethtool.c:1073, 1669"},
	{"with the Comms package ESP and AH of a virtual function are not hashed: one queue",
	 MODEL_BY_READING LINUX_7_3 "ice/ice_lib.c:1569-1590, ice_flow.h:347"},
	{"has no native XDP", LINUX_7_3 "no ndo_bpf in iavf/"},
	{0},
};

static const struct model_fact facts_i40e[] = {
	{"hash fields and rules are refused with EOPNOTSUPP: its physical function offers neither",
	 LINUX_7_3 "iavf/iavf_ethtool.c:1491-1600; no VIRTCHNL_VF_OFFLOAD_FDIR_PF below i40e"},
	{"has no native XDP", LINUX_7_3 "no ndo_bpf in iavf/"},
	{"what the physical function hashes for it: taken to be the addresses", NULL},
	{0},
};

/* Linux 7.3, no ndo_bpf in iavf/. */
const struct xdp_driver driver_iavf = {
	.name = "iavf",
	.native = XDP_NATIVE_NO,
};

#define IAVF                                                                       \
	.driver = &driver_iavf, .max_queues = 16, .indir = 64, .indir_told = true, \
	.key_shown = 52, .key_used = 52, .hfuncs = MODEL_HASH_TOP, .set_hfunc_err = -EOPNOTSUPP

const struct model model_iavf = {
	.name = "iavf",
	.nic = "Intel adaptive virtual function of an E810 with the Comms package",
	.ops = &ops,
	.rules = 128,
	.rules_by_spi = true,
	.rules_by_udp_spi = true,
	.rules_late = true,
	.no_rule_err = -EINVAL,
	.facts = facts,
	IAVF,
};

const struct model model_iavf_i40e = {
	.name = "iavf-x710",
	.nic = "Intel adaptive virtual function of an X710, XXV710, XL710, X722",
	.ops = &ops_i40e,
	.rule_err = -EOPNOTSUPP,
	.facts = facts_i40e,
	IAVF,
};
