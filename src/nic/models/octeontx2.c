// SPDX-License-Identifier: GPL-2.0-only
// octeontx2: asked for the SPI it takes the sequence number as well, and sprays each SA.
#include "nic/models/families.h"
#include "nic/models/octeontx2.h"

enum {
	PORTS_AT = 32, /* behind room for an IPv6 pair, whatever the packet has */
	TCI_AT = 36,   /* of VLAN, if it is hashed; a packet of no VLAN adds nothing */
	TCI_BYTES = 2,
};

/*
 * What its configuration holds, nic/otx2_common.c:416-419: TCP's and UDP's ports, ESP and AH as
 * hash fields of their types; VLAN and IPv4's protocol as these bits of IPV4_FLOW's.
 */
static uint64_t *config(struct model_nic *nic)
{
	return &nic->fields[IPV4_FLOW];
}

static bool has(const struct model_nic *nic, uint64_t bit)
{
	return nic->fields[IPV4_FLOW] & bit;
}

static void start(struct model_nic *nic)
{
	*config(nic) |= RXH_VLAN | RXH_L3_PROTO;
}

/* otx2_ethtool.c:653-660: v4 and v6 share a bit; VLAN shows, IPv4's protocol does not. */
static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	uint64_t l4 = 0;

	if (!model_is_known(type))
		return -EINVAL;
	if (type == AH_ESP_V4_FLOW || type == AH_ESP_V6_FLOW)
		l4 = nic->fields[AH_ESP_V4_FLOW];
	else if (model_is_udp(type))
		l4 = nic->fields[UDP_V4_FLOW];
	else if (model_is_tcp(type))
		l4 = nic->fields[TCP_V4_FLOW];
	*fields = MODEL_SD | (l4 & MODEL_FN) | (has(nic, RXH_VLAN) ? RXH_VLAN : 0);
	return 0;
}

/* otx2_ethtool.c:733-735: for either IP, the addresses and nothing else, of all types. */
static void set_addresses_only(struct model_nic *nic)
{
	*config(nic) = MODEL_SD;
	nic->fields[TCP_V4_FLOW] = nic->fields[UDP_V4_FLOW] = nic->fields[UDP_V6_FLOW] =
		nic->fields[AH_ESP_V4_FLOW] = MODEL_SD;
}

/* otx2_ethtool.c:703-731: the SPI takes the room of VLAN and protocol; without it both are back. */
static int set_esp(struct model_nic *nic, uint64_t fields)
{
	uint64_t l4 = fields & MODEL_FN;

	if (l4 == MODEL_FN && fields & RXH_VLAN)
		return -EOPNOTSUPP;
	if (l4 && l4 != MODEL_FN)
		return -EINVAL;
	nic->fields[AH_ESP_V4_FLOW] = MODEL_SD | l4;
	*config(nic) = l4 ? MODEL_SD : MODEL_SD | RXH_VLAN | RXH_L3_PROTO;
	return 0;
}

static int set_ports(struct model_nic *nic, uint64_t fields, uint64_t *v4, uint64_t *v6)
{
	uint64_t l4 = fields & MODEL_FN;

	if (l4 && l4 != MODEL_FN)
		return -EINVAL;
	*v4 = *v6 = MODEL_SD | l4;
	*config(nic) = (*config(nic) & ~(uint64_t)RXH_VLAN) | (fields & RXH_VLAN);
	return 0;
}

/* otx2_ethtool.c:703-735: whatever is set without RXH_VLAN takes VLAN out. */
static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	if ((fields & MODEL_SD) != MODEL_SD)
		return -EINVAL;
	if (model_is_udp(type))
		return set_ports(nic, fields, &nic->fields[UDP_V4_FLOW], &nic->fields[UDP_V6_FLOW]);
	if (model_is_tcp(type))
		return set_ports(nic, fields, &nic->fields[TCP_V4_FLOW], &nic->fields[TCP_V6_FLOW]);
	if (type == AH_ESP_V4_FLOW || type == AH_ESP_V6_FLOW)
		return set_esp(nic, fields);
	if (!model_is_ip(type))
		return -EINVAL;
	set_addresses_only(nic);
	return 0;
}

/* otx2_flows.c:841, 966 */
static int check_rule(const struct model_nic *nic, const struct ethtool_rx_flow_spec *rule)
{
	__be32 spi, mask;

	if (model_rule_spi(rule, &spi, &mask))
		return mask ? -EOPNOTSUPP : 0;
	return 0;
}

/* af/npc_profile.h:77, 6974-7000, 15403: UDP from or to port 4500 is ESP too, whatever it holds. */
static bool is_esp(const struct flow *flow)
{
	return model_has_spi(flow) || (flow->kind == FLOW_ESP_UDP && flow->part == PART_WHOLE &&
				       (flow->sport == 4500 || flow->dport == 4500));
}

static unsigned int inputs(const struct model_nic *nic, const struct flow *flow)
{
	if (is_esp(flow) && nic->fields[AH_ESP_V4_FLOW] & MODEL_FN)
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

/* af/rvu_nix.c:4040-4390: SPI and sequence number where the ports are; IPv4's protocol behind VLAN.
 */
static uint32_t hash(const struct model_nic *nic, const struct flow *flow, unsigned int inputs)
{
	uint32_t h = model_hash_toeplitz(nic, flow, inputs & MODEL_ADDRESSES);

	if (inputs & MODEL_PORTS)
		h ^= word_at(nic, PORTS_AT, (uint32_t)flow->sport << 16 | flow->dport);
	if (inputs & MODEL_SPI)
		h ^= word_at(nic, PORTS_AT, flow->spi);
	if (inputs & MODEL_SEQ)
		h ^= word_at(nic, PORTS_AT + 4, flow->seq);
	if (has(nic, RXH_L3_PROTO) && flow->family == 4)
		h ^= word_at(nic, has(nic, RXH_VLAN) ? TCI_AT + TCI_BYTES : TCI_AT,
			     (uint32_t)flow->protocol << 24);
	return h;
}

const struct model_ops octeontx2_ops = {
	.start = start,
	.get_fields = get_fields,
	.set_fields = set_fields,
	.check_rule = check_rule,
	.inputs = inputs,
	.hash = hash,
};

const struct model_fact octeontx2_facts[] = {
	{"esp4 sdfn hashes SPI and sequence number: it sprays each SA over all queues, which costs "
	 "packets at the replay window",
	 LINUX_7_3 "af/rvu_nix.c:4330, 4358"},
	{"it then sprays ESP in UDP of port 4500 too, which its parser takes for ESP",
	 LINUX_7_3 "af/npc_profile.h:77, 6974-7000, 15403"},
	{"where a packet has ports and an SPI for the same place: taken to be the SPI", NULL},
	{"only AH_ESP can be set, for IPv4 and IPv6 together; ESP and AH are refused with EINVAL",
	 LINUX_7_3 "nic/otx2_ethtool.c:703-731"},
	{"by default ESP hashes by its addresses, and IPv4's protocol and the VLAN's tag with them",
	 LINUX_7_3 "nic/otx2_common.c:416-419; af/rvu_nix.c:4040-4390"},
	{"any setting without the VLAN takes the VLAN out of the hash",
	 LINUX_7_3 "nic/otx2_ethtool.c:653-660, 703"},
	{"every hash is told to the kernel as an L4 hash, so RPS does not look at the SPI itself; "
	 "ethtool -K IF rxhash off cures that",
	 LINUX_7_3 "nic/otx2_txrx.c:224-243"},
	{"setting the addresses for plain IP (IPV4_FLOW, for which ethtool has no word) hashes the "
	 "addresses of everything, no ports, and calls that a hash of L3: RPS works then",
	 LINUX_7_3 "nic/otx2_ethtool.c:733-735, nic/otx2_txrx.c:224-243"},
	{"rules of ethtool with an SPI are refused with EOPNOTSUPP",
	 LINUX_7_3 "nic/otx2_flows.c:841, 966"},
	{"tc flower takes a rule by SPI with action skbedit queue_mapping, if the NIC's profile has "
	 "that field, which the kernel's own has not: untried on hardware",
	 MODEL_BY_READING LINUX_7_3 "nic/otx2_tc.c:512, 633, 730-747; af/rvu_npc_fs.c:666, "
				    "736-740; af/npc_profile.h npc_mkex_default"},
	{"that the addresses of IPv4 leave their room of 32 bytes empty", NULL},
	{0},
};

/*
 * Linux 7.3, marvell/octeontx2/nic/otx2_pf.c:2843-2888 otx2_xdp_setup (otx2_stop, otx2_open on
 * every change); otx2_txrx.h MAX_XDP_MTU
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
	OCTEONTX2_MODEL,
};
