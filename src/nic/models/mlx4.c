// SPDX-License-Identifier: GPL-2.0-only
// mlx4_en: addresses of ESP; refuses every question about hash fields.
#include "nic/models/families.h"

static uint32_t indir_size(uint32_t queues)
{
	uint32_t size = 1;

	while (2 * size <= queues)
		size *= 2;
	return size;
}

static const struct model_fact facts[] = {
	MODEL_NO_FIELDS("mellanox/mlx4/en_ethtool.c mlx4_en_ethtool_ops"),
	{"hashes IP by its addresses, TCP by its ports too, and UDP if module parameter udp_rss is on, "
	 "which is the default",
	 LINUX_7_3_RC7 "mellanox/mlx4/en_rx.c mlx4_en_config_rss_steer; en_main.c udp_rss"},
	{"the table has as many entries as there are queues, rounded down to a power of two, and takes "
	 "nothing but the first so many queues in turn",
	 LINUX_7_3_RC7 "mellanox/mlx4/en_ethtool.c mlx4_en_get_rxfh_indir_size, mlx4_en_set_rxfh"},
	{"rules by SPI are refused with EINVAL", LINUX_7_3_RC7
	 "mellanox/mlx4/en_ethtool.c mlx4_en_validate_flow; mlx4_en.h MAX_NUM_OF_FS_RULES"},
	{"receive and transmit channels are counted apart; it receives on as many queues as there are "
	 "CPUs, 128 at most",
	 LINUX_7_3_RC7 "mellanox/mlx4/en_ethtool.c mlx4_en_get_channels, "
		       "mlx4_en_get_max_num_rx_rings"},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/*
 * Linux 7.3.4, mellanox/mlx4/en_netdev.c mlx4_xdp_set (the port stops and starts when XDP is
 * switched on or off), MLX4_EN_MAX_XDP_MTU
 */
const struct xdp_driver driver_mlx4 = {
	.name = "mlx4_en",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.strips_vlan = true,
	.mtu_approx = true,
	.mtu_plain = 3498,
};

const struct model model_mlx4 = {
	.name = "mlx4",
	.driver = &driver_mlx4,
	.nic = "NVIDIA ConnectX-3",
	.max_queues = 128,
	.channels_apart = true,
	.indir_size = indir_size,
	.key_shown = 40,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP | MODEL_HASH_XOR,
	.set_hfunc_err = -EINVAL,
	.rules = 256,
	.rule_err = -EINVAL,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
