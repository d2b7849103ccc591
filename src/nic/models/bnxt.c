// SPDX-License-Identifier: GPL-2.0-only
// bnxt_en: by SPI once asked, if its firmware can.
#include "nic/models/families.h"

static bool has_own_bit(uint32_t type)
{
	return type == AH_ESP_V4_FLOW || type == AH_ESP_V6_FLOW || model_is_udp(type) ||
	       model_is_tcp(type);
}

/* bnxt_ethtool.c:1645-1660: the SPI shows under AH_ESP, and under UDP's type, which falls through.
 */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	bool v6 = model_is_v6(type) || type == SCTP_V6_FLOW || type == IPV6_FLOW;

	if (!model_is_known(type) && type != SCTP_V4_FLOW && type != SCTP_V6_FLOW) {
		*fields = 0;
		return 0;
	}
	*fields = nic->fields[v6 ? IPV6_FLOW : IPV4_FLOW];
	if (has_own_bit(type) && nic->fields[type] & MODEL_FN)
		*fields |= MODEL_SDFN;
	if (model_is_udp(type) && nic->fields[v6 ? AH_ESP_V6_FLOW : AH_ESP_V4_FLOW] & MODEL_FN)
		*fields |= MODEL_SDFN;
	return 0;
}

/*
 * bnxt_ethtool.c:1740-1808: each type has its bit, and all of IPv4 or IPv6 another one. That of
 * IPv4 goes with "nothing" and comes with the addresses; that of IPv6 goes with all but the
 * addresses.
 */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	bool v6 = model_is_v6(type) || type == SCTP_V6_FLOW || type == IPV6_FLOW;
	uint64_t *ip = &nic->fields[v6 ? IPV6_FLOW : IPV4_FLOW];

	if (fields && fields != MODEL_SD && fields != MODEL_SDFN)
		return -EINVAL;
	if (fields == MODEL_SDFN && !has_own_bit(type))
		return -EINVAL;
	if (has_own_bit(type))
		nic->fields[type] = fields;
	if (fields == MODEL_SD)
		*ip = MODEL_SD;
	else if (!fields || v6)
		*ip = 0;
	return 0;
}

/* A type whose bit is on is hashed whatever the bit of plain IP says. */
static unsigned int inputs(const struct model_nic *nic, const struct flow *flow)
{
	bool v6 = flow->family == 6;
	bool udp = flow->protocol == IPPROTO_UDP && flow->part == PART_WHOLE && flow->dport;

	if (!flow->family)
		return 0;
	if (model_has_spi(flow) && nic->fields[v6 ? AH_ESP_V6_FLOW : AH_ESP_V4_FLOW] & MODEL_FN)
		return MODEL_ADDRESSES | MODEL_SPI;
	if (udp && nic->fields[v6 ? UDP_V6_FLOW : UDP_V4_FLOW] & MODEL_FN)
		return MODEL_ADDRESSES | MODEL_PORTS;
	return nic->fields[v6 ? IPV6_FLOW : IPV4_FLOW] ? MODEL_ADDRESSES : 0;
}

static const struct model_ops ops = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.inputs = inputs,
};

static const struct model_fact facts[] = {
	{"esp4 sdfn hashes source, destination and SPI, if the firmware can for both AH and ESP",
	 LINUX_7_3 "broadcom/bnxt/bnxt_ethtool.c:1740-1770"},
	{"esp6 sdfn, as udp6 and tcp6 sdfn, turns the hashing of plain IPv6 off, all of which then "
	 "goes to one queue; sctp6 sd afterwards turns it on again and leaves the SPI",
	 MODEL_BY_READING LINUX_7_3 "broadcom/bnxt/bnxt_ethtool.c:1777-1793"},
	{"by default ESP hashes by its addresses",
	 LINUX_7_3 "broadcom/bnxt/bnxt.c:7159-7166; Linux 6.12, bnxt_set_dflt_rss_hash_type"},
	{"what is set shows under AH_ESP, never under ESP, and under UDP's types as well",
	 LINUX_7_3 "broadcom/bnxt/bnxt_ethtool.c:1645-1660"},
	{"setting other hash fields, and each write of the table or the key, closes and opens a "
	 "running device",
	 LINUX_7_3 "broadcom/bnxt/bnxt_ethtool.c:1795-1808, 2070-2088"},
	{"setting nothing for a flow of IPv4 turns off the hashing of plain IPv4",
	 LINUX_7_3 "broadcom/bnxt/bnxt_ethtool.c:1740-1776"},
	{"the table has 512 entries with newer firmware, else 64 for each 64 queues, 128 on old chips",
	 LINUX_7_3 "broadcom/bnxt/bnxt.c:6723-6730, 9765"},
	{"its hash of ESP is told to the kernel as one of L3, so RPS works",
	 LINUX_7_3 "broadcom/bnxt/bnxt.c:2355-2371"},
	{"rules by SPI are refused with EOPNOTSUPP",
	 LINUX_7_3 "broadcom/bnxt/bnxt_ethtool.c:1355; Linux 6.12, bnxt_srxclsrlins"},
	{"the input is addresses and SPI; in this order, as it is taken here", NULL},
	{"which chips and firmware can: this model is one that can", NULL},
	{0},
};

/*
 * Linux 7.3, broadcom/bnxt/bnxt_xdp.c:403-420 (closes and opens on every change, shared rings only;
 * not while header and data are split); bnxt.c bnxt_fix_features takes LRO and GRO_HW away and
 * gives them back
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
	.note = "if it refuses the program, header and data are split: `ethtool -G IF "
		"tcp-data-split off` cures that",
};

const struct model model_bnxt = {
	.name = "bnxt",
	.driver = &driver_bnxt,
	.nic = "Broadcom NetXtreme-E (P5 and later) whose firmware hashes the SPI",
	.ops = &ops,
	.max_queues = 128,
	.indir = 512,
	.indir_told = true,
	.key_shown = 40,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 4096,
	.rule_err = -EOPNOTSUPP,
	.sdfn_breaks_v6 = true,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
