// SPDX-License-Identifier: GPL-2.0-only
// idpf. No model of its hash.
#include "nic/models/families.h"

/*
 * Linux 7.3, intel/idpf/xdp.c idpf_xdp_setup_prog (a soft reset when XDP is switched on or off),
 * idpf_txrx.c idpf_rx_hsplit_wa (with header split, the default, the first buffer of what is
 * neither TCP nor UDP has 14 bytes)
 */
const struct xdp_driver driver_idpf = {
	.name = "idpf",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.strips_vlan = true,
	.mtu_frags = XDP_MTU_NO_LIMIT,
};
