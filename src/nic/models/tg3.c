// SPDX-License-Identifier: GPL-2.0-only
// tg3: addresses of ESP, and of UDP too.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"hashes IPv4 and IPv6 by their addresses, TCP by its ports too, UDP not",
	 LINUX_7_3 "broadcom/tg3.c tg3_reset_hw (RX_MODE_RSS_IPV4_HASH_EN and its like)"},
	MODEL_NO_FIELDS("broadcom/tg3.c tg3_ethtool_ops"),
	{"receive and transmit channels are counted apart",
	 LINUX_7_3_RC7 "broadcom/tg3.c tg3_get_channels"},
	{"has at most 4 queues, a table of 128 entries, and shows no key",
	 LINUX_7_3 "broadcom/tg3.c tg3_get_rxfh, tg3_get_rxfh_indir_size"},
	{"gives packets no hash, so RPS makes its own",
	 LINUX_7_3 "no skb_set_hash in broadcom/tg3.c"},
	MODEL_NO_XDP("broadcom/tg3.c"),
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3.4: no ndo_bpf in broadcom/tg3.c. */
const struct xdp_driver driver_tg3 = {
	.name = "tg3",
	.native = XDP_NATIVE_NO,
};

const struct model model_tg3 = {
	.name = "tg3",
	.driver = &driver_tg3,
	.nic = "Broadcom NetXtreme (BCM57xx)",
	.max_queues = 4,
	.channels_apart = true,
	.indir = 128,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
