// SPDX-License-Identifier: GPL-2.0-only
// octeontx2: asked for the SPI it takes the sequence number as well, and sprays each SA.
#include "nic/models/families.h"

enum { PORTS_AT = 32 }; /* behind room for an IPv6 pair, whatever the packet has */

/* otx2_ethtool.c otx2_get_rss_hash_opts: v4 and v6 share a bit, which only AH_ESP shows. */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	if (type == AH_ESP_V4_FLOW || type == AH_ESP_V6_FLOW)
		*fields = nic->fields[AH_ESP_V4_FLOW];
	else if (model_is_ipsec(type) || model_is_ip(type))
		*fields = MODEL_SD;
	else if (model_is_udp(type))
		*fields = nic->fields[UDP_V4_FLOW];
	else if (model_is_tcp(type))
		*fields = nic->fields[TCP_V4_FLOW];
	else
		return -EINVAL;
	return 0;
}

/* otx2_ethtool.c otx2_set_rss_hash_opts */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if (model_is_udp(type)) {
		int err = model_set_sd_or_sdfn(nic, UDP_V4_FLOW, fields);

		nic->fields[UDP_V6_FLOW] = nic->fields[UDP_V4_FLOW];
		return err;
	}
	if (model_is_tcp(type))
		return model_set_sd_or_sdfn(nic, TCP_V4_FLOW, fields);
	if (type != AH_ESP_V4_FLOW && type != AH_ESP_V6_FLOW)
		return -EINVAL;
	if (fields == (MODEL_SDFN | RXH_VLAN))
		return -EOPNOTSUPP;
	return model_set_sd_or_sdfn(nic, AH_ESP_V4_FLOW, fields);
}

/* otx2_flows.c: the profile does not extract the SPI. */
static int check_rule(const struct model_nic *nic, const struct ethtool_rx_flow_spec *rule)
{
	__be32 spi, mask;

	if (model_rule_spi(rule, &spi, &mask))
		return mask ? -EOPNOTSUPP : 0;
	return 0;
}

static unsigned int inputs(const struct model_nic *nic, const struct flow *flow)
{
	if (model_has_spi(flow) && nic->fields[AH_ESP_V4_FLOW] & MODEL_FN)
		return MODEL_ADDRESSES | MODEL_SPI | MODEL_SEQ;
	return model_inputs_udp(nic, flow);
}

/* Of a word at any offset, bit by bit: our tables end before the sequence number. */
static uint32_t word_at(const struct model_nic *nic, uint32_t at, uint32_t word)
{
	uint32_t hash = 0;

	for (uint32_t i = 0; i < 32; i++)
		if (word & 0x80000000u >> i)
			hash ^= toeplitz_window(nic->key, at + i / 8, i % 8);
	return hash;
}

/* af/rvu_nix.c set_flowkey_fields: bytesm1 = 7, SPI and sequence number. */
static uint32_t hash(const struct model_nic *nic, const struct flow *flow, unsigned int inputs)
{
	uint32_t h = model_hash_toeplitz(nic, flow, inputs & MODEL_ADDRESSES);

	if (inputs & MODEL_PORTS)
		h ^= word_at(nic, PORTS_AT, (uint32_t)flow->sport << 16 | flow->dport);
	if (inputs & MODEL_SPI)
		h ^= word_at(nic, PORTS_AT, flow->spi);
	if (inputs & MODEL_SEQ)
		h ^= word_at(nic, PORTS_AT + 4, flow->seq);
	return h;
}

static const struct model_ops ops = {
	.get_fields = get_fields,
	.set_fields = set_fields,
	.check_rule = check_rule,
	.inputs = inputs,
	.hash = hash,
};

static const struct model_fact facts[] = {
	{"esp4 sdfn hashes SPI and sequence number: it sprays each SA over all queues, which costs "
	 "packets at the replay window",
	 "af/rvu_nix.c set_flowkey_fields (bytesm1 = 7)"},
	{"only AH_ESP can be set, for IPv4 and IPv6 together; ESP itself is refused with EINVAL",
	 "nic/otx2_ethtool.c otx2_set_rss_hash_opts"},
	{"by default ESP hashes by its addresses", "nic/otx2_common.c otx2_rss_init"},
	{"every hash is told to the kernel as an L4 hash, so RPS does not look at the SPI itself; "
	 "ethtool -K IF rxhash off cures that",
	 "nic/otx2_txrx.c otx2_set_rxhash"},
	{"rules with an SPI are refused with EOPNOTSUPP",
	 "nic/otx2_flows.c otx2_prepare_ipv4_flow"},
	{"that the addresses of IPv4 leave their room of 32 bytes empty", NULL},
	{0},
};

/*
 * marvell/octeontx2/nic/otx2_pf.c otx2_xdp_setup (otx2_stop, otx2_open on every change);
 * otx2_txrx.h MAX_XDP_MTU
 */
const struct xdp_driver driver_octeontx2 = {
	.name = "rvu_nicpf",
	.native = XDP_NATIVE_YES,
	.disruption = XDP_ATTACH_LINK,
	.restarts_on_replace = true,
	.strips_vlan = true,
	.mtu_plain = 1508,
};

const struct model model_octeontx2 = {
	.name = "octeontx2",
	.driver = &driver_octeontx2,
	.nic = "Marvell OCTEON TX2, OCTEON 10",
	.ops = &ops,
	.max_queues = 64,
	.indir = 256,
	.key_shown = 44,
	.key_used = 44,
	.hfuncs = MODEL_HASH_TOP,
	.set_hfunc_err = -EOPNOTSUPP,
	.rules = 16,
	.claims_l4 = true,
	.udp_fields = MODEL_SDFN,
	.facts = facts,
};
