// SPDX-License-Identifier: GPL-2.0-only
// gve: no say in the hash, but rules by SPI; the mask of IPv6's is lost.
#include "nic/models/families.h"

/* Linux 6.12, gve_ethtool.c gve_set_rxnfc, gve_flow_rule.c gve_generate_flow_rule */
static int check_rule(const struct model_nic *nic, const struct ethtool_rx_flow_spec *rule)
{
	uint32_t type = model_rule_type(rule);

	if (!nic->ntuple || rule->ring_cookie == RX_CLS_FLOW_DISC)
		return -EOPNOTSUPP;
	if (type == AH_ESP_V4_FLOW || type == AH_ESP_V6_FLOW ||
	    (!model_is_ipsec(type) && !model_is_udp(type) && !model_is_tcp(type)))
		return -EINVAL;
	return 0;
}

static const struct model_ops ops = {.check_rule = check_rule};

static const struct model_fact facts[] = {
	{"hash fields are refused with EOPNOTSUPP",
	 LINUX_7_3 "no get_rxfh_fields in google/gve/; Linux 6.12, gve_ethtool.c gve_get_rxnfc"},
	{"takes rules by SPI for ESP and AH of IPv4, once ntuple is on; switching it off deletes them",
	 LINUX_7_3 "google/gve/gve_flow_rule.c:181-186; Linux 6.12, gve_generate_flow_rule"},
	{"of an IPv6 rule it loses the mask of the SPI (key.spi is set twice): such a rule takes every "
	 "SA of the addresses",
	 LINUX_7_3 "google/gve/gve_flow_rule.c:181, 186"},
	{"ESP in UDP cannot be told apart by rules",
	 LINUX_7_3 "google/gve/gve_flow_rule.c; Linux 6.12, the same"},
	{"with the DQO formats a hash is told to the kernel as one of L4 for every L4 type that the "
	 "device names, \"other\" too, and for none that it calls unknown; rxhash off cures that",
	 LINUX_7_3 "google/gve/gve_rx_dqo.c:479-490, gve_adminq.h:462-467"},
	{"what the device hashes for ESP (taken to be the addresses), and which of the two it calls it",
	 NULL},
	{0},
};

/*
 * Linux 7.3, google/gve/gve_main.c:1755-1809 (also at detach), 2378-2398: formats GQI_QPL and
 * DQO_RDA; refuses HW-GRO (in older kernels LRO), split headers, buffers other than 2048 bytes;
 * gve_rx_dqo.c:931 (MTU 2034), gve_rx.c:861 (2032, 2 bytes of headroom: bpf/ticket.h; and a copy
 * that has 256 on a redirect). No VLAN stripping.
 */
const struct xdp_driver driver_gve = {
	.name = "gve",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_PAUSE,
	.channels = XDP_CHANNELS_EQUAL_HALF,
	.refuses_lro = true,
	.refuses_gro_hw = true,
	.mtu_plain = 2032,
	.note = "do not switch GRO in hardware or LRO on, split headers or raise the MTU while "
		"attached: the driver then refuses to detach",
	.refused_when =
		"only with the queue formats GQI_QPL and, in newer kernels, DQO_RDA, receive "
		"buffers of 2048 bytes and headers that are not split",
};

const struct model model_gve = {
	.name = "gve",
	.driver = &driver_gve,
	.nic = "Google gVNIC",
	.ops = &ops,
	.max_queues = 16,
	.indir = 128,
	.indir_told = true,
	.key_shown = 40,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 1024,
	.rules_by_spi = true,
	.rule_mask_v6_lost = true,
	.l4_device = true,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
