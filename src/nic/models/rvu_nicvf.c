// SPDX-License-Identifier: GPL-2.0-only
// rvu_nicvf, octeontx2's virtual function: no native XDP. No model of its hash.
#include "nic/models/families.h"

/* Linux 7.3, no ndo_bpf in marvell/octeontx2/nic/otx2_vf.c. */
const struct xdp_driver driver_rvu_nicvf = {
	.name = "rvu_nicvf",
	.native = XDP_NATIVE_NO,
};
