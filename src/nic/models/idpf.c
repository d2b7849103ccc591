// SPDX-License-Identifier: GPL-2.0-only
// idpf: no say in the hash; the device decides what it takes of ESP.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	MODEL_NO_FIELDS("intel/idpf/idpf_ethtool.c idpf_ethtool_ops"),
	{"asks the device to hash IP without a type of its own (IPV4_OTHER, IPV6_OTHER), never ESP",
	 LINUX_7_3 "intel/idpf/idpf_virtchnl.c idpf_send_get_caps_msg"},
	{"takes rules of TCP and UDP of IPv4 only, if the device takes any",
	 LINUX_7_3 "intel/idpf/idpf_ethtool.c idpf_add_flow_steer"},
	{"with header split, which is the default, an XDP program sees 14 bytes of an ESP packet in its "
	 "first buffer",
	 LINUX_7_3 "intel/idpf/idpf_txrx.c idpf_rx_hsplit_wa"},
	{"what the device hashes for IPV4_OTHER: taken to be the addresses", NULL},
	{"how large table and key are, and how many queues there are: the device tells", NULL},
	{0},
};

/*
 * Linux 7.3.4, intel/idpf/xdp.c idpf_xdp_setup_prog (a soft reset when XDP is switched on or off;
 * ENOSPC without spare transmit queues), idpf_txrx.c idpf_rx_hsplit_wa (the first buffer). Linux
 * 7.3-rc7: no CTAG_RX in intel/idpf/
 */
const struct xdp_driver driver_idpf = {
	.name = "idpf",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.mtu_frags = XDP_MTU_NO_LIMIT,
	.refused_when = "only with the split queue model, and with transmit queues to spare",
};

const struct model model_idpf = {
	.name = "idpf",
	.driver = &driver_idpf,
	.nic = "Intel IPU E2000 (Google C3, C4 bare metal)",
	.max_queues = 64,
	.indir = 64,
	.indir_told = true,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.key_shown = 52,
	.key_used = 52,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
