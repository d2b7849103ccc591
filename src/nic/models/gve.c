// SPDX-License-Identifier: GPL-2.0-only
// gve: no say in the hash, but rules by SPI; the mask of IPv6's is lost.
#include "nic/models/families.h"

/* gve_ethtool.c gve_set_rxnfc, gve_flow_rule.c gve_generate_flow_rule */
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
	{"hash fields are refused with EOPNOTSUPP", "google/gve/gve_ethtool.c gve_get_rxnfc"},
	{"takes rules by SPI for ESP and AH of IPv4, once ntuple is on",
	 "google/gve/gve_flow_rule.c gve_generate_flow_rule"},
	{"of an IPv6 rule it loses the mask of the SPI: such a rule takes every SA of the "
	 "addresses",
	 "google/gve/gve_flow_rule.c gve_generate_flow_rule (key.spi is set twice)"},
	{"ESP in UDP cannot be told apart by rules", "google/gve/gve_flow_rule.c"},
	{"what the device hashes for ESP (taken to be the addresses), and whether its driver calls "
	 "that an L4 hash",
	 NULL},
	{"whether the mask was mended in later kernels", NULL},
	{0},
};

/*
 * google/gve/gve_main.c verify_xdp_configuration (also at detach), gve_set_xdp,
 * gve_set_netdev_xdp_features (only the queue format GQI_QPL has XDP); gve_rx.c: no VLAN
 * stripping, 2 bytes of headroom (gve_rx, GVE_RX_PAD; bpf/ticket.h) and a copy that has 256 on a redirect
 * (gve_xdp_redirect)
 */
const struct xdp_driver driver_gve = {
	.name = "gve",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_PAUSE,
	.channels = XDP_CHANNELS_EQUAL_HALF,
	.refuses_lro = true,
	.mtu_plain = 2032,
	.note = "do not switch LRO on or raise the MTU while attached: the driver then "
		"refuses to detach",
	.refused_when = "only with the queue format GQI_QPL",
};

const struct model model_gve = {
	.name = "gve",
	.driver = &driver_gve,
	.nic = "Google gVNIC",
	.ops = &ops,
	.max_queues = 16,
	.indir = 128,
	.key_shown = 40,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 1024,
	.rules_by_spi = true,
	.rule_mask_v6_lost = true,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
