// SPDX-License-Identifier: GPL-2.0-only
// virtio_net: its hash types know no ESP.
#include "nic/models/families.h"

/* virtio_net.c virtnet_get_hashflow: an unknown flow type is no error, but nothing. */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	bool known = model_is_known(type) && !model_is_ipsec(type);

	*fields = known ? nic->fields[type] : 0;
	return 0;
}

/* One type of IPv4 or IPv6: that of the addresses goes and comes with it. */
static void set_one(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	bool v6 = model_is_v6(type) || type == IPV6_FLOW;
	const uint32_t l4[2] = {v6 ? TCP_V6_FLOW : TCP_V4_FLOW, v6 ? UDP_V6_FLOW : UDP_V4_FLOW};
	uint64_t *ip = &nic->fields[v6 ? IPV6_FLOW : IPV4_FLOW];

	*ip = fields ? MODEL_SD : 0;
	if (type != IPV4_FLOW && type != IPV6_FLOW)
		nic->fields[type] = fields;
	for (int i = 0; i < 2; i++) /* what has no ports is hashed as plain IP */
		if (!(nic->fields[l4[i]] & MODEL_FN))
			nic->fields[l4[i]] = *ip;
}

/* virtio_net.c virtnet_set_hashflow: sd, sdfn or r (discard); sd of plain IP takes all else away.
 */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	bool known = model_is_known(type) && !model_is_ipsec(type);

	if (!known || (fields != MODEL_SD && fields != MODEL_SDFN && fields != MODEL_DISCARD))
		return -EINVAL;
	if (model_is_ip(type) && fields != MODEL_DISCARD) {
		for (uint32_t other = 0; other < MODEL_FLOWS; other++)
			nic->fields[other] = 0;
	}
	set_one(nic, type, fields == MODEL_DISCARD ? 0 : fields);
	return 0;
}

static const struct model_ops ops = {.get_fields = get_fields, .set_fields = set_fields};

/* Without RSS no type is supported: none is told. */
static void no_types(struct model_nic *nic)
{
	for (uint32_t type = 0; type < MODEL_FLOWS; type++)
		nic->fields[type] = 0;
}

/* What the NIC has no types for cannot be set; virtio_net.c virtnet_set_hashflow, by reading. */
static int set_none(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	return -EINVAL;
}

/*
 * The host's tun.c:462-508, tun_automq_select_queue: by the kernel's own hash, as RPS makes it
 * (net/core/flow_dissector.c:851): the SPI of plain ESP and AH, the ports of UDP.
 */
static unsigned int inputs_of_host(const struct model_nic *nic, const struct flow *flow)
{
	if (!flow->family)
		return 0;
	if (model_has_spi(flow))
		return MODEL_ADDRESSES | MODEL_SPI;
	return flow->protocol == IPPROTO_UDP && flow->part == PART_WHOLE && flow->dport
		       ? MODEL_ADDRESSES | MODEL_PORTS
		       : MODEL_ADDRESSES;
}

static const struct model_ops ops_of_host = {
	.start = no_types,
	.get_fields = get_fields,
	.set_fields = set_none,
	.inputs = inputs_of_host,
};

static const struct model_fact facts[] = {
	{"there is no hash type of ESP: source and destination address are hashed",
	 LINUX_7_3 "include/uapi/linux/virtio_net.h VIRTIO_NET_RSS_HASH_TYPE_*; seen on QEMU with "
		   "rss=on"},
	{"asked for the hash fields of ESP it says none, and hashes the addresses all the same",
	 LINUX_7_3 "virtio_net.c:4254-4400 virtnet_get_hashflow; seen on QEMU with rss=on"},
	{"setting them is refused with EINVAL",
	 LINUX_7_3 "virtio_net.c:4254-4400 virtnet_set_hashflow"},
	{"setting sd for plain IP takes all other types away; r for TCP or UDP takes plain IP away",
	 LINUX_7_3 "virtio_net.c:4254-4400 virtnet_set_hashflow"},
	{"its hash is told to the kernel as one of L4 for TCP and UDP alone, so RPS works",
	 LINUX_7_3 "virtio_net.c:2480-2485"},
	{"it takes no rules", LINUX_7_3 "virtio_net.c:5608-5633 virtnet_ethtool_ops"},
	{"channels are frozen while an XDP program is attached",
	 LINUX_6_12 "virtio_net.c virtnet_set_channels"},
	{"what hosts other than QEMU do", NULL},
	{0},
};

static const struct model_fact facts_of_host[] = {
	{"a Linux host (tap, macvtap) chooses the queue by its own hash of the packet, which has the "
	 "SPI of plain ESP and AH in it, and of UDP the ports",
	 MODEL_BY_READING LINUX_7_3
	 "tun.c:462-508, tap.c:208, net/core/flow_dissector.c:851, 1673"},
	{"the queue on which the guest sends a flow goes first; ESP's two directions have two SPIs, so "
	 "that it never applies to them",
	 MODEL_BY_READING LINUX_7_3 "tun.c:462-508"},
	{"there is neither table nor key here (no VIRTIO_NET_F_RSS), so what counts is how many queues "
	 "the host gives",
	 LINUX_7_3 "virtio_net.c:4254-4400; Linux 6.12, virtnet_set_rxfh"},
	{"no hash field is told, and none can be set",
	 MODEL_BY_READING LINUX_7_3 "virtio_net.c:4254-4400"},
	{"what hosts do that are not Linux, or have vhost-user, OVS with DPDK or hardware behind them",
	 NULL},
	{0},
};

/*
 * Linux 6.12 and 7.3, virtio_net.c virtnet_xdp_set (stops NAPI; wants a queue pair more for each
 * CPU; switches guest offloads off), virtnet_set_channels, receive_small_xdp (NEEDS_CSUM frames are
 * dropped)
 */
const struct xdp_driver driver_virtio = {
	.name = "virtio_net",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_PAUSE,
	.freezes_channels = true,
	.drops_checksums = true,
	.mtu_approx = true,
	.mtu_plain = 3506,
	.mtu_frags = XDP_MTU_NO_LIMIT,
};

const struct model model_virtio = {
	.name = "virtio",
	.driver = &driver_virtio,
	.nic = "virtio-net with RSS (QEMU, clouds)",
	.ops = &ops,
	.seen = "QEMU with rss=on",
	.max_queues = 64,
	.indir = 128,
	.key_shown = 40,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};

/* Chosen by the host: in its hash nothing of ours counts, and any will do for it here. */
const struct model model_virtio_host = {
	.name = "virtio-norss",
	.driver = &driver_virtio,
	.nic = "virtio-net without RSS, on a Linux host (KVM) that hashes in its stead",
	.ops = &ops_of_host,
	.max_queues = 64,
	.indir = 128,
	.indir_hidden = true,
	.set_indir_err = -EOPNOTSUPP,
	.key_used = 40,
	.set_key_err = -EOPNOTSUPP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rule_err = -EOPNOTSUPP,
	.facts = facts_of_host,
};
