// SPDX-License-Identifier: GPL-2.0-only
// ena: addresses of ESP; a reversed key, and all bits of the hash inverted. Where the key cannot be
// changed: another one, sorted addresses and ports, and 16 bits of hash.
#include <string.h>
#include "nic/models/families.h"

/* ena_ethtool.c:771-831: ESP is refused, AH_ESP of IPv6 is not even known. */
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

/* toeplitz_calc.py RSS_DEFAULT_KEY: the words of Microsoft's, the last one first. */
static const uint8_t fixed_key[40] = {
	0xbe, 0xac, 0x01, 0xfa, 0x6a, 0x42, 0xb7, 0x3b, 0x80, 0x30, 0xf2, 0x0c, 0x77, 0xcb,
	0x2d, 0xa3, 0xae, 0x7b, 0x30, 0xb4, 0xd0, 0xca, 0x2b, 0xcb, 0x43, 0xa3, 0x8f, 0xb0,
	0x41, 0x67, 0x25, 0x3d, 0x25, 0x5b, 0x0e, 0xc2, 0x6d, 0x5a, 0x56, 0xda,
};

/* toeplitz_calc.py main: the smaller address and the smaller port first, each by itself. */
static struct flow sorted(const struct flow *flow)
{
	size_t size = flow->family == 4 ? sizeof(*flow->src) : sizeof(flow->src);
	struct flow f = *flow;

	if (memcmp(flow->src, flow->dst, size) > 0) {
		memcpy(f.src, flow->dst, sizeof(f.src));
		memcpy(f.dst, flow->src, sizeof(f.dst));
	}
	if (flow->sport > flow->dport) {
		f.sport = flow->dport;
		f.dport = flow->sport;
	}
	return f;
}

static uint32_t hash_fixed(const struct model_nic *nic, const struct flow *flow,
			   unsigned int inputs)
{
	struct flow f = sorted(flow);
	uint32_t low = ~model_hash_toeplitz(nic, &f, inputs) & 0xffff;

	return low | low << 16;
}

static const struct model_ops ops_fixed = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.hash = hash_fixed,
};

/* Of both. */
#define FACTS                                                                                       \
	{"asking for the hash fields of ESP is refused with EOPNOTSUPP, of AH_ESP for IPv6 with "   \
	 "EINVAL",                                                                                  \
	 LINUX_7_3 "amazon/ena/ena_ethtool.c:771-831"},                                             \
		{"knows no ESP: source and destination address are hashed, of fragments too",       \
		 LINUX_7_3                                                                          \
		 "amazon/ena/ena_admin_defs.h:881-894; Linux 6.12, ena_com.c "                      \
		 "ena_com_set_default_hash_ctrl; AWS in amzn-drivers issues 256 and 267"},          \
		{"its hash is told to the kernel as one of L4 for TCP and UDP alone, so RPS works", \
		 LINUX_7_3 "amazon/ena/ena_netdev.c:1138-1156"},                                    \
		{"setting hash fields succeeds and changes nothing: read them back",                \
		 LINUX_6_12 "amazon/ena/ena_com.c ena_com_fill_hash_ctrl; amzn-drivers README"},    \
	{                                                                                           \
		"takes an XDP program only with at most half of its channels",                      \
			LINUX_7_3 "amazon/ena/ena_xdp.c:288 ena_xdp_set"                            \
	}

static const struct model_fact facts[] = {
	FACTS,
	{"Toeplitz with the bytes of the key reversed, and the result inverted",
	 LINUX_7_3 "amazon/ena/ena_com.c:2632; amzn-ec2-ena-utilities toeplitz_calc.py"},
	{"key and function can be changed on c5n, m5n, r5n and all of Nitro v4, from Linux 5.9",
	 "amzn-drivers ENA_Linux_Best_Practices.rst"},
	{"the driver always asks for sorted addresses and ports",
	 LINUX_7_3 "amazon/ena/ena_com.c:2729-2731"},
	{"that the NIC then does not sort them, as AWS's calculator says by leaving it out: its "
	 "example is sorted as it stands",
	 NULL},
	{0},
};

static const struct model_fact facts_fixed[] = {
	FACTS,
	{"the key cannot be changed and is be:ac:01:fa:6a...56:da, the smaller address and the "
	 "smaller port come first, and the low 16 bits of the hash are all that counts",
	 MODEL_BY_READING "amzn-ec2-ena-utilities toeplitz_calc.py"},
	{0},
};

/*
 * Linux 7.3, amazon/ena/ena_xdp.c:288 ena_xdp_set; ena_netdev.c:1174: frames of several descriptors
 * are dropped. Linux 6.12, ena_xdp.h ena_xdp_allowed, ENA_XDP_MAX_MTU.
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

#define ENA                                                                                        \
	.driver = &driver_ena, .max_queues = 32, .indir = 128, .indir_told = true, .key_used = 40, \
	.rule_err = -EOPNOTSUPP, .udp_fields = MODEL_SDFN

const struct model model_ena = {
	.name = "ena",
	.nic = "AWS ENA whose key can be changed (Nitro v4, c5n, m5n, r5n)",
	.ops = &ops,
	.facts = facts,
	.key_shown = 40,
	.hfuncs = MODEL_HASH_TOP | MODEL_HASH_CRC32,
	.set_hfunc_err = -EOPNOTSUPP,
	ENA,
};

const struct model model_ena_fixed = {
	.name = "ena-fixed",
	.nic = "AWS ENA whose key cannot be changed (Nitro v2, v3)",
	.ops = &ops_fixed,
	.facts = facts_fixed,
	.fixed_key = fixed_key,
	.set_key_err = -EOPNOTSUPP,
	.set_hfunc_err = -EOPNOTSUPP,
	ENA,
};
