// SPDX-License-Identifier: GPL-2.0-only
// ixgbevf: drops what XDP redirects. No model of its hash.
#include "nic/models/families.h"

/* Linux 7.3, ixgbevf_main.c:1071 ixgbevf_run_xdp: no case for XDP_REDIRECT */
const struct xdp_driver driver_ixgbevf = {
	.name = "ixgbevf",
	.native = XDP_NATIVE_DROPS,
};
