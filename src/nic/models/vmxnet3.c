// SPDX-License-Identifier: GPL-2.0-only
// vmxnet3: by SPI once asked, from version 4 on; IPv6 from version 6.
#include "nic/models/families.h"

static bool knows_v6(const struct model_nic *nic)
{
	return nic->model == &model_vmxnet3_v6;
}

/* vmxnet3_ethtool.c:837-1080: ESP, AH and AH_ESP share a bit. */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	if (nic->model == &model_vmxnet3_v3)
		return -EOPNOTSUPP;
	if (model_is_ipsec(type))
		*fields = nic->fields[model_is_v6(type) ? ESP_V6_FLOW : ESP_V4_FLOW];
	else if (model_is_tcp(type))
		*fields = MODEL_SDFN;
	else if (model_is_udp(type))
		*fields = nic->fields[type];
	else if (model_is_ip(type))
		*fields = MODEL_SD;
	else
		return -EINVAL;
	return 0;
}

/* vmxnet3_ethtool.c:972 */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (nic->model == &model_vmxnet3_v3)
		return -EOPNOTSUPP;
	if (model_is_udp(type))
		return model_set_sd_or_sdfn(nic, type, fields);
	if (model_is_tcp(type))
		return fields == MODEL_SDFN ? 0 : -EINVAL;
	if (!model_is_ipsec(type))
		return -EINVAL;
	if (model_is_v6(type) && !knows_v6(nic))
		return -EOPNOTSUPP;
	return model_set_sd_or_sdfn(nic, model_is_v6(type) ? ESP_V6_FLOW : ESP_V4_FLOW, fields);
}

static unsigned int inputs(const struct model_nic *nic, const struct flow *flow)
{
	uint64_t fields = nic->fields[flow->family == 6 ? ESP_V6_FLOW : ESP_V4_FLOW];

	if (!model_has_spi(flow))
		return model_inputs_udp(nic, flow);
	return fields & MODEL_FN ? MODEL_ADDRESSES | MODEL_SPI : MODEL_ADDRESSES;
}

static const struct model_ops ops = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.inputs = inputs,
};

static const struct model_fact facts[] = {
	{"from version 4 of the device on, esp4 sdfn makes it hash the SPI of ESP and AH; IPv6 "
	 "from version 6",
	 LINUX_7_3 "vmxnet3/vmxnet3_ethtool.c:972"},
	{"below version 4 all hash fields are refused with EOPNOTSUPP",
	 LINUX_7_3 "vmxnet3/vmxnet3_ethtool.c:837-1080"},
	{"the device may ignore what is set, and at each start the host says what is hashed: read it "
	 "back",
	 LINUX_7_3 "vmxnet3/vmxnet3_drv.c:3098-3160"},
	{"its hash of ESP is told to the kernel as one of L3, so RPS works",
	 LINUX_7_3 "vmxnet3/vmxnet3_drv.c:1890-1907"},
	{"the key can be neither read nor set",
	 LINUX_6_12 "vmxnet3/vmxnet3_ethtool.c vmxnet3_set_rss"},
	{"there is a bit for ESP in UDP from version 7 on, which the driver never sets",
	 LINUX_6_12 "vmxnet3/vmxnet3_defs.h VMXNET3_CAP_ESP_OVER_UDP_RSS"},
	{"channels cannot be changed by ethtool",
	 LINUX_6_12 "vmxnet3/vmxnet3_ethtool.c vmxnet3_ethtool_ops"},
	{"what the host turns on by default (taken to be nothing), and where the SPI lies in the "
	 "input",
	 NULL},
	{0},
};

/*
 * Linux 7.3, vmxnet3_xdp.c:40-58 vmxnet3_xdp_set (resets the device; clears LRO in netdev->features
 * itself); vmxnet3_drv.c vmxnet3_change_mtu has no look at XDP
 */
const struct xdp_driver driver_vmxnet3 = {
	.name = "vmxnet3",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.strips_vlan = true,
	.mtu_approx = true,
	.mtu_plain = 3494,
	.note = "the driver lets the MTU be raised while attached, and then larger frames "
		"bypass XDP",
};

#define VMXNET3                                                                                    \
	.driver = &driver_vmxnet3, .ops = &ops, .max_queues = 32, .set_channels_err = -EOPNOTSUPP, \
	.indir = 128, .key_used = 40, .set_key_err = -EOPNOTSUPP, .set_hfunc_err = -EOPNOTSUPP,    \
	.rule_err = -EOPNOTSUPP, .udp_fields = MODEL_SD, .facts = facts

const struct model model_vmxnet3_v3 = {
	.name = "vmxnet3-v3",
	.nic = "VMware vmxnet3, device version below 4",
	VMXNET3,
};

const struct model model_vmxnet3_v4 = {
	.name = "vmxnet3-v4",
	.nic = "VMware vmxnet3, device version 4 or 5",
	VMXNET3,
};

const struct model model_vmxnet3_v6 = {
	.name = "vmxnet3-v6",
	.nic = "VMware vmxnet3, device version 6 or later",
	VMXNET3,
};
