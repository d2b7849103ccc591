// SPDX-License-Identifier: GPL-2.0-only
// mtk_eth_soc: one queue, and a hash that blinds RPS.
#include "nic/models/families.h"

static const struct model_fact facts[] = {
	{"all is received on one queue, and nothing about hashing can be asked or set",
	 LINUX_7_3 "mediatek/mtk_eth_soc.c mtk_ethtool_ops"},
	{"the packet engine's hash, where it gives one, is called an L4 hash, with rxhash off too: RPS never "
	 "looks at the SPI",
	 LINUX_7_3 "mediatek/mtk_eth_soc.c mtk_poll_rx"},
	{"what the packet engine hashes of ESP", NULL},
	{0},
};

/*
 * Linux 7.3.4, mediatek/mtk_eth_soc.c mtk_xdp_setup (stops and opens when XDP is switched on or
 * off; refused with hardware LRO). Linux 7.3-rc7, mtk_change_mtu: MTK_PP_MAX_BUF_SIZE less
 * MTK_RX_ETH_HLEN; the program is of all ports at once (eth->prog)
 */
const struct xdp_driver driver_mtk_eth_soc = {
	.name = "mtk_soc_eth",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.mtu_approx = true,
	.mtu_plain = 3502,
	.refused_when = "not with hardware LRO",
	.note = "all ports of such a chip have one program: the last that was attached to any",
};

const struct model model_mtk_eth_soc = {
	.name = "mtk_eth_soc",
	.driver = &driver_mtk_eth_soc,
	.nic = "MediaTek MT7621 to MT7988 (routers)",
	.ops = &model_unhashed,
	MODEL_ONE_QUEUE,
	MODEL_BLINDS_RPS,
	.facts = facts,
};
