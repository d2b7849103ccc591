// SPDX-License-Identifier: GPL-2.0-only
// xen-netfront: its host picks the queue.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"nothing about hashing can be asked or set",
	 LINUX_7_3 "xen-netfront.c xennet_ethtool_ops"},
	{"the host picks the queue: by the receive queue of its own NIC where it has one, else by the "
	 "kernel's hash, which holds the SPI of ESP",
	 LINUX_7_3 "xen-netback/interface.c xenvif_select_queue; net/core/dev.c netdev_pick_tx"},
	{"a backend that was given a hash algorithm hashes addresses, and ports of TCP",
	 LINUX_7_3 "xen-netback/hash.c xenvif_set_skb_hash"},
	{"without headroom from the backend attaching a program succeeds and attaches nothing",
	 LINUX_7_3 "xen-netfront.c xennet_xdp_set"},
	{"has as many queues as there are CPUs and its host allows, 8 at most unless module parameter "
	 "max_queues says otherwise; channels cannot be asked",
	 LINUX_7_3_RC7 "xen-netfront.c MAX_QUEUES_DEFAULT, xennet_ethtool_ops"},
	{"which of these a host does: taken to be the addresses", NULL},
	{0},
};

/* Linux 7.3-rc7, xen-netfront.c xennet_xdp_set (reconnects at each change) */
const struct xdp_driver driver_xen_netfront = {
	.name = "vif",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.restarts_on_replace = true,
	.mtu_plain = 3840,
	.note = "a backend without XDP headroom lets a program be attached and never calls it: the "
		"log and `espalier show` say so once packets come in",
};

const struct model model_xen_netfront = {
	.name = "xen-netfront",
	.driver = &driver_xen_netfront,
	.nic = "Xen guest (XCP-ng, AWS T2)",
	.max_queues = 64,
	.channels_err = -EOPNOTSUPP,
	.indir = 128,
	MODEL_NO_RSS,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
