// SPDX-License-Identifier: GPL-2.0-only
// fbnic: ESP is a row with all IP that is no TCP or UDP; drops what XDP redirects.
#include "nic/models/families.h"

#define IP6_FL (1u << 9) /* RXH_IP6_FL, which our headers may be too old for */

/* meta/fbnic/fbnic_ethtool.c fbnic_get_rss_hash_idx */
static uint32_t row_of(uint32_t type)
{
	if (model_is_udp(type) || model_is_tcp(type))
		return type;
	return model_is_v6(type) || type == IPV6_FLOW ? IPV6_FLOW : IPV4_FLOW;
}

static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	return model_get_fields(nic, model_is_known(type) ? row_of(type) : type, fields);
}

/* fbnic_set_rss_hash_opts: ports only where there are any. */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	uint64_t valid = MODEL_SD | RXH_L2DA | IP6_FL | MODEL_DISCARD;

	if (model_is_udp(type) || model_is_tcp(type))
		valid |= MODEL_FN;
	if (!model_is_known(type) || fields & ~valid)
		return -EINVAL;
	nic->fields[row_of(type)] = fields;
	return 0;
}

static unsigned int inputs(const struct model_nic *nic, const struct flow *flow)
{
	uint64_t fields = nic->fields[flow->family == 6 ? IPV6_FLOW : IPV4_FLOW];

	if (flow->protocol == IPPROTO_UDP)
		return model_inputs_udp(nic, flow);
	return (fields & RXH_IP_SRC ? MODEL_SRC : 0) | (fields & RXH_IP_DST ? MODEL_DST : 0);
}

static const struct model_ops ops = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.inputs = inputs,
};

static const struct model_fact facts[] = {
	{"ESP and AH share the fields of all IP that is no TCP or UDP: what is set for one is set for all",
	 LINUX_7_3 "meta/fbnic/fbnic_ethtool.c fbnic_get_rss_hash_idx, fbnic_set_rss_hash_opts"},
	{"ports for ESP are refused with EINVAL",
	 LINUX_7_3 "meta/fbnic/fbnic_ethtool.c fbnic_set_rss_hash_opts (FBNIC_L3_HASH_OPTIONS)"},
	{"UDP hashes by its addresses by default",
	 LINUX_7_3 "meta/fbnic/fbnic_rpc.c fbnic_rss_init_en_mask"},
	{"rules of flow types of ESP are refused with EINVAL; others fit at 48 places",
	 LINUX_7_3_RC7 "meta/fbnic/fbnic_ethtool.c fbnic_set_cls_rule_ins; fbnic_rpc.h "
		       "FBNIC_RPC_ACT_TBL_NFC_ENTRIES"},
	{"another hash function than Toeplitz is refused with EINVAL",
	 LINUX_7_3_RC7 "meta/fbnic/fbnic_ethtool.c fbnic_set_rxfh"},
	{"takes an XDP program and then drops every redirect",
	 LINUX_7_3 "meta/fbnic/fbnic_txrx.c fbnic_run_xdp (no case for XDP_REDIRECT)"},
	{"that the NIC does not call ESP one of its types of L4: then rxhash off would be needed for RPS",
	 NULL},
	{0},
};

/* Linux 7.3.4, meta/fbnic/fbnic_txrx.c fbnic_run_xdp: no case for XDP_REDIRECT */
const struct xdp_driver driver_fbnic = {
	.name = "fbnic",
	.native = XDP_NATIVE_DROPS,
};

const struct model model_fbnic = {
	.name = "fbnic",
	.driver = &driver_fbnic,
	.nic = "Meta host NIC",
	.ops = &ops,
	.max_queues = 128,
	.indir = 256,
	.key_shown = 54,
	.key_used = 54,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EINVAL,
	.rules = 48,
	.rule_err = -EINVAL,
	.l4_device = true,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
