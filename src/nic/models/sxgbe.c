// SPDX-License-Identifier: GPL-2.0-only
// sxgbe: addresses of ESP, reported as a constant.
#include "nic/models/families.h"

/* samsung/sxgbe/sxgbe_ethtool.c sxgbe_get_rxfh_fields, whatever was set */
static uint64_t of_type(uint32_t type)
{
	return model_is_udp(type) || model_is_tcp(type) ? MODEL_SDFN : MODEL_SD;
}

static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	(void)nic;
	*fields = of_type(type);
	return model_is_known(type) ? 0 : -EINVAL;
}

/* sxgbe_set_rxfh_fields: what it reports, and nothing else. */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	(void)nic;
	return model_is_known(type) && fields == of_type(type) ? 0 : -EINVAL;
}

static const struct model_ops ops = {.get_fields = get_fields, .set_fields = set_fields};

static const struct model_fact facts[] = {
	{"reports the addresses for every type of ESP and AH",
	 LINUX_7_3 "samsung/sxgbe/sxgbe_ethtool.c sxgbe_get_rxfh_fields"},
	{"setting anything else is refused with EINVAL",
	 LINUX_7_3_RC7 "samsung/sxgbe/sxgbe_ethtool.c sxgbe_set_rxfh_fields"},
	{"receive and transmit channels are counted apart, 16 of each, and cannot be changed",
	 LINUX_7_3_RC7 "samsung/sxgbe/sxgbe_ethtool.c sxgbe_get_channels, sxgbe_ethtool_ops"},
	{"has no native XDP", LINUX_7_3_RC7 "no ndo_bpf in samsung/sxgbe/"},
	{"that it hashes at all: the driver writes its RSS register nowhere but where fields are set, and "
	 "never the bit that enables it",
	 NULL},
	MODEL_ONLY_ADDRESSES,
	{0},
};

/* Linux 7.3-rc7: no ndo_bpf in samsung/sxgbe/. */
const struct xdp_driver driver_sxgbe = {
	.name = "samsung_sxgbe",
	.native = XDP_NATIVE_NO,
};

const struct model model_sxgbe = {
	.name = "sxgbe",
	.driver = &driver_sxgbe,
	.nic = "Samsung SXGBE",
	.ops = &ops,
	.max_queues = 16,
	.channels_apart = true,
	.set_channels_err = -EOPNOTSUPP,
	.indir = 128,
	MODEL_NO_RSS,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
