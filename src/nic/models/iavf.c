// SPDX-License-Identifier: GPL-2.0-only
// iavf: no hash by SPI, but rules by SPI, in UDP too.
#include "nic/models/families.h"

#define FULL 0xffffffffu

/* iavf_ethtool.c iavf_adv_rss_parse_hdrs; UDP is EINVAL until it was set once. */
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

/* iavf_ethtool.c iavf_add_fdir_fltr_info, iavf_fdir.c iavf_validate_fdir_fltr_masks */
static int check_rule(const struct model_nic *nic, const struct ethtool_rx_flow_spec *rule)
{
	uint32_t type = model_rule_type(rule);
	bool v6 = model_is_v6(type);
	__be32 spi, mask;
	int err;

	if (!model_is_ipsec(type) && !model_is_udp(type) && !model_is_tcp(type))
		return -EINVAL;
	err = check_addresses(rule, v6);
	if (!err && model_rule_spi(rule, &spi, &mask) && !all_or_nothing(mask))
		err = -EOPNOTSUPP;
	if (!err && model_is_udp(type))
		err = check_udp(rule, v6);
	return err;
}

static unsigned int inputs(const struct model_nic *nic, const struct flow *flow)
{
	return flow->family ? MODEL_ADDRESSES : 0;
}

static const struct model_ops ops = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.check_rule = check_rule,
	.inputs = inputs,
};

static const struct model_fact facts[] = {
	{"hash fields of ESP can be neither read nor set",
	 "iavf/iavf_ethtool.c iavf_adv_rss_parse_hdrs"},
	{"takes rules by SPI for ESP and AH, IPv4 and IPv6; masks are all or nothing",
	 "iavf/iavf_ethtool.c iavf_add_fdir_fltr_info, iavf_fdir.c iavf_validate_fdir_fltr_masks"},
	{"takes rules by SPI for ESP in UDP: udp4 dst-port 4500 with the halves of the SPI as "
	 "user-def",
	 "iavf/iavf_fdir.c iavf_fill_fdir_nat_t_esp_hdr"},
	{"128 rules; a location in use is refused with EEXIST",
	 "iavf/iavf_fdir.h IAVF_MAX_FDIR_FILTERS, iavf_ethtool.c iavf_add_fdir_ethtool"},
	{"the physical function may still refuse a rule, if its package does not know ESP",
	 "ice/ice_virtchnl_fdir.c ice_vc_fdir_parse_pattern"},
	{"has no native XDP", "no ndo_bpf in iavf/"},
	{"what the physical function hashes for it: taken to be the addresses", NULL},
	{0},
};

/* No ndo_bpf in iavf/. */
const struct xdp_driver driver_iavf = {
	.name = "iavf",
	.native = XDP_NATIVE_NO,
};

const struct model model_iavf = {
	.name = "iavf",
	.driver = &driver_iavf,
	.nic = "Intel adaptive virtual function (of E810, X710)",
	.ops = &ops,
	.max_queues = 16,
	.indir = 64,
	.key_shown = 52,
	.key_used = 52,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 128,
	.rules_by_spi = true,
	.rules_by_udp_spi = true,
	.facts = facts,
};
