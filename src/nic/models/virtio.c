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

/* virtio_net.c virtnet_set_hashflow: sd, sdfn or r (discard). */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	bool known = model_is_known(type) && !model_is_ipsec(type);

	if (!known || (fields != MODEL_SD && fields != MODEL_SDFN && fields != MODEL_DISCARD))
		return -EINVAL;
	nic->fields[type] = fields == MODEL_DISCARD ? 0 : fields;
	return 0;
}

static const struct model_ops ops = {.get_fields = get_fields, .set_fields = set_fields};

static const struct model_fact facts[] = {
	{"there is no hash type of ESP: source and destination address are hashed",
	 "include/uapi/linux/virtio_net.h VIRTIO_NET_RSS_HASH_TYPE_*; seen on QEMU with rss=on"},
	{"asked for the hash fields of ESP it says none, and hashes the addresses all the same",
	 "virtio_net.c virtnet_get_hashflow; seen on QEMU with rss=on"},
	{"setting them is refused with EINVAL", "virtio_net.c virtnet_set_hashflow"},
	{"without RSS (no VIRTIO_NET_F_RSS) the host picks the queue and the table cannot be set",
	 "virtio_net.c virtnet_set_rxfh"},
	{"channels are frozen while an XDP program is attached",
	 "virtio_net.c virtnet_set_channels"},
	{"what hosts other than QEMU do", NULL},
	{0},
};

/*
 * virtio_net.c virtnet_xdp_set (stops NAPI; wants a queue pair more for each CPU; switches guest
 * offloads off), virtnet_set_channels, receive_small_xdp (NEEDS_CSUM frames are dropped)
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
