// SPDX-License-Identifier: GPL-2.0-only
// igbvf: no native XDP. No model of its hash.
#include "nic/models/families.h"

/* Linux 7.3, no ndo_bpf in igbvf/. */
const struct xdp_driver driver_igbvf = {
	.name = "igbvf",
	.native = XDP_NATIVE_NO,
};
