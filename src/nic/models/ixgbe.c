// SPDX-License-Identifier: GPL-2.0-only
// ixgbe, igb and igc: one scheme. Addresses of ESP; of UDP too, until ports are asked for.
#include "nic/models/families.h"

/* *_get_rss_hash_opts */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	if (!model_is_ipsec(type) && !model_is_udp(type) && !model_is_tcp(type) &&
	    type != IPV4_FLOW && type != IPV6_FLOW)
		return -EINVAL;
	*fields = model_is_tcp(type) ? MODEL_SDFN : nic->fields[type];
	return 0;
}

/* *_set_rss_hash_opt */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (model_is_udp(type))
		return model_set_sd_or_sdfn(nic, type, fields);
	if (model_is_tcp(type))
		return fields == MODEL_SDFN ? 0 : -EINVAL;
	return model_is_ipsec(type) && fields == MODEL_SD ? 0 : -EINVAL;
}

static const struct model_ops ops = {.get_fields = get_fields, .set_fields = set_fields};

#define SHARED_FACTS(driver)                                                                       \
	{"hashes only the addresses of ESP, and reports them as a constant",                       \
	 driver "_ethtool.c " driver "_get_rss_hash_opts"},                                        \
		{"UDP hashes by address until sdfn is set, which warns of fragments out of order", \
		 driver "_ethtool.c " driver "_set_rss_hash_opt"},                                 \
	{                                                                                          \
		"what is done with fragments, but for that warning", NULL                          \
	}

static const struct model_fact ixgbe_facts[] = {
	SHARED_FACTS("ixgbe"),
	{"rules by SPI are refused with EINVAL", "ixgbe_ethtool.c ixgbe_add_ethtool_fdir_entry"},
	{"takes no XDP program while SR-IOV, DCB or RSC is on", "ixgbe_main.c ixgbe_xdp_setup"},
	{0},
};

static const struct model_fact igb_facts[] = {
	SHARED_FACTS("igb"),
	{"the key is neither shown nor set", "igb_ethtool.c igb_ethtool_ops"},
	{"rules match Ethernet headers only, others are refused with EINVAL",
	 "igb_ethtool.c igb_add_ethtool_nfc_entry"},
	{0},
};

static const struct model_fact igc_facts[] = {
	SHARED_FACTS("igc"),
	{"the key is neither shown nor set", "igc_ethtool.c igc_ethtool_ops"},
	{"rules match Ethernet headers only, others are refused with EOPNOTSUPP",
	 "igc_ethtool.c igc_ethtool_add_nfc_rule"},
	{0},
};

const struct model model_ixgbe = {
	.name = "ixgbe",
	.driver = "ixgbe",
	.nic = "Intel 82599, X540, X550",
	.ops = &ops,
	.max_queues = 63,
	.indir = 128,
	.key_shown = 40,
	.key_used = 40,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 2046,
	.rule_err = -EINVAL,
	.udp_fields = MODEL_SD,
	.facts = ixgbe_facts,
};

const struct model model_igb = {
	.name = "igb",
	.driver = "igb",
	.nic = "Intel I350, I210, 82576",
	.ops = &ops,
	.max_queues = 8,
	.indir = 128,
	.key_used = 40,
	.set_key_err = -EOPNOTSUPP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 16,
	.rule_err = -EINVAL,
	.udp_fields = MODEL_SD,
	.facts = igb_facts,
};

const struct model model_igc = {
	.name = "igc",
	.driver = "igc",
	.nic = "Intel I225, I226",
	.ops = &ops,
	.max_queues = 4,
	.indir = 128,
	.key_used = 40,
	.set_key_err = -EOPNOTSUPP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 64,
	.rule_err = -EOPNOTSUPP,
	.udp_fields = MODEL_SD,
	.facts = igc_facts,
};
