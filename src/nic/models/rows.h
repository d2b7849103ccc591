/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The drivers of Linux 7.3.4 of which there is no more to tell than a row: name, what `ethtool -i`
 * prints, what operators call it, its XDP, how it receives. rows.c says what the words mean and makes
 * a model of each; list.h takes them in. Whoever knows more of one gives it a file of its own.
 */
// clang-format off
/*
 * Several queues by a hash of the NIC's own, which ethtool cannot ask about. XDP of funeth: fungible/funeth/
 * funeth_main.c fun_xdp_setup (restarts when it is switched on or off).
 */
ROW(atl1c, "atl1c", "Atheros AR81xx, Killer E2", NO_XDP, SPREADS(4, "atheros/atl1c/"))
ROW(bnge, "bng_en", "Broadcom Thor Ultra", NO_XDP, SPREADS(64, "broadcom/bnge/"))
ROW(bnx2, "bnx2", "Broadcom NetXtreme II", NO_XDP, SPREADS(8, "broadcom/bnx2.c"))
ROW(cxgb3, "cxgb3", "Chelsio T3", NO_XDP, SPREADS(8, "chelsio/cxgb3/"))
ROW(cxgb4vf, "cxgb4vf", "Chelsio T4 to T6, virtual function", NO_XDP, SPREADS(8, "chelsio/cxgb4vf/"))
ROW(eea, "eea", "Alibaba Elastic Ethernet Adapter", NO_XDP, SPREADS(64, "alibaba/eea/"))
ROW(funeth, "funeth", "Fungible", NATIVE(LINK, .mtu_approx = true, .mtu_plain = 3566, .refused_when = "it needs queues to spare"), SPREADS(64, "fungible/funeth/"))
ROW(hns, "hns", "HiSilicon Hip05, Hip06", NO_XDP, SPREADS(16, "hisilicon/hns/"))
ROW(ibmvnic, "ibmvnic", "IBM Power virtual NIC", NO_XDP, SPREADS(16, "ibm/ibmvnic.c"))
ROW(myri10ge, "myri10ge", "Myricom 10G", NO_XDP, SPREADS(16, "myricom/myri10ge/"))
ROW(octeon_ep, "octeon_ep", "Marvell OCTEON as an endpoint", NO_XDP, SPREADS(32, "marvell/octeon_ep/"))
ROW(octeon_ep_vf, "octeon_ep_vf", "Marvell OCTEON as an endpoint, virtual function", NO_XDP, SPREADS(32, "marvell/octeon_ep_vf/"))
ROW(qlcnic, "qlcnic", "QLogic 8200, 8300", NO_XDP, SPREADS(8, "qlogic/qlcnic/"))
ROW(rnpgbe, "rnpgbe", "Mucse N210, N500", NO_XDP, SPREADS(8, "mucse/rnpgbe/"))
ROW(rtase, "rtase", "Realtek automotive switch", NO_XDP, SPREADS(4, "realtek/rtase/"))
ROW(txgbevf, "txgbevf", "Wangxun 10G, virtual function", NO_XDP, SPREADS(4, "wangxun/txgbevf/"))
ROW(xgene, "xgene_enet", "Applied Micro X-Gene", NO_XDP, SPREADS(8, "apm/xgene/"))
ROW(xlgmac, "dwc-xlgmac", "Synopsys enterprise MAC", NO_XDP, SPREADS(16, "synopsys/"))

/*
 * One queue, or several by rule or priority. Their XDP: ti/am65-cpsw-nuss.c am65_cpsw_xdp_prog_setup (stops and
 * opens at each change), ti/cpsw_priv.c cpsw_xdp_prog_setup, freescale/fec_main.c fec_enet_bpf (restarts at each
 * change), ti/icssg/icssg_prueth.c emac_xdp_setup, microchip/lan966x/lan966x_xdp.c lan966x_xdp_setup (reloads when
 * it is switched on or off), socionext/netsec.c netsec_xdp_setup (at each change), engleder/tsnep_xdp.c
 * tsnep_xdp_setup_prog; CTAG_RX in the features of cpsw and fec (Linux
 * 7.3-rc7: of cpsw not in hw_features). No ndo_bpf in the others.
 */
ROW(am65_cpsw, "am65-cpsw-nuss", "TI AM64, AM65", NATIVE(LINK, .restarts_on_replace = true), SORTS("ti/am65-cpsw-nuss.c"))
ROW(cpsw, "cpsw", "TI AM33, AM43, DRA7", NATIVE(QUIET, .strips_vlan = true, .rxvlan_fixed = true), SORTS("ti/cpsw.c"))
ROW(cpsw_new, "cpsw-switch", "TI AM33, AM43, DRA7 as a switch", NATIVE(QUIET, .strips_vlan = true, .rxvlan_fixed = true), SORTS("ti/cpsw_new.c"))
ROW(fec, "fec", "NXP i.MX", NATIVE(LINK, .restarts_on_replace = true, .strips_vlan = true, .refused_when = "not on i.MX28"), SORTS("freescale/fec_main.c"))
ROW(genet, "bcmgenet", "Broadcom GENET (Raspberry Pi 4)", NO_XDP, SORTS("broadcom/genet/"))
ROW(icssg, "icssg-prueth", "TI ICSSG", NATIVE(QUIET), SORTS("ti/icssg/"))
ROW(lan966x, "lan966x-switch", "Microchip LAN966x", NATIVE(LINK, .refused_when = "only with FDMA"), SORTS("microchip/lan966x/"))
ROW(macb, "macb", "Cadence GEM (Zynq, Raspberry Pi 5)", NO_XDP, SORTS("cadence/macb_main.c"))
ROW(netsec, "netsec", "Socionext NETSEC", NATIVE(LINK, .restarts_on_replace = true, .mtu_plain = 1500), SORTS("socionext/netsec.c"))
ROW(ravb, "ravb", "Renesas R-Car, RZ", NO_XDP, SORTS("renesas/ravb_main.c"))
ROW(systemport, "bcmsysport", "Broadcom SYSTEMPORT", NO_XDP, SORTS("broadcom/bcmsysport.c"))
ROW(tsnep, "tsnep", "Engleder TSN", NATIVE(QUIET), SORTS("engleder/"))

/* One queue, no ndo_bpf. */
ROW(ngbevf, "ngbevf", "Wangxun 1G, virtual function", NO_XDP, ONE("wangxun/ngbevf/"))

/* The same of USB. */
ROW(aqc111, "aqc111", "Aquantia AQC111 (USB)", NO_XDP, ONE("usb/aqc111.c"))
ROW(asix, "asix", "ASIX AX88772 (USB)", NO_XDP, ONE("usb/asix_devices.c"))
ROW(ax88179, "ax88179_178a", "ASIX AX88179 (USB)", NO_XDP, ONE("usb/ax88179_178a.c"))
ROW(cdc_ether, "cdc_ether", "USB Ethernet by CDC", NO_XDP, ONE("usb/cdc_ether.c"))
ROW(cdc_ncm, "cdc_ncm", "USB Ethernet by NCM", NO_XDP, ONE("usb/cdc_ncm.c"))
ROW(lan78xx, "lan78xx", "Microchip LAN78xx (USB)", NO_XDP, ONE("usb/lan78xx.c"))
ROW(r8152, "r8152", "Realtek RTL8152 to RTL8157 (USB)", NO_XDP, ONE("usb/r8152.c"))
ROW(smsc95xx, "smsc95xx", "Microchip LAN95xx (USB)", NO_XDP, ONE("usb/smsc95xx.c"))
// clang-format on
