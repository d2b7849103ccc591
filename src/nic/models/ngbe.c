// SPDX-License-Identifier: GPL-2.0-only
// ngbe: addresses of ESP, reported as a constant.
#include "nic/models/families.h"
#include "nic/models/libwx.h"

static const struct model_fact facts[] = {LIBWX_FACTS, {0}};

/* Linux 7.3.4: no ndo_bpf in wangxun/. */
const struct xdp_driver driver_ngbe = {
	.name = "ngbe",
	.native = XDP_NATIVE_NO,
};

const struct model model_ngbe = {
	.name = "ngbe",
	.driver = &driver_ngbe,
	.nic = "Wangxun EM (1 Gbit/s)",
	.max_queues = 8,
	LIBWX_MODEL,
	.facts = facts,
};
