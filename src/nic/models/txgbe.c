// SPDX-License-Identifier: GPL-2.0-only
// txgbe: addresses of ESP, reported as a constant.
#include "nic/models/families.h"
#include "nic/models/libwx.h"

static const struct model_fact facts[] = {LIBWX_FACTS, {0}};

/* Linux 7.3.4: no ndo_bpf in wangxun/. */
const struct xdp_driver driver_txgbe = {
	.name = "txgbe",
	.native = XDP_NATIVE_NO,
};

const struct model model_txgbe = {
	.name = "txgbe",
	.driver = &driver_txgbe,
	.nic = "Wangxun SP1000 (10 to 40 Gbit/s)",
	.max_queues = 63,
	LIBWX_MODEL,
	.facts = facts,
};
