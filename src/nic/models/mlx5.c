// SPDX-License-Identifier: GPL-2.0-only
// mlx5_core: hashes the SPI of plain ESP and AH, and does not say so.
#include "nic/models/families.h"

/* en_fs_ethtool.c:866-975: there is no bit for the SPI. */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	if (type == AH_ESP_V4_FLOW || type == AH_ESP_V6_FLOW)
		return -EINVAL;
	return model_get_fields(nic, type, fields);
}

/* en_fs_ethtool.c:866-975, en_ethtool.c:2731 */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (type == AH_ESP_V4_FLOW || type == AH_ESP_V6_FLOW)
		return -EINVAL;
	if (!model_is_udp(type) && !model_is_tcp(type))
		return -EOPNOTSUPP;
	return model_set_subset(nic, type, fields);
}

/* en_fs_ethtool.c:597, 706: ESP is none of its flow types, "ip4 ... l4proto 50" is. */
static int check_rule(const struct model_nic *nic, const struct ethtool_rx_flow_spec *rule)
{
	switch (model_rule_type(rule)) {
	case IPV4_USER_FLOW:
		return rule->m_u.usr_ip4_spec.l4_4_bytes ? -EINVAL : 0;
	case IPV6_USER_FLOW:
		return rule->m_u.usr_ip6_spec.l4_4_bytes ? -EINVAL : 0;
	case TCP_V4_FLOW:
	case UDP_V4_FLOW:
	case TCP_V6_FLOW:
	case UDP_V6_FLOW:
	case ETHER_FLOW:
		return 0;
	default:
		return -EOPNOTSUPP;
	}
}

static unsigned int inputs(const struct model_nic *nic, const struct flow *flow)
{
	return model_has_spi(flow) ? MODEL_ADDRESSES | MODEL_SPI : model_inputs_udp(nic, flow);
}

/* en/rqt.c:185-194, en/rqt.h:9-10: four times the channels, as a power of 2; once it was twice. */
static uint32_t indir_size(uint32_t queues)
{
	uint32_t size = 256;

	while (size < 4 * queues)
		size *= 2;
	return size;
}

static const struct model_ops ops = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.check_rule = check_rule,
	.inputs = inputs,
};

static const struct model_fact facts[] = {
	{"hashes source, destination and SPI of plain ESP and AH by default",
	 LINUX_7_3 "mlx5/core/en/rss.c:34-52 rss_default_config"},
	{"reports only the addresses for ESP, since ethtool has no bit for the SPI",
	 LINUX_7_3 "mlx5/core/en_fs_ethtool.c:866-975"},
	{"refuses ethtool's word esp4 after rx-flow-hash (AH_ESP) with EINVAL",
	 LINUX_7_3 "mlx5/core/en_fs_ethtool.c:866-975 flow_type_to_traffic_type"},
	{"the hash of ESP is told to the kernel as an L4 hash, which holds the SPI",
	 LINUX_6_12 "include/linux/mlx5/device.h CQE_RSS_L4_IPSEC"},
	{"rules by SPI are refused with EOPNOTSUPP, by older kernels with 524; all ESP of an address "
	 "pair can be put on a queue",
	 LINUX_7_3 "mlx5/core/en_fs_ethtool.c:706-707; Linux 6.12, the same, validate_flow"},
	{"an SPI is matched by no rule of ethtool or tc: only IPsec offload has one",
	 LINUX_7_3 "mlx5/core/en_accel/ipsec_fs.c:1594-1601"},
	{"both directions hash alike, with Toeplitz alone; before Linux 6.15 it does not say so",
	 LINUX_7_3 "mlx5/core/en/rss.c:189, en/tir.c:127"},
	{"the table has four times as many entries as there are channels, at least 256; before, twice",
	 LINUX_7_3 "mlx5/core/en/rqt.c:185-194, rqt.h:9-10; Linux 6.12, en/rqt.c mlx5e_rqt_size"},
	{"ESP in UDP hashes by its UDP ports, so one pair of gateways is one queue",
	 LINUX_7_3 "mlx5/core/en/rss.c:34-52 rss_default_config"},
	{"symmetry is or and xor of both directions for Linux, and sorting for DPDK", LINUX_7_3
	 "include/uapi/linux/ethtool.h RXH_XFRM_SYM_OR_XOR; DPDK doc/guides/nics/mlx5.rst"},
	{"where in its input the SPI lies, and what symmetry does to it", NULL},
	{0},
};

/*
 * Linux 7.3, en_main.c mlx5e_set_xdp_feature, mlx5e_xdp_allowed, mlx5e_xdp_set (channels are built
 * anew with the carrier off, only when XDP is switched on or off); en/xdp.c mlx5e_xdp_max_mtu,
 * mlx5e_xdp_rss_type; en_rx.c mlx5e_skb_from_cqe_mpwrq_nonlinear (linear_data_len = 0), and
 * mlx5e_skb_from_cqe_nonlinear of the legacy queues (the first fragment)
 */
const struct xdp_driver driver_mlx5 = {
	.name = "mlx5_core",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.strips_vlan = true,
	.refuses_lro = true,
	.refuses_gro_hw = true,
	.hides_features = true,
	.mtu_approx = true,
	.mtu_plain = 3498,
	.mtu_frags = XDP_MTU_NO_LIMIT,
	.empty_above = 3498,
	.empty_flag = "rx_striding_rq",
};

const struct model model_mlx5 = {
	.name = "mlx5",
	.driver = &driver_mlx5,
	.nic = "NVIDIA ConnectX-4 and later",
	.ops = &ops,
	.max_queues = 128,
	.indir_size = indir_size,
	.indir_told = true,
	.key_shown = 40,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP | MODEL_HASH_XOR,
	.set_hfunc_err = -EOPNOTSUPP,
	.symmetric = true,
	.rules = 1024,
	.claims_l4 = false, /* it does, but its hash holds the SPI: RPS profits */
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
