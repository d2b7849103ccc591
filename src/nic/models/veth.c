// SPDX-License-Identifier: GPL-2.0-only
// veth: has no hash.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"answers no question about hashing: it has no hash", LINUX_7_3 "veth.c veth_ethtool_ops"},
	{"a packet comes in on the queue of the CPU that sent it; seen",
	 LINUX_6_12 "veth.c veth_xmit, veth_xdp_xmit"},
	{"checksums left to the NIC by a local sender are lost on a redirect; seen",
	 LINUX_6_12 "veth.c"},
	{0},
};

/*
 * Linux 7.3, veth.c:1583-1597 veth_xdp_set (the limit is on the peer's MTU),
 * veth_convert_skb_to_xdp_buff, veth_set_xdp_features (none while the peer sends on more queues
 * than this end receives on)
 */
const struct xdp_driver driver_veth = {
	.name = "veth",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_QUIET,
	.peer_vlan = true,
	.drops_checksums = true,
	.mtu_approx = true,
	.mtu_plain = 3506,
	.mtu_frags = XDP_MTU_NO_LIMIT,
	.refused_when = "its peer sends on more queues than this end receives on: make both ends "
			"with the same numrxqueues and numtxqueues",
};

const struct model model_veth = {
	.name = "veth",
	.driver = &driver_veth,
	.nic = "virtual Ethernet pair",
	.seen = "test machines",
	.ops = &model_constant,
	.answers = {.esp_err = -EOPNOTSUPP,
		    .ah_esp_err = -EOPNOTSUPP,
		    .set_err = -EOPNOTSUPP,
		    .udp_err = -EOPNOTSUPP,
		    .set_udp_err = -EOPNOTSUPP},
	.max_queues = 64,
	.indir = 1,
	.key_used = 40,
	.rss_err = -EOPNOTSUPP,
	.rule_err = -EOPNOTSUPP,
	.facts = facts,
};
