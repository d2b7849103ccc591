// SPDX-License-Identifier: GPL-2.0-only
// sxgbe: addresses of ESP, reported as a constant.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"reports the addresses for every type of ESP and AH",
	 LINUX_7_3 "samsung/sxgbe/sxgbe_ethtool.c sxgbe_get_rxfh_fields"},
	{"receive and transmit channels are counted apart",
	 LINUX_7_3 "samsung/sxgbe/sxgbe_ethtool.c sxgbe_get_channels"},
	{"that anything else is refused with EINVAL, and that it has no native XDP", NULL},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* No word of XDP where Linux 7.3.4 was read. */
const struct xdp_driver driver_sxgbe = {
	.name = "samsung_sxgbe",
	.native = XDP_NATIVE_NO,
};

const struct model model_sxgbe = {
	.name = "sxgbe",
	.driver = &driver_sxgbe,
	.nic = "Samsung SXGBE",
	.ops = &model_constant,
	.answers = {.esp = MODEL_SD, .ah_esp = MODEL_SD, .set_err = -EINVAL},
	.max_queues = 8,
	.channels_apart = true,
	.set_channels_err = -EOPNOTSUPP,
	.indir = 128,
	MODEL_NO_RSS,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
