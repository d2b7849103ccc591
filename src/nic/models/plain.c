// SPDX-License-Identifier: GPL-2.0-only
// NICs that hash the addresses of ESP and differ only in what their drivers answer.
#include "nic/models/families.h"

/* What a driver says of the hash fields of IPsec: a value, or an errno. */
struct plain_answer {
	int esp_err, ah_esp_err, set_err;
	uint64_t esp, ah_esp;
	bool set_nothing; /* setting 0 is no error */
	int udp_err, set_udp_err;
};

static const struct plain_answer *answer_of(const struct model_nic *nic);

static int get_fields(const struct model_nic *nic, uint32_t type, uint64_t *fields)
{
	const struct plain_answer *answer = answer_of(nic);

	if (type == AH_ESP_V4_FLOW || type == AH_ESP_V6_FLOW) {
		*fields = answer->ah_esp;
		return answer->ah_esp_err;
	}
	if (model_is_ipsec(type)) {
		*fields = answer->esp;
		return answer->esp_err;
	}
	*fields = nic->fields[type];
	return answer->udp_err;
}

static int set_fields(struct model_nic *nic, uint32_t type, uint64_t fields)
{
	const struct plain_answer *answer = answer_of(nic);

	if (model_is_ipsec(type))
		return answer->set_nothing && !fields ? 0 : answer->set_err;
	if (answer->set_udp_err || !model_is_udp(type))
		return answer->set_udp_err ? answer->set_udp_err : -EINVAL;
	return model_set_sd_or_sdfn(nic, type, fields);
}

static const struct model_ops ops = {.get_fields = get_fields, .set_fields = set_fields};

#define ONLY_ADDRESSES                                                                \
	{                                                                             \
		"that ESP hashes by its addresses: there is no hash type of it", NULL \
	}

static const struct model_fact mana_facts[] = {
	{"hash fields are refused with EOPNOTSUPP", "microsoft/mana/mana_ethtool.c mana_get_rxnfc"},
	{"VLAN tags are stripped and that cannot be switched off", "microsoft/mana/mana_en.c"},
	ONLY_ADDRESSES,
	{0},
};

static const struct model_fact netvsc_facts[] = {
	{"XDP is passed on to the virtual function beneath, if there is one",
	 "hyperv/netvsc_bpf.c netvsc_vf_setxdp"},
	{"what it answers for the hash fields of ESP: taken to be none", NULL},
	ONLY_ADDRESSES,
	{0},
};

static const struct model_fact hns3_facts[] = {
	{"hash fields of ESP are refused with EINVAL",
	 "hisilicon/hns3/hns3_common/hclge_comm_rss.c hclge_comm_get_rss_tuple"},
	{"has no native XDP", "no ndo_bpf in hisilicon/hns3/"},
	ONLY_ADDRESSES,
	{0},
};

static const struct model_fact nfp_facts[] = {
	{"hash fields of ESP are refused with EINVAL",
	 "netronome/nfp/nfp_net_ethtool.c ethtool_flow_to_nfp_flag"},
	{"takes an XDP program and then drops every redirect",
	 "netronome/nfp/nfd3/dp.c (no XDP_REDIRECT in its loop)"},
	ONLY_ADDRESSES,
	{0},
};

static const struct model_fact sfc_facts[] = {
	{"reports the addresses for AH_ESP and nothing for ESP; neither can be set",
	 "sfc/ethtool_common.c efx_ethtool_get_rxnfc"},
	ONLY_ADDRESSES,
	{0},
};

static const struct model_fact enic_facts[] = {
	{"reports the addresses as a constant; nothing can be set",
	 "cisco/enic/enic_ethtool.c enic_get_rx_flow_hash"},
	{"the table is not shown", "cisco/enic/enic_ethtool.c enic_set_rxfh"},
	{"has no native XDP", "no ndo_bpf in cisco/enic/"},
	ONLY_ADDRESSES,
	{0},
};

static const struct model_fact thunder_facts[] = {
	{"hash fields of ESP are refused with EINVAL",
	 "cavium/thunder/nicvf_ethtool.c nicvf_get_rss_hash_opts"},
	{"takes an XDP program and then drops every redirect",
	 "cavium/thunder/nicvf_main.c nicvf_xdp_rx"},
	ONLY_ADDRESSES,
	{0},
};

static const struct model_fact qede_facts[] = {
	{"reports nothing for ESP; setting anything but nothing is refused with EINVAL",
	 "qlogic/qede/qede_ethtool.c qede_get_rss_flags, qede_set_rss_flags"},
	{"VLAN tags are stripped and that cannot be switched off", "qlogic/qede/qede_main.c"},
	ONLY_ADDRESSES,
	{0},
};

static const struct model_fact veth_facts[] = {
	{"answers no question about hashing: it has no hash", "veth.c veth_ethtool_ops"},
	{"a packet comes in on the queue of the CPU that sent it; seen",
	 "veth.c veth_xmit, veth_xdp_xmit"},
	{"checksums left to the NIC by a local sender are lost on a redirect; seen", "veth.c"},
	{0},
};

/* In the order of models_plain. */
static const struct plain_answer answers[] = {
	{.esp_err = -EOPNOTSUPP,
	 .ah_esp_err = -EOPNOTSUPP,
	 .set_err = -EOPNOTSUPP,
	 .udp_err = -EOPNOTSUPP,
	 .set_udp_err = -EOPNOTSUPP},
	{.set_err = -EOPNOTSUPP},
	{.esp_err = -EINVAL, .ah_esp_err = -EINVAL, .set_err = -EINVAL},
	{.esp_err = -EINVAL, .ah_esp_err = -EINVAL, .set_err = -EINVAL},
	{.ah_esp = MODEL_SD, .set_err = -EOPNOTSUPP, .set_udp_err = -EOPNOTSUPP},
	{.esp = MODEL_SD, .ah_esp = MODEL_SD, .set_err = -EOPNOTSUPP, .set_udp_err = -EOPNOTSUPP},
	{.esp_err = -EINVAL, .ah_esp_err = -EINVAL, .set_err = -EINVAL},
	{.set_err = -EINVAL, .set_nothing = true},
	{.esp_err = -EOPNOTSUPP,
	 .ah_esp_err = -EOPNOTSUPP,
	 .set_err = -EOPNOTSUPP,
	 .udp_err = -EOPNOTSUPP,
	 .set_udp_err = -EOPNOTSUPP},
};

static const struct plain_answer *answer_of(const struct model_nic *nic)
{
	return &answers[nic->model - models_plain];
}

#define TOEPLITZ_ONLY \
	.hfuncs = MODEL_HASH_TOP, .set_hfunc_err = -EOPNOTSUPP, .key_shown = 40, .key_used = 40

const struct model models_plain[] = {
	{
		.name = "mana",
		.driver = "mana",
		.nic = "Microsoft Azure Network Adapter",
		.ops = &ops,
		.max_queues = 64,
		.indir = 64,
		TOEPLITZ_ONLY,
		.rule_err = -EOPNOTSUPP,
		.udp_fields = MODEL_SDFN,
		.facts = mana_facts,
	},
	{
		.name = "hv_netvsc",
		.driver = "hv_netvsc",
		.nic = "Hyper-V, Azure without acceleration",
		.ops = &ops,
		.max_queues = 64,
		.indir = 128,
		TOEPLITZ_ONLY,
		.rule_err = -EOPNOTSUPP,
		.udp_fields = MODEL_SDFN,
		.facts = netvsc_facts,
	},
	{
		.name = "hns3",
		.driver = "hns3",
		.nic = "HiSilicon Kunpeng",
		.ops = &ops,
		.max_queues = 64,
		.indir = 512,
		.key_shown = 40,
		.key_used = 40,
		.hfuncs = MODEL_HASH_TOP | MODEL_HASH_XOR,
		.set_hfunc_err = -EOPNOTSUPP,
		.rule_err = -EOPNOTSUPP,
		.udp_fields = MODEL_SDFN,
		.facts = hns3_facts,
	},
	{
		.name = "nfp",
		.driver = "nfp",
		.nic = "Netronome Agilio",
		.ops = &ops,
		.max_queues = 64,
		.indir = 128,
		TOEPLITZ_ONLY,
		.rules = 1024,
		.rule_err = -EOPNOTSUPP,
		.claims_l4 = true,
		.udp_fields = MODEL_SD,
		.facts = nfp_facts,
	},
	{
		.name = "sfc",
		.driver = "sfc",
		.nic = "Solarflare SFN8000, X2",
		.ops = &ops,
		.max_queues = 32,
		.set_channels_err = -EOPNOTSUPP,
		.indir = 128,
		TOEPLITZ_ONLY,
		.rules = 8192,
		.rule_err = -EINVAL,
		.udp_fields = MODEL_SD,
		.facts = sfc_facts,
	},
	{
		.name = "enic",
		.driver = "enic",
		.nic = "Cisco VIC",
		.ops = &ops,
		.max_queues = 64,
		.set_channels_err = -EOPNOTSUPP,
		.indir = 128,
		.set_indir_err = -EINVAL,
		.indir_hidden = true,
		TOEPLITZ_ONLY,
		.rules = 64,
		.rule_err = -EOPNOTSUPP,
		.udp_fields = MODEL_SD,
		.facts = enic_facts,
	},
	{
		.name = "thunder",
		.driver = "nicvf",
		.nic = "Cavium ThunderX",
		.ops = &ops,
		.max_queues = 64,
		.indir = 256,
		TOEPLITZ_ONLY,
		.rule_err = -EOPNOTSUPP,
		.udp_fields = MODEL_SDFN,
		.facts = thunder_facts,
	},
	{
		.name = "qede",
		.driver = "qede",
		.nic = "Marvell FastLinQ 41000, 45000",
		.ops = &ops,
		.max_queues = 64,
		.indir = 128,
		TOEPLITZ_ONLY,
		.rules = 256,
		.rule_err = -EOPNOTSUPP,
		.udp_fields = MODEL_SD,
		.facts = qede_facts,
	},
	{
		.name = "veth",
		.driver = "veth",
		.nic = "virtual Ethernet pair",
		.ops = &ops,
		.max_queues = 64,
		.indir = 1,
		.key_used = 40,
		.rss_err = -EOPNOTSUPP,
		.rule_err = -EOPNOTSUPP,
		.facts = veth_facts,
	},
	{0},
};
