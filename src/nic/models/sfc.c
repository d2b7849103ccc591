// SPDX-License-Identifier: GPL-2.0-only
// sfc: addresses of ESP, reported for AH_ESP alone.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"reports the addresses for AH_ESP and nothing for ESP; neither can be set",
	 LINUX_7_3 "sfc/ethtool_common.c:803-855"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/*
 * Linux 6.12, sfc/efx.c efx_xdp_setup_prog (a pointer is swapped), rx.c efx_do_xdp; the MTU limit
 * is computed at run time (efx_xdp_max_mtu). Linux 7.3: no CTAG_RX below sfc/, so tags stay.
 */
const struct xdp_driver driver_sfc = {
	.name = "sfc",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_QUIET,
};

const struct model model_sfc = {
	.name = "sfc",
	.driver = &driver_sfc,
	.nic = "Solarflare SFN8000, X2",
	.ops = &model_constant,
	.answers = {.ah_esp = MODEL_SD, .set_err = -EOPNOTSUPP, .set_udp_err = -EOPNOTSUPP},
	.max_queues = 32,
	.set_channels_err = -EOPNOTSUPP,
	.indir = 128,
	MODEL_TOEPLITZ_ONLY,
	.rules = 8192,
	.rule_err = -EINVAL,
	.udp_fields = MODEL_SD,
	.facts = facts,
};
