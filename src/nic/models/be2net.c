// SPDX-License-Identifier: GPL-2.0-only
// be2net: addresses of ESP; reports nothing.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"reports nothing for ESP (with one queue EINVAL); setting is refused with EINVAL",
	 LINUX_7_3 "emulex/benet/be_ethtool.c be_get_rxfh_fields, be_set_rxfh_fields"},
	{"hashes UDP by its ports but on BE2 and BE3",
	 LINUX_7_3 "emulex/benet/be_main.c be_rx_qs_create"},
	MODEL_NO_XDP("emulex/benet/"),
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3.4: no ndo_bpf in emulex/benet/. */
const struct xdp_driver driver_be2net = {
	.name = "be2net",
	.native = XDP_NATIVE_NO,
};

const struct model model_be2net = {
	.name = "be2net",
	.driver = &driver_be2net,
	.nic = "Emulex OneConnect",
	.ops = &model_constant,
	.answers = {.set_err = -EINVAL},
	.max_queues = 32,
	.indir = 128,
	MODEL_TOEPLITZ_ONLY,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
