// SPDX-License-Identifier: GPL-2.0-only
// ena: addresses of ESP; a reversed key, and all bits of the hash inverted.
#include "nic/models/families.h"

/* ena_ethtool.c ena_get_rss_hash: ESP is refused, AH_ESP of IPv6 is not even known. */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	if (type == AH_ESP_V6_FLOW)
		return -EINVAL;
	if (model_is_ipsec(type))
		return -EOPNOTSUPP;
	return model_get_fields(nic, type, fields);
}

/* ena_com.c ena_com_fill_hash_ctrl returns 0 though the firmware refuses: nothing changes. */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	uint64_t unused;

	return get_fields(nic, type, &unused);
}

static void reversed_key(const struct model_nic *nic, struct toeplitz *reversed)
{
	uint8_t key[MODEL_KEY_MAX];

	for (uint32_t i = 0; i < nic->model->key_used; i++)
		key[i] = nic->key[nic->model->key_used - 1 - i];
	toeplitz_init(reversed, key, nic->model->key_used);
}

static uint32_t hash(const struct model_nic *nic, const struct flow *flow, unsigned int inputs)
{
	return ~model_hash_toeplitz(nic, flow, inputs);
}

static const struct model_ops ops = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.hash = hash,
	.prepare_key = reversed_key,
};

static const struct model_fact facts[] = {
	{"asking for the hash fields of ESP is refused with EOPNOTSUPP",
	 "amazon/ena/ena_ethtool.c ena_get_rss_hash"},
	{"knows no ESP: source and destination address are hashed, of fragments too",
	 "amazon/ena/ena_admin_defs.h ENA_ADMIN_RSS_*, ena_com.c ena_com_set_default_hash_ctrl"},
	{"Toeplitz with the bytes of the key reversed, and the result inverted",
	 "amazon/ena/ena_com.c ena_com_fill_hash_function; AWS's example 5b5eb8e5"},
	{"setting hash fields succeeds and changes nothing: read them back",
	 "amazon/ena/ena_com.c ena_com_fill_hash_ctrl; amzn-drivers README"},
	{"key and function can be changed on c5n, m5n, r5n and all of Nitro v4, from Linux 5.9",
	 "amzn-drivers ENA_Linux_Best_Practices.rst"},
	{"takes an XDP program only with at most half of its channels",
	 "amazon/ena/ena_xdp.c ena_xdp_set"},
	{"what its L3 and L4 sorting does to the hash; taken to do nothing", NULL},
	{"that ESP is hashed at all", NULL},
	{0},
};

/*
 * amazon/ena/ena_xdp.c ena_xdp_set; ena_xdp.h ena_xdp_allowed, ENA_XDP_MAX_MTU; ena_netdev.c:
 * frames of several descriptors are dropped
 */
const struct xdp_driver driver_ena = {
	.name = "ena",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.channels = XDP_CHANNELS_HALF,
	.hides_features = true,
	.mtu_approx = true,
	.mtu_plain = 3498,
	.refused_when = "it needs a free queue for each that is in use",
};

#define ENA                                                                                 \
	.driver = &driver_ena, .ops = &ops, .max_queues = 32, .indir = 128, .key_used = 40, \
	.rule_err = -EOPNOTSUPP, .udp_fields = MODEL_SDFN, .facts = facts

const struct model model_ena = {
	.name = "ena",
	.nic = "AWS ENA whose key can be changed (Nitro v4, c5n, m5n, r5n)",
	.key_shown = 40,
	.hfuncs = MODEL_HASH_TOP | MODEL_HASH_CRC32,
	.set_hfunc_err = -EOPNOTSUPP,
	ENA,
};

const struct model model_ena_fixed = {
	.name = "ena-fixed",
	.nic = "AWS ENA whose key cannot be changed (Nitro v2, v3)",
	.set_key_err = -EOPNOTSUPP,
	.set_hfunc_err = -EOPNOTSUPP,
	ENA,
};
