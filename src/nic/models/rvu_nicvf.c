// SPDX-License-Identifier: GPL-2.0-only
// rvu_nicvf, octeontx2's virtual function: hashes and answers as octeontx2 does; no native XDP.
#include "nic/models/families.h"
#include "nic/models/octeontx2.h"

/* Linux 7.3, no ndo_bpf in marvell/octeontx2/nic/otx2_vf.c. */
const struct xdp_driver driver_rvu_nicvf = {
	.name = "rvu_nicvf",
	.native = XDP_NATIVE_NO,
};

/* Linux 7.3-rc7, nic/otx2_ethtool.c otx2vf_ethtool_ops: the functions of the physical one. */
const struct model model_rvu_nicvf = {
	.name = "octeontx2-vf",
	.driver = &driver_rvu_nicvf,
	.nic = "Marvell OCTEON TX2, OCTEON 10, virtual function",
	OCTEONTX2_MODEL,
};
