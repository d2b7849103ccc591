// SPDX-License-Identifier: GPL-2.0-only
// r8125, Realtek's own driver: addresses of ESP; refuses what is asked of it.
#include "nic/models/families.h"

#define R8125 "Realtek's r8125 9.012 (not in Linux), "

static const struct model_fact facts[] = {
	{"hash fields of ESP are refused with EINVAL; setting nothing is no error",
	 R8125 "r8125_rss.c rtl8125_get_rss_hash_opts, rtl8125_set_rss_hash_opt"},
	{"hashes over 4 queues by default; UDP by its addresses until it is set otherwise",
	 R8125 "Makefile ENABLE_RSS_SUPPORT, r8125_rss.c"},
	{"how large the table is, and how channels are told", NULL},
	{"that it has no native XDP", NULL},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* No word of XDP in what was read of r8125 9.012. */
const struct xdp_driver driver_r8125 = {
	.name = "r8125",
	.native = XDP_NATIVE_NO,
};

const struct model model_r8125 = {
	.name = "r8125",
	.driver = &driver_r8125,
	.nic = "Realtek RTL8125 with Realtek's own driver",
	.ops = &model_constant,
	.answers = {.esp_err = -EINVAL,
		    .ah_esp_err = -EINVAL,
		    .set_err = -EINVAL,
		    .set_nothing = true},
	.max_queues = 4,
	.channels_err = -EOPNOTSUPP,
	.indir = 128,
	MODEL_TOEPLITZ_ONLY,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
