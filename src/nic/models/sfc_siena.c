// SPDX-License-Identifier: GPL-2.0-only
// sfc_siena: addresses of ESP, reported for AH_ESP alone.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"reports the addresses for AH_ESP and nothing for ESP; neither can be set",
	 LINUX_7_3 "sfc/siena/ethtool_common.c efx_siena_ethtool_get_rxfh_fields"},
	MODEL_ONLY_ADDRESSES,
	{"what it says of channels and rules: taken to be as of sfc", NULL},
	{0},
};

/* Linux 7.3.4, sfc/siena/efx.c efx_xdp_setup_prog (a pointer is swapped), rx.c efx_do_xdp */
const struct xdp_driver driver_sfc_siena = {
	.name = "sfc_siena",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_QUIET,
};

const struct model model_sfc_siena = {
	.name = "sfc-siena",
	.driver = &driver_sfc_siena,
	.nic = "Solarflare SFC9000 (SFN5000, SFN6000)",
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
