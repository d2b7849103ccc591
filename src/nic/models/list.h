/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The NICs, a line a driver, in the order in which lists show them: NIC(x, MODEL(m)...) says that x.c
 * here has `driver_x` (struct xdp_driver) and each `model_m` (struct model). Of several models of a
 * driver the first is what is assumed of it; a driver may have none. src/nic/meson.build reads here
 * which files there are. An X macro: included where NIC and MODEL are defined.
 */
// clang-format off
NIC(mlx5, MODEL(mlx5))
NIC(ice, MODEL(ice) MODEL(ice_os))
NIC(i40e, MODEL(i40e))
NIC(iavf, MODEL(iavf))
NIC(ixgbe, MODEL(ixgbe))
NIC(ixgbevf)
NIC(igb, MODEL(igb))
NIC(igbvf)
NIC(igc, MODEL(igc))
NIC(idpf)
NIC(bnxt, MODEL(bnxt))
NIC(octeontx2, MODEL(octeontx2))
NIC(rvu_nicvf)
NIC(vmxnet3, MODEL(vmxnet3_v3) MODEL(vmxnet3_v4) MODEL(vmxnet3_v6))
NIC(virtio, MODEL(virtio))
NIC(ena, MODEL(ena) MODEL(ena_fixed))
NIC(gve, MODEL(gve))
NIC(mana, MODEL(mana))
NIC(hv_netvsc, MODEL(hv_netvsc))
NIC(hns3, MODEL(hns3))
NIC(nfp, MODEL(nfp))
NIC(sfc, MODEL(sfc))
NIC(enic, MODEL(enic))
NIC(thunder, MODEL(thunder))
NIC(qede, MODEL(qede))
NIC(veth, MODEL(veth))
NIC(tun)
// clang-format on
