/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of each driver's native XDP. Read in the sources of Linux 6.12 (Debian's
 * 6.12.117), below drivers/net: each entry names the functions that show it. Limits marked approx
 * are computed for 4 KiB pages and a struct skb_shared_info of 320 bytes.
 */
#include "nic/xdp_drivers.h"

#include <stddef.h>
#include <string.h>

#define NO_LIMIT XDP_MTU_NO_LIMIT

/* iavf, igbvf, hns3, enic: no ndo_bpf in the driver. rvu_nicvf: none in otx2_vf.c. */
#define NO_XDP(driver)                                  \
	{                                               \
		.name = driver, .native = XDP_NATIVE_NO \
	}

static const struct xdp_driver table[] = {
	{
		/*
		 * en_main.c mlx5e_set_xdp_feature, mlx5e_xdp_allowed, mlx5e_xdp_set (channels are
		 * built anew with the carrier off, only when XDP is switched on or off); en/xdp.c
		 * mlx5e_xdp_max_mtu, mlx5e_xdp_rss_type; en_rx.c
		 * mlx5e_skb_from_cqe_mpwrq_nonlinear (linear_data_len = 0), and
		 * mlx5e_skb_from_cqe_nonlinear of the legacy queues (the first fragment)
		 */
		.name = "mlx5_core",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_LINK,
		.has_meta = true,
		.strips_vlan = true,
		.refuses_lro = true,
		.refuses_gro_hw = true,
		.hides_features = true,
		.mtu_approx = true,
		.mtu_plain = 3498,
		.mtu_frags = NO_LIMIT,
		.empty_above = 3498,
		.empty_flag = "rx_striding_rq",
	},
	{
		/*
		 * ice_main.c ice_xdp_setup_prog, ice_max_xdp_frame_size, ice_xdp_safe_mode;
		 * metadata is off with legacy-rx (offset 0 in the rx loop)
		 */
		.name = "ice",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_LINK,
		.has_meta = true,
		.strips_vlan = true,
		.legacy_rx = true,
		.mtu_plain = 3046,
		.mtu_frags = NO_LIMIT,
	},
	{
		/* i40e_main.c i40e_xdp_setup (reset and rebuild), i40e_max_vsi_frame_size,
		   i40e_rx_offset */
		.name = "i40e",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_PF,
		.has_meta = true,
		.strips_vlan = true,
		.legacy_rx = true,
		.mtu_plain = 3046,
		.mtu_frags = 9728 - 26,
	},
	{
		/*
		 * ixgbe_main.c ixgbe_xdp_setup (SR-IOV, DCB and RSC rings are refused;
		 * ixgbe_setup_tc closes and opens), ixgbe_rx_bufsz (3050 needs the 3K buffers that
		 * such an MTU brings), ixgbe_rx_offset
		 */
		.name = "ixgbe",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_LINK,
		.has_meta = true,
		.strips_vlan = true,
		.refuses_lro = true,
		.refuses_sriov = true,
		.legacy_rx = true,
		.mtu_approx = true,
		.mtu_plain = 3050,
	},
	{
		/* ixgbevf_main.c ixgbevf_run_xdp: no case for XDP_REDIRECT */
		.name = "ixgbevf",
		.native = XDP_NATIVE_DROPS,
	},
	{
		/* igb_main.c igb_xdp_setup (igb_close, igb_open), igb_rx_bufsz of the present
		   rings, igb_rx_offset */
		.name = "igb",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_LINK,
		.has_meta = true,
		.strips_vlan = true,
		.legacy_rx = true,
		.mtu_approx = true,
		.mtu_plain = 3046,
	},
	NO_XDP("igbvf"),
	NO_XDP("iavf"),
	{
		/* igc_xdp.c igc_xdp_set_prog (closes and opens on every change, MTU over 1500 is
		   refused) */
		.name = "igc",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_LINK,
		.restarts_on_replace = true,
		.has_meta = true,
		.strips_vlan = true,
		.mtu_plain = 1500,
	},
	{
		/*
		 * amazon/ena/ena_xdp.c ena_xdp_set; ena_xdp.h ena_xdp_allowed, ENA_XDP_MAX_MTU;
		 * ena_netdev.c: xdp_prepare_buff without metadata, frames of several descriptors
		 * are dropped
		 */
		.name = "ena",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_LINK,
		.channels = XDP_CHANNELS_HALF,
		.hides_features = true,
		.mtu_approx = true,
		.mtu_plain = 3498,
	},
	{
		/*
		 * vmxnet3_xdp.c vmxnet3_xdp_set (resets the device; clears LRO in netdev->features
		 * itself); vmxnet3_drv.c vmxnet3_change_mtu has no look at XDP
		 */
		.name = "vmxnet3",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_LINK,
		.strips_vlan = true,
		.mtu_approx = true,
		.mtu_plain = 3494,
		.note = "the driver lets the MTU be raised while attached, and then larger frames "
			"bypass XDP",
	},
	{
		/*
		 * marvell/octeontx2/nic/otx2_pf.c otx2_xdp_setup (otx2_stop, otx2_open on every
		 * change); otx2_txrx.h MAX_XDP_MTU
		 */
		.name = "rvu_nicpf",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_LINK,
		.restarts_on_replace = true,
		.strips_vlan = true,
		.mtu_plain = 1508,
	},
	NO_XDP("rvu_nicvf"),
	{
		/*
		 * broadcom/bnxt/bnxt_xdp.c bnxt_xdp_set (closes and opens on every change, shared
		 * rings only); bnxt.c bnxt_fix_features takes LRO and GRO_HW away and gives them
		 * back
		 */
		.name = "bnxt_en",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_LINK,
		.channels = XDP_CHANNELS_COMBINED,
		.restarts_on_replace = true,
		.has_meta = true,
		.strips_vlan = true,
		.mtu_approx = true,
		.mtu_plain = 3502,
		.mtu_frags = NO_LIMIT,
	},
	{
		/*
		 * google/gve/gve_main.c verify_xdp_configuration (also at detach), gve_set_xdp,
		 * gve_set_netdev_xdp_features (only the queue format GQI_QPL has XDP); gve_rx.c: no
		 * VLAN stripping
		 */
		.name = "gve",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_PAUSE,
		.channels = XDP_CHANNELS_EQUAL_HALF,
		.refuses_lro = true,
		.mtu_plain = 2032,
		.note = "do not switch LRO on or raise the MTU while attached: the driver then "
			"refuses to detach",
	},
	{
		/*
		 * microsoft/mana/mana_bpf.c mana_xdp_set (a pointer is swapped); mana_en.c: CTAG_RX
		 * is in features, not in hw_features
		 */
		.name = "mana",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_QUIET,
		.strips_vlan = true,
		.rxvlan_fixed = true,
		.mtu_approx = true,
		.mtu_plain = 3506,
	},
	{
		/*
		 * hyperv/netvsc_bpf.c netvsc_xdp_set, netvsc_vf_setxdp; netvsc_drv.c: CTAG_RX is
		 * added to features after hw_features
		 */
		.name = "hv_netvsc",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_QUIET,
		.strips_vlan = true,
		.rxvlan_fixed = true,
		.refuses_lro = true,
		.mtu_approx = true,
		.mtu_plain = 3506,
		.note = "the program also goes onto its virtual function, whose driver may restart "
			"for it",
	},
	{
		/*
		 * virtio_net.c virtnet_xdp_set (stops NAPI; wants a queue pair more for each CPU;
		 * switches guest offloads off), virtnet_set_channels, receive_small_xdp (NEEDS_CSUM
		 * frames are dropped)
		 */
		.name = "virtio_net",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_PAUSE,
		.has_meta = true,
		.freezes_channels = true,
		.drops_checksums = true,
		.mtu_approx = true,
		.mtu_plain = 3506,
		.mtu_frags = NO_LIMIT,
	},
	{
		/*
		 * Linux 7.3, intel/idpf/xdp.c idpf_xdp_setup_prog (a soft reset when XDP is
		 * switched on or off), idpf_txrx.c idpf_rx_hsplit_wa (with header split, the
		 * default, the first buffer of what is neither TCP nor UDP has 14 bytes)
		 */
		.name = "idpf",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_LINK,
		.has_meta = true,
		.strips_vlan = true,
		.mtu_frags = NO_LIMIT,
	},
	NO_XDP("hns3"),
	NO_XDP("enic"),
	{
		/* netronome/nfp/nfd3/dp.c, nfdk/dp.c: the receive loops have no case for
		   XDP_REDIRECT */
		.name = "nfp",
		.native = XDP_NATIVE_DROPS,
	},
	{
		/*
		 * sfc/efx.c efx_xdp_setup_prog (a pointer is swapped), rx.c efx_do_xdp; the MTU
		 * limit is computed at run time (efx_xdp_max_mtu); what it does with VLAN tags is
		 * unverified, so the worse is taken
		 */
		.name = "sfc",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_QUIET,
		.strips_vlan = true,
	},
	{
		/* cavium/thunder/nicvf_main.c nicvf_xdp_rx: no case for XDP_REDIRECT */
		.name = "nicvf",
		.native = XDP_NATIVE_DROPS,
		.restarts_on_replace = true,
	},
	{
		/*
		 * qlogic/qede/qede_filter.c qede_xdp_set (qede_reload on every change);
		 * qede_main.c: CTAG_RX only in features
		 */
		.name = "qede",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_LINK,
		.restarts_on_replace = true,
		.strips_vlan = true,
		.rxvlan_fixed = true,
	},
	{
		/*
		 * veth.c veth_xdp_set (the limit is on the peer's MTU),
		 * veth_convert_skb_to_xdp_buff, veth_set_xdp_features (none while the peer sends on
		 * more queues than this end receives on)
		 */
		.name = "veth",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_QUIET,
		.has_meta = true,
		.peer_vlan = true,
		.drops_checksums = true,
		.mtu_approx = true,
		.mtu_plain = 3506,
		.mtu_frags = NO_LIMIT,
	},
	{
		/* tun.c tun_xdp_set, tun_build_skb; only a tap has ndo_bpf; no look at the MTU */
		.name = "tun",
		.native = XDP_NATIVE_YES,
		.disruption = XDP_ATTACH_QUIET,
		.drops_checksums = true,
	},
};

const struct xdp_driver *xdp_driver_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].name, name))
			return &table[i];
	return NULL;
}

const struct xdp_driver *xdp_driver_table(unsigned int *count)
{
	*count = sizeof(table) / sizeof(table[0]);
	return table;
}
