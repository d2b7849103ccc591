// SPDX-License-Identifier: GPL-2.0-only
// bnxt_en: by SPI once asked, if its firmware can.
#include "nic/models/families.h"

/* bnxt_ethtool.c bnxt_grxfh: the SPI shows under AH_ESP only. */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	bool v6 = model_is_v6(type);
	uint64_t ip = nic->fields[v6 ? IPV6_FLOW : IPV4_FLOW];

	if (type == AH_ESP_V4_FLOW || type == AH_ESP_V6_FLOW)
		*fields = ip | (nic->fields[type] & MODEL_FN);
	else if (model_is_ipsec(type) || model_is_ip(type))
		*fields = ip;
	else if (model_is_udp(type) || model_is_tcp(type))
		*fields = nic->fields[type];
	else
		*fields = 0;
	return 0;
}

/* bnxt_ethtool.c bnxt_srxfh: nothing for any type of IPv4 turns all hashing of IPv4 off. */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	bool ah_esp = type == AH_ESP_V4_FLOW || type == AH_ESP_V6_FLOW;

	if (fields && fields != MODEL_SD && fields != MODEL_SDFN)
		return -EINVAL;
	if (fields == MODEL_SDFN && !ah_esp && !model_is_udp(type) && !model_is_tcp(type))
		return -EINVAL;
	nic->fields[type] = fields;
	nic->fields[model_is_v6(type) ? IPV6_FLOW : IPV4_FLOW] = fields ? MODEL_SD : 0;
	return 0;
}

static unsigned int inputs(const struct model_nic *nic, const struct flow *flow)
{
	bool v6 = flow->family == 6;

	if (!nic->fields[v6 ? IPV6_FLOW : IPV4_FLOW])
		return 0;
	if (model_has_spi(flow) && nic->fields[v6 ? AH_ESP_V6_FLOW : AH_ESP_V4_FLOW] & MODEL_FN)
		return MODEL_ADDRESSES | MODEL_SPI;
	return model_inputs_udp(nic, flow);
}

static const struct model_ops ops = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.inputs = inputs,
};

static const struct model_fact facts[] = {
	{"esp4 sdfn hashes source, destination and SPI, if the firmware can for both AH and ESP",
	 "broadcom/bnxt/bnxt_ethtool.c bnxt_srxfh; bnxt.c bnxt_hwrm_vnic_qcaps"},
	{"by default ESP hashes by its addresses",
	 "broadcom/bnxt/bnxt.c bnxt_set_dflt_rss_hash_type"},
	{"what is set shows under AH_ESP, never under ESP",
	 "broadcom/bnxt/bnxt_ethtool.c bnxt_grxfh"},
	{"setting hash fields closes and opens a running device",
	 "broadcom/bnxt/bnxt_ethtool.c bnxt_srxfh"},
	{"setting nothing for a flow of IPv4 turns off all hashing of IPv4",
	 "broadcom/bnxt/bnxt_ethtool.c bnxt_srxfh"},
	{"rules by SPI are refused with EOPNOTSUPP",
	 "broadcom/bnxt/bnxt_ethtool.c bnxt_srxclsrlins"},
	{"the input is addresses and SPI; in this order, as it is taken here", NULL},
	{"which chips and firmware can: this model is one that can", NULL},
	{0},
};

static uint32_t indir_size(uint32_t queues)
{
	return 64 * ((queues + 63) / 64);
}

/*
 * broadcom/bnxt/bnxt_xdp.c bnxt_xdp_set (closes and opens on every change, shared rings only);
 * bnxt.c bnxt_fix_features takes LRO and GRO_HW away and gives them back
 */
const struct xdp_driver driver_bnxt = {
	.name = "bnxt_en",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.channels = XDP_CHANNELS_COMBINED,
	.restarts_on_replace = true,
	.strips_vlan = true,
	.mtu_approx = true,
	.mtu_plain = 3502,
	.mtu_frags = XDP_MTU_NO_LIMIT,
};

const struct model model_bnxt = {
	.name = "bnxt",
	.driver = &driver_bnxt,
	.nic = "Broadcom NetXtreme-E (P5 and later) whose firmware hashes the SPI",
	.ops = &ops,
	.max_queues = 128,
	.indir_size = indir_size,
	.key_shown = 40,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 4096,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
