// SPDX-License-Identifier: GPL-2.0-only
/*
 * nic/model: what each family answers, hashes and does with rules. The expectations are the facts
 * that were read in the drivers, written down here a second time, not what the models print.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "model_fixture.h"
#include "nic/model.h"

#define SD   (RXH_IP_SRC | RXH_IP_DST)
#define SDFN (SD | RXH_L4_B_0_1 | RXH_L4_B_2_3)
#define L3   (SD | RXH_L2DA | RXH_VLAN | RXH_L3_PROTO)
#define ALL  (SDFN | RXH_L3_PROTO)
#define SDV  (SD | RXH_VLAN)
#define ANY  (-1) /* a value that the facts do not tell */

/* With four queues, or all that it has. */
static uint32_t open_any(struct model_nic *nic, const struct model *model)
{
	uint32_t queues = model_queues_of(model, 4);

	init_nic(nic, model->name, queues);
	return queues;
}

static struct flow esp(const char *src, const char *dst, uint32_t spi, uint32_t seq)
{
	struct flow f = {.kind = FLOW_ESP, .protocol = IPPROTO_ESP, .spi = spi, .seq = seq};

	f.family = strchr(src, ':') ? 6 : 4;
	assert_int_equal(inet_pton(f.family == 6 ? AF_INET6 : AF_INET, src, f.src), 1);
	assert_int_equal(inet_pton(f.family == 6 ? AF_INET6 : AF_INET, dst, f.dst), 1);
	return f;
}

static struct flow in_udp(struct flow f)
{
	f.kind = FLOW_ESP_UDP;
	f.protocol = IPPROTO_UDP;
	f.sport = f.dport = 4500;
	return f;
}

/* On how many queues the flows of SPIs 0x1000.. of one address pair come in. */
static int queues_of(struct model_nic *nic, struct flow f, int sas)
{
	bool seen[256] = {false};
	int count = 0;

	for (int i = 0; i < sas; i++) {
		int queue;

		f.spi = 0x1000 + i;
		queue = model_queue(nic, &f);
		assert_in_range(queue, 0, 255);
		count += !seen[queue];
		seen[queue] = true;
	}
	return count;
}

#define assert_as_told(value, told)                        \
	do {                                               \
		if ((told) != ANY)                         \
			assert_int_equal((value), (told)); \
	} while (0)

static void answers(void **state)
{
	static const struct {
		const char *name;
		int64_t esp4, esp6, ah4, ah_esp4, ah_esp6, udp4;
		int set_ah_esp4_sdfn, set_esp4_sdfn;
	} cases[] = {
		{"mlx5", SD, SD, SD, -EINVAL, -EINVAL, SDFN, -EINVAL, -EOPNOTSUPP},
		{"i40e", SD, SD, SD, SD, SD, SDFN, -EINVAL, -EINVAL},
		{"ice", 0, 0, 0, 0, 0, SDFN, -EINVAL, -EINVAL},
		{"iavf", -EINVAL, -EINVAL, -EINVAL, -EINVAL, -EINVAL, -EINVAL, -EINVAL, -EINVAL},
		{"ixgbe", SD, SD, SD, SD, SD, SD, -EINVAL, -EINVAL},
		{"igb", SD, SD, SD, SD, SD, SD, -EINVAL, -EINVAL},
		{"igc", SD, SD, SD, SD, SD, SD, -EINVAL, -EINVAL},
		{"ena", -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EINVAL, SDFN,
		 -EOPNOTSUPP, -EOPNOTSUPP},
		{"vmxnet3-v3", -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP,
		 -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP},
		{"vmxnet3-v4", SD, SD, SD, SD, SD, ANY, 0, 0},
		{"vmxnet3-v6", SD, SD, SD, SD, SD, ANY, 0, 0},
		{"octeontx2", SDV, SDV, SDV, SDV, SDV, SDFN | RXH_VLAN, 0, -EINVAL},
		{"virtio", 0, 0, 0, 0, 0, SDFN, -EINVAL, -EINVAL},
		{"virtio-norss", 0, 0, 0, 0, 0, 0, -EINVAL, -EINVAL},
		{"hv_netvsc", 0, 0, 0, 0, 0, SDFN, -EOPNOTSUPP, -EOPNOTSUPP},
		{"ixgbe-x550", SD, SD, SD, SD, SD, SD, -EINVAL, -EINVAL},
		{"ixgbe-x550-sriov", SD, SD, SD, SD, SD, SD, -EINVAL, -EINVAL},
		{"iavf-x710", -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP,
		 -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP},
		{"gve", -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP,
		 -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP},
		{"bnxt", SD, SD, SD, SD, SD, SDFN, 0, -EINVAL},
		{"mana", -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP,
		 -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP},
		{"hns3", -EINVAL, -EINVAL, -EINVAL, -EINVAL, -EINVAL, SDFN, -EINVAL, -EINVAL},
		{"nfp", -EINVAL, -EINVAL, -EINVAL, -EINVAL, -EINVAL, SD, -EINVAL, -EINVAL},
		{"sfc", 0, 0, 0, SD, SD, ANY, -EOPNOTSUPP, -EOPNOTSUPP},
		{"sfc-siena", 0, 0, 0, SD, SD, ANY, -EOPNOTSUPP, -EOPNOTSUPP},
		{"sfc-falcon", 0, 0, 0, SD, 0, SD, -EOPNOTSUPP, -EOPNOTSUPP},
		{"enetc-vf", 0, 0, 0, L3, L3, L3 | SDFN, -EOPNOTSUPP, -EOPNOTSUPP},
		{"enic", SD, SD, SD, SD, SD, ANY, -EOPNOTSUPP, -EOPNOTSUPP},
		{"thunder", -EINVAL, -EINVAL, -EINVAL, -EINVAL, -EINVAL, SDFN, -EINVAL, -EINVAL},
		{"qede", 0, 0, 0, 0, 0, ANY, -EINVAL, -EINVAL},
		{"veth", -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP,
		 -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP},
		{"dpaa_eth", SD, SD, SD, SD, SD, SDFN, 0, 0},
		{"idpf", -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP,
		 -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP},
		{"ionic", -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP,
		 -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP},
		{"mlx4", -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP,
		 -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP},
		{"mtk_eth_soc", -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP,
		 -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP},
		{"airoha", -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP,
		 -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP},
		{"dpaa2", ALL, ALL, ALL, ALL, ALL, ALL, 0, 0},
		{"enetc", 0, 0, 0, L3, L3, L3 | SDFN, -EOPNOTSUPP, -EOPNOTSUPP},
		{"enetc4", 0, 0, 0, L3, L3, L3 | SDFN, -EOPNOTSUPP, -EOPNOTSUPP},
		{"mvpp2", 0, 0, 0, 0, 0, SDFN, -EOPNOTSUPP, -EOPNOTSUPP},
		{"bnx2x", 0, 0, 0, 0, 0, SD, -EINVAL, -EINVAL},
		{"be2net", 0, 0, 0, 0, 0, SDFN, -EINVAL, -EINVAL},
		{"cxgb4", 0, 0, 0, SD, SD, ANY, -EOPNOTSUPP, -EOPNOTSUPP},
		{"r8125", -EINVAL, -EINVAL, -EINVAL, -EINVAL, -EINVAL, SD, -EINVAL, -EINVAL},
		{"fbnic", SD, SD, SD, SD, SD, SD, -EINVAL, -EINVAL},
		{"txgbe", SD, SD, SD, SD, SD, SD, -EINVAL, -EINVAL},
		{"ngbe", SD, SD, SD, SD, SD, SD, -EINVAL, -EINVAL},
		{"hinic", -EINVAL, -EINVAL, -EINVAL, -EINVAL, -EINVAL, SDFN, -EINVAL, -EINVAL},
		{"fm10k", SD, SD, SD, SD, SD, SD, -EINVAL, -EINVAL},
		{"sxgbe", SD, SD, SD, SD, SD, SDFN, -EINVAL, -EINVAL},
		{"lan743x", 0, 0, 0, 0, 0, SDFN, -EOPNOTSUPP, -EOPNOTSUPP},
		{"e1000e", 0, 0, 0, SD, SD, SD, -EOPNOTSUPP, -EOPNOTSUPP},
		{"niu", ALL, ALL, ALL, ALL, ALL, ALL, 0, 0},
		{"octeontx2-vf", SDV, SDV, SDV, SDV, SDV, SDFN | RXH_VLAN, 0, -EINVAL},
	};
	struct model_nic nic;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		open_any(&nic, model_find(cases[i].name));
		assert_as_told(get_fields(&nic, ESP_V4_FLOW), cases[i].esp4);
		assert_as_told(get_fields(&nic, ESP_V6_FLOW), cases[i].esp6);
		assert_as_told(get_fields(&nic, AH_V4_FLOW), cases[i].ah4);
		assert_as_told(get_fields(&nic, AH_ESP_V4_FLOW), cases[i].ah_esp4);
		assert_as_told(get_fields(&nic, AH_ESP_V6_FLOW), cases[i].ah_esp6);
		assert_as_told(get_fields(&nic, UDP_V4_FLOW), cases[i].udp4);
		assert_as_told(set_fields(&nic, ESP_V4_FLOW, SDFN), cases[i].set_esp4_sdfn);
		assert_as_told(set_fields(&nic, AH_ESP_V4_FLOW, SDFN), cases[i].set_ah_esp4_sdfn);
		model_nic_free(&nic);
	}
}

/* Those without an operation for hash fields: of all types, and to set as to get. */
static void no_fields(void **state)
{
	static const char *const names[] = {
		"atlantic", "mvneta", "stmmac",	  "dwxgmac", "xen-netfront", "liquidio", "tg3",
		"r8169",    "hinic3", "amd-xgbe", "tun",     "ixgbevf",	     "igbvf",
	};
	struct model_nic nic;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		open_any(&nic, model_find(names[i]));
		for (uint32_t type = TCP_V4_FLOW; type <= ETHER_FLOW; type++) {
			assert_int_equal(get_fields(&nic, type), -EOPNOTSUPP);
			assert_int_equal(set_fields(&nic, type, SD), -EOPNOTSUPP);
		}
		model_nic_free(&nic);
	}
}

/* Those that are a row: nothing of hashing can be asked. */
static void rows(void **state)
{
	static const char *const names[] = {
#define ROW(row, ...) #row,
#include "nic/models/rows.h"
#undef ROW
	};
	struct ethtool_rxfh rss = {.cmd = ETHTOOL_GRSSH};
	struct ethtool_channels channels = {.cmd = ETHTOOL_GCHANNELS};
	struct model_nic nic;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		open_any(&nic, model_find(names[i]));
		assert_int_equal(get_fields(&nic, ESP_V4_FLOW), -EOPNOTSUPP);
		assert_int_equal(get_fields(&nic, AH_ESP_V6_FLOW), -EOPNOTSUPP);
		assert_int_equal(set_fields(&nic, UDP_V4_FLOW, SD), -EOPNOTSUPP);
		assert_int_equal(model_ethtool(&nic, &rss), -EOPNOTSUPP);
		assert_int_equal(model_ethtool(&nic, &channels), -EOPNOTSUPP);
		assert_ptr_equal(xdp_driver_find(nic.model->driver->name), nic.model->driver);
		model_nic_free(&nic);
	}
	assert_int_equal(xdp_driver_find("am65-cpsw-nuss")->native, XDP_NATIVE_YES);
	assert_int_equal(xdp_driver_find("r8152")->native, XDP_NATIVE_NO);
}

/* niu's class of ESP and AH has the first bytes behind the IP header: of AH that is no SPI. */
static void first_bytes(void **state)
{
	struct flow f = esp("192.0.2.1", "192.0.2.2", 1, 1);
	struct model_nic nic;

	init_nic(&nic, "niu", 4);
	assert_int_equal(set_fields(&nic, AH_V4_FLOW, SDFN), 0);
	assert_int_equal(get_fields(&nic, ESP_V4_FLOW), SDFN);
	assert_int_equal(get_fields(&nic, ESP_V6_FLOW), ALL);
	assert_int_equal(get_fields(&nic, IPV4_FLOW), -EINVAL);
	assert_int_equal(model_inputs(&nic, &f), MODEL_ADDRESSES | MODEL_SPI);
	f.kind = FLOW_AH;
	f.protocol = IPPROTO_AH;
	assert_int_equal(model_inputs(&nic, &f), MODEL_ADDRESSES);
	assert_int_equal(set_fields(&nic, AH_V4_FLOW, MODEL_DISCARD), 0);
	assert_int_equal(get_fields(&nic, ESP_V4_FLOW), MODEL_DISCARD);
	assert_int_equal(set_fields(&nic, AH_V4_FLOW, 0), 0);
	assert_int_equal(get_fields(&nic, ESP_V4_FLOW), 0);
	assert_int_equal(model_inputs(&nic, &f), 0);
	model_nic_free(&nic);
}

/* fbnic has one row for ESP, AH and other IP, dpaa2 one for everything. */
static void shared_fields(void **state)
{
	struct flow f = esp("192.0.2.1", "192.0.2.2", 1, 1);
	struct model_nic nic;

	init_nic(&nic, "fbnic", 4);
	assert_int_equal(set_fields(&nic, AH_ESP_V4_FLOW, RXH_IP_SRC), 0);
	assert_int_equal(get_fields(&nic, ESP_V4_FLOW), RXH_IP_SRC);
	assert_int_equal(get_fields(&nic, IPV4_FLOW), RXH_IP_SRC);
	assert_int_equal(get_fields(&nic, ESP_V6_FLOW), SD);
	assert_int_equal(get_fields(&nic, UDP_V4_FLOW), SD);
	assert_int_equal(model_inputs(&nic, &f), MODEL_SRC);
	assert_int_equal(set_fields(&nic, UDP_V4_FLOW, SDFN), 0);
	assert_int_equal(get_fields(&nic, UDP_V4_FLOW), SDFN);
	model_nic_free(&nic);
	init_nic(&nic, "dpaa2", 4);
	assert_int_equal(set_fields(&nic, TCP_V6_FLOW, RXH_IP_DST | MODEL_DISCARD), -EOPNOTSUPP);
	assert_int_equal(set_fields(&nic, TCP_V6_FLOW, RXH_IP_DST), 0);
	assert_int_equal(get_fields(&nic, ESP_V4_FLOW), RXH_IP_DST);
	assert_int_equal(model_inputs(&nic, &f), MODEL_DST);
	f = in_udp(f);
	assert_int_equal(model_inputs(&nic, &f), MODEL_DST);
	model_nic_free(&nic);
}

/* All on one queue, whatever the addresses. */
static void no_hash(void **state)
{
	static const char *const names[] = {"mvneta", "stmmac",	 "dwxgmac", "airoha",
					    "tun",    "gianfar", "macb"};
	struct model_nic nic;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		init_nic(&nic, names[i], 4);
		for (uint32_t n = 1; n < 64; n++) {
			struct flow f = esp("192.0.2.1", "192.0.2.2", n, 1);

			f.src[0] = be32_host(n);
			assert_int_equal(model_queue(&nic, &f), 0);
		}
		model_nic_free(&nic);
	}
}

/* How the flows of one address pair are told apart: by default, and after `esp4 sdfn`. */
struct apart {
	const char *name;
	bool before, after, after_v6;
};

/* octeontx2 and its virtual function, which is the same. */
static bool is_octeontx2(const struct model *model)
{
	return !strncmp(model->driver->name, "rvu_nic", strlen("rvu_nic"));
}

static void check_separation(const struct model *model, const struct apart *apart)
{
	struct flow v4 = esp("192.0.2.1", "192.0.2.2", 1, 1);
	struct flow v6 = esp("2001:db8::1", "2001:db8::2", 1, 1);
	struct model_nic nic;

	assert_true(open_any(&nic, model) == 4 || !(apart->before || apart->after));
	assert_int_equal(queues_of(&nic, v4, 64), apart->before ? 4 : 1);
	assert_int_equal(queues_of(&nic, v6, 64), apart->before ? 4 : 1);
	set_fields(&nic, AH_ESP_V4_FLOW, SDFN);
	set_fields(&nic, AH_ESP_V6_FLOW, SDFN);
	assert_int_equal(queues_of(&nic, v4, 64), apart->after ? 4 : 1);
	assert_int_equal(queues_of(&nic, v6, 64), apart->after_v6 ? 4 : 1);
	/* Nobody looks at the SPI behind UDP's ports, but octeontx2 for which port 4500 is ESP. */
	assert_int_equal(queues_of(&nic, in_udp(v4), 64), is_octeontx2(model) ? 4 : 1);
	model_nic_free(&nic);
}

/* All others never tell them apart. */
static void separation(void **state)
{
	static const struct apart cases[] = {
		{"mlx5", true, true, true},	    {"ice", true, true, true},
		{"vmxnet3-v4", false, true, false}, {"vmxnet3-v6", false, true, true},
		{"octeontx2", false, true, true},   {"octeontx2-vf", false, true, true},
		{"bnxt", false, true, true},	    {"dpaa_eth", true, true, true},
		{"niu", true, true, true},	    {"virtio-norss", true, true, true},
	};
	static const struct apart never;
	size_t seen = 0, count = sizeof(cases) / sizeof(*cases);

	for (const struct model *const *m = models(); *m; m++) {
		const struct apart *apart = &never;

		for (size_t i = 0; i < count; i++)
			if (!strcmp(cases[i].name, (*m)->name))
				apart = &cases[i];
		seen += apart != &never;
		check_separation(*m, apart);
	}
	assert_int_equal(seen, count);
}

/* octeontx2 asked for the SPI sprays one SA over all queues; nobody else does. */
static void spraying(void **state)
{
	for (const struct model *const *m = models(); *m; m++) {
		struct flow f = esp("192.0.2.1", "192.0.2.2", 0xc0ffee01, 0);
		bool seen[4] = {false};
		struct model_nic nic;
		int queues = 0;

		open_any(&nic, *m);
		set_fields(&nic, AH_ESP_V4_FLOW, SDFN);
		for (f.seq = 1; f.seq <= 200; f.seq++) {
			int queue = model_queue(&nic, &f);

			queues += !seen[queue];
			seen[queue] = true;
		}
		assert_int_equal(queues, is_octeontx2(*m) ? 4 : 1);
		assert_int_equal(!!(model_inputs(&nic, &f) & MODEL_SEQ), queues == 4);
		model_nic_free(&nic);
	}
}

/* AWS's documented example (nic-facts: 1.2.3.4:7000 -> 1.2.3.5:7000 is 5b5eb8e5, entry 101). */
static void ena_vector(void **state)
{
	static const uint8_t key[40] = {
		0x77, 0xd1, 0xc9, 0x34, 0xa4, 0xc9, 0xbd, 0x87, 0x6e, 0x35, 0xdd, 0x17, 0xb2, 0xe3,
		0x23, 0x9e, 0x39, 0x6d, 0x8a, 0x93, 0x2a, 0x95, 0xb4, 0x72, 0x3a, 0xb3, 0x7f, 0x56,
		0x8e, 0xde, 0xb6, 0x01, 0x97, 0xaf, 0x3b, 0x2f, 0x3a, 0x70, 0xe7, 0x04,
	};
	struct flow f = esp("1.2.3.4", "1.2.3.5", 0, 0);
	struct model_nic nic;

	f.kind = FLOW_OTHER;
	f.protocol = IPPROTO_UDP;
	f.sport = f.dport = 7000;
	init_nic(&nic, "ena", 8);
	assert_int_equal(model_set_key(&nic, key, sizeof(key)), 0);
	assert_int_equal(model_hash(&nic, &f), 0x5b5eb8e5);
	assert_int_equal(indir_index(nic.table.size, model_hash(&nic, &f)), 101);
	model_nic_free(&nic);
}

/* Microsoft's vectors by a NIC that hashes as they say: the IP and the port column. */
static void microsoft_vectors(void **state)
{
	struct flow f = esp("66.9.149.187", "161.142.100.80", 0, 0);
	struct model_nic nic;

	init_nic(&nic, "i40e", 4);
	assert_int_equal(model_hash(&nic, &f), 0x323e8fc2);
	f.kind = FLOW_OTHER;
	f.protocol = IPPROTO_UDP;
	f.sport = 2794;
	f.dport = 1766;
	assert_int_equal(model_hash(&nic, &f), 0x51ccc178);
	model_nic_free(&nic);
	init_nic(&nic, "bnxt", 4);
	f = esp("66.9.149.187", "161.142.100.80", 0xc0ffee01, 7);
	assert_int_equal(set_fields(&nic, AH_ESP_V4_FLOW, SDFN), 0);
	assert_int_equal(model_hash(&nic, &f), 0xd12f9e3d);
	model_nic_free(&nic);
	init_nic(&nic, "ice", 4);
	assert_int_equal(model_hash(&nic, &f), 0x01518449);
	model_nic_free(&nic);
}

static struct ethtool_rx_flow_spec spi_rule(uint32_t type, uint32_t spi, uint32_t queue,
					    uint32_t location)
{
	struct ethtool_rx_flow_spec rule = {
		.flow_type = type,
		.ring_cookie = queue,
		.location = location,
	};

	if (type == ESP_V4_FLOW || type == AH_V4_FLOW) {
		rule.h_u.esp_ip4_spec.spi = htonl(spi);
		rule.m_u.esp_ip4_spec.spi = 0xffffffff;
	} else {
		rule.h_u.esp_ip6_spec.spi = htonl(spi);
		rule.m_u.esp_ip6_spec.spi = 0xffffffff;
	}
	return rule;
}

static void rules_by_spi(void **state)
{
	static const struct {
		const char *name;
		int err;
	} refusals[] = {
		{"mlx5", -EOPNOTSUPP},	    {"i40e", -EOPNOTSUPP},	{"ice", -EINVAL},
		{"ixgbe", -EINVAL},	    {"igb", -EINVAL},		{"igc", -EOPNOTSUPP},
		{"ena", -EOPNOTSUPP},	    {"bnxt", -EOPNOTSUPP},	{"octeontx2", -EOPNOTSUPP},
		{"hns3", -EOPNOTSUPP},	    {"nfp", -EOPNOTSUPP},	{"sfc", -EINVAL},
		{"qede", -EOPNOTSUPP},	    {"virtio", -EOPNOTSUPP},	{"vmxnet3-v6", -EOPNOTSUPP},
		{"mana", -EOPNOTSUPP},	    {"enic", -EOPNOTSUPP},	{"thunder", -EOPNOTSUPP},
		{"veth", -EOPNOTSUPP},	    {"gve", -EOPNOTSUPP}, /* until ntuple is on */
		{"mlx4", -EINVAL},	    {"fbnic", -EINVAL},		{"enetc", -EOPNOTSUPP},
		{"dpaa2", -EOPNOTSUPP},	    {"dpaa_eth", -EOPNOTSUPP},	{"iavf", 0},
		{"hv_netvsc", -EOPNOTSUPP}, {"iavf-x710", -EOPNOTSUPP}, {"ixgbe-x550", -EINVAL},
	};
	struct ethtool_rx_flow_spec rule = spi_rule(ESP_V4_FLOW, 0x1000, 3, 5);

	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		struct model_nic nic;

		init_nic(&nic, refusals[i].name, 4);
		assert_int_equal(model_rule_insert(&nic, &rule), refusals[i].err);
		model_nic_free(&nic);
	}
}

static void iavf_rules(void **state)
{
	struct ethtool_rx_flow_spec rule = spi_rule(ESP_V4_FLOW, 0x1000, 3, 5);
	struct flow f = esp("192.0.2.1", "192.0.2.2", 0x1000, 1);
	struct flow other = esp("192.0.2.1", "192.0.2.2", 0x1001, 1);
	struct model_nic nic;
	int by_hash;

	init_nic(&nic, "iavf", 4);
	by_hash = model_queue(&nic, &other);
	rule.ring_cookie = (by_hash + 1) % 4;
	assert_int_equal(model_rule_insert(&nic, &rule), 0);
	assert_int_equal(model_rule_insert(&nic, &rule), -EEXIST);
	assert_int_equal(model_queue(&nic, &f), (by_hash + 1) % 4);
	assert_int_equal(model_queue(&nic, &other), by_hash);
	rule.location = 6;
	assert_int_equal(model_rule_insert(&nic, &rule), -EEXIST); /* the same once more */
	rule.location = 128;
	rule.h_u.esp_ip4_spec.spi = htonl(0x1002);
	assert_int_equal(model_rule_insert(&nic, &rule), -EINVAL);
	rule.location = 6;
	rule.ring_cookie = 4;
	assert_int_equal(model_rule_insert(&nic, &rule), -EINVAL);
	rule.m_u.esp_ip4_spec.spi = htonl(0xffff0000);
	assert_int_equal(model_rule_insert(&nic, &rule), -EOPNOTSUPP);
	/* In UDP: port 4500 and the halves of the SPI at 42 and 44 of the frame. */
	rule = (struct ethtool_rx_flow_spec){
		.flow_type = UDP_V4_FLOW | FLOW_EXT,
		.h_u.udp_ip4_spec.pdst = htons(4500),
		.m_u.udp_ip4_spec.pdst = 0xffff,
		.h_ext.data = {htonl(42u << 16 | 0), htonl(44u << 16 | 0x1000)},
		.m_ext.data = {0xffffffff, 0xffffffff},
		.ring_cookie = (by_hash + 2) % 4,
		.location = 7,
	};
	assert_int_equal(model_rule_insert(&nic, &rule), 0);
	f = in_udp(f);
	assert_int_equal(model_queue(&nic, &f), (by_hash + 2) % 4);
	f.spi = 0x1001;
	assert_int_equal(model_queue(&nic, &f), by_hash);
	rule.location = 8;
	rule.h_ext.data[1] = htonl(44u << 16);
	assert_int_equal(model_rule_insert(&nic, &rule), -EOPNOTSUPP); /* SPI 0 */
	assert_int_equal(model_rule_delete(&nic, 5), 0);
	assert_int_equal(model_rule_delete(&nic, 5), -ENOENT);
	f = esp("192.0.2.1", "192.0.2.2", 0x1000, 1);
	assert_int_equal(model_queue(&nic, &f), by_hash);
	model_nic_free(&nic);
}

/* gve's rule for one SPI of IPv6 takes every SA. */
static void gve_mask_fault(void **state)
{
	struct ethtool_rx_flow_spec rule = spi_rule(ESP_V6_FLOW, 0x1000, 0, 1);
	struct flow f = esp("2001:db8::1", "2001:db8::2", 0x2000, 1);
	struct model_nic nic;

	init_nic(&nic, "gve", 4);
	nic.ntuple = true;
	rule.ring_cookie = (model_queue(&nic, &f) + 1) % 4;
	assert_int_equal(model_rule_insert(&nic, &rule), 0);
	assert_int_equal(model_queue(&nic, &f), rule.ring_cookie);
	model_nic_free(&nic);
}

/* Table, key and function, as ethtool -X sets them. */
static void rss(void **state)
{
	static const char *const fixed[] = {"vmxnet3-v4", "ena-fixed"};
	struct ethtool_rxfh *head = calloc(1, sizeof(*head) + (512 + 16) * sizeof(uint32_t));
	struct model_nic nic;

	assert_non_null(head);
	head->cmd = ETHTOOL_GRSSH;
	init_nic(&nic, "mlx5", 4);
	assert_int_equal(model_ethtool(&nic, head), 0);
	assert_int_equal(head->indir_size, 256);
	assert_int_equal(head->key_size, 40);
	assert_int_equal(head->hfunc, MODEL_HASH_TOP);
	assert_int_equal(model_ethtool(&nic, head), 0);
	for (int i = 0; i < 256; i++)
		assert_int_equal(head->rss_config[i], i % 4);
	head->cmd = ETHTOOL_SRSSH;
	head->rss_config[0] = 3;
	((uint8_t *)&head->rss_config[256])[39] ^= 1;
	assert_int_equal(model_ethtool(&nic, head), 0);
	assert_int_equal(nic.table.entry[0], 3);
	assert_int_equal(nic.key[39], 0xfa ^ 1);
	head->rss_config[1] = 4; /* no such queue */
	assert_int_equal(model_ethtool(&nic, head), -EINVAL);
	head->rss_config[1] = 1;
	head->indir_size = 128;
	assert_int_equal(model_ethtool(&nic, head), -EINVAL);
	/* hfunc crc32: not here. */
	*head = (struct ethtool_rxfh){
		.cmd = ETHTOOL_SRSSH, .indir_size = 0xffffffff, .hfunc = MODEL_HASH_CRC32};
	assert_int_equal(model_ethtool(&nic, head), -EOPNOTSUPP);
	model_nic_free(&nic);
	init_nic(&nic, "ena", 4);
	assert_int_equal(model_ethtool(&nic, head), 0);
	model_nic_free(&nic);
	/* The key of vmxnet3 and some ENA cannot be set. */
	*head = (struct ethtool_rxfh){
		.cmd = ETHTOOL_SRSSH, .indir_size = 0xffffffff, .key_size = 40};
	for (size_t i = 0; i < sizeof(fixed) / sizeof(*fixed); i++) {
		init_nic(&nic, fixed[i], 4);
		assert_int_equal(model_ethtool(&nic, head), -EOPNOTSUPP);
		model_nic_free(&nic);
	}
	free(head);
}

static void channels(void **state)
{
	struct ethtool_channels request = {.cmd = ETHTOOL_GCHANNELS};
	struct model_nic nic;

	init_nic(&nic, "vmxnet3-v4", 4);
	assert_int_equal(model_ethtool(&nic, &request), 0);
	assert_int_equal(request.combined_count, 4);
	request.cmd = ETHTOOL_SCHANNELS;
	assert_int_equal(model_ethtool(&nic, &request), -EOPNOTSUPP);
	model_nic_free(&nic);
	/* mlx5's table grows with its channels: four times as many, as a power of two. */
	init_nic(&nic, "mlx5", 4);
	request.combined_count = 128;
	assert_int_equal(model_ethtool(&nic, &request), 0);
	assert_int_equal(nic.table.size, 512);
	assert_int_equal(nic.table.entry[511], 127);
	request.combined_count = 129;
	assert_int_equal(model_ethtool(&nic, &request), -EINVAL);
	model_nic_free(&nic);
	assert_int_equal(model_nic_init(&nic, model_find("igc"), 5), -EINVAL);
	assert_int_equal(model_nic_init(&nic, model_find("igc"), 0), -EINVAL);
	assert_null(model_find("x710"));
}

/* Receive and transmit channels that are counted apart; mlx4's table is a power of two of them. */
static void channels_apart(void **state)
{
	struct ethtool_channels request = {.cmd = ETHTOOL_GCHANNELS};
	struct model_nic nic;

	init_nic(&nic, "mlx4", 4);
	assert_int_equal(model_ethtool(&nic, &request), 0);
	assert_int_equal(request.rx_count, 4);
	assert_int_equal(request.max_rx, 128);
	assert_int_equal(request.combined_count | request.max_combined, 0);
	request.cmd = ETHTOOL_SCHANNELS;
	request.rx_count = 7;
	assert_int_equal(model_ethtool(&nic, &request), 0);
	assert_int_equal(nic.queues, 7);
	assert_int_equal(nic.table.size, 4);
	request.combined_count = 4;
	assert_int_equal(model_ethtool(&nic, &request), -EINVAL);
	model_nic_free(&nic);
	request = (struct ethtool_channels){.cmd = ETHTOOL_GCHANNELS};
	init_nic(&nic, "dpaa2", 4); /* 4 that receive, 4 that send, 5 others: combined is the sum */
	assert_int_equal(model_ethtool(&nic, &request), 0);
	assert_int_equal(request.rx_count, 4);
	assert_int_equal(request.other_count, 5);
	assert_int_equal(request.combined_count, 13);
	assert_int_equal(request.max_combined, 16 + 16 + 17);
	model_nic_free(&nic);
}

/* dpaa_eth has one switch for all hashing, behind every flow type. */
static void one_switch(void **state)
{
	struct flow f = esp("192.0.2.1", "192.0.2.2", 1, 1);
	struct model_nic nic;

	init_nic(&nic, "dpaa_eth", 4);
	assert_int_equal(set_fields(&nic, UDP_V6_FLOW, 0), 0);
	assert_int_equal(get_fields(&nic, ESP_V4_FLOW), 0);
	assert_int_equal(queues_of(&nic, f, 64), 1);
	assert_int_equal(set_fields(&nic, IPV4_FLOW, RXH_VLAN), -EINVAL);
	assert_int_equal(set_fields(&nic, IPV4_FLOW, RXH_IP_SRC), 0);
	assert_int_equal(get_fields(&nic, ESP_V4_FLOW), SD);
	assert_int_equal(get_fields(&nic, UDP_V6_FLOW), SDFN);
	assert_int_equal(queues_of(&nic, f, 64), 4);
	model_nic_free(&nic);
}

/* ena and vmxnet3 take a set without an error; only one of them has changed. */
static void silent_sets(void **state)
{
	struct model_nic nic;

	init_nic(&nic, "ena", 4);
	assert_int_equal(set_fields(&nic, UDP_V4_FLOW, SD), 0);
	assert_int_equal(get_fields(&nic, UDP_V4_FLOW), SDFN);
	model_nic_free(&nic);
	init_nic(&nic, "vmxnet3-v4", 4);
	assert_int_equal(set_fields(&nic, AH_ESP_V4_FLOW, SDFN), 0);
	assert_int_equal(get_fields(&nic, ESP_V4_FLOW), SDFN);
	assert_int_equal(set_fields(&nic, AH_ESP_V6_FLOW, SDFN), -EOPNOTSUPP);
	assert_int_equal(set_fields(&nic, AH_ESP_V4_FLOW, RXH_IP_SRC), -EINVAL);
	model_nic_free(&nic);
	init_nic(&nic, "bnxt", 4);
	assert_int_equal(set_fields(&nic, AH_ESP_V4_FLOW, SDFN), 0);
	assert_int_equal(get_fields(&nic, AH_ESP_V4_FLOW), SDFN);
	assert_int_equal(get_fields(&nic, ESP_V4_FLOW), SD);
	assert_int_equal(set_fields(&nic, UDP_V4_FLOW, 0), 0); /* all of IPv4 is off now */
	assert_int_equal(get_fields(&nic, ESP_V4_FLOW), 0);
	model_nic_free(&nic);
}

/* The kernel that was read, or whose word else it is. */
static bool says_where(const char *source)
{
	static const char *const words[] = {"Linux 7.3", "Linux 6.12", "amzn-",
					    "DPDK",	 "Intel's",    "Realtek's"};
	size_t n = sizeof(words) / sizeof(*words);

	if (!strncmp(source, MODEL_BY_READING, strlen(MODEL_BY_READING)))
		source += strlen(MODEL_BY_READING);
	for (size_t i = 0; i < n; i++)
		if (!strncmp(source, words[i], strlen(words[i])))
			return true;
	print_error("no kernel in: %s\n", source);
	return false;
}

/* Every model says what it is, from where, and what it does not know. */
static void facts(void **state)
{
	for (const struct model *const *m = models(); *m; m++) {
		int sourced = 0, count = 0;

		assert_true((*m)->nic && *(*m)->nic);
		assert_ptr_equal(model_find((*m)->name), *m);
		assert_non_null(model_of_driver((*m)->driver->name));
		for (const struct model_fact *fact = (*m)->facts; fact->says; fact++) {
			count++;
			sourced += fact->source != NULL;
			assert_true(!fact->source || says_where(fact->source));
		}
		assert_true(count && sourced);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),	  cmocka_unit_test(no_fields),
		cmocka_unit_test(rows),		  cmocka_unit_test(first_bytes),
		cmocka_unit_test(shared_fields),  cmocka_unit_test(no_hash),
		cmocka_unit_test(separation),	  cmocka_unit_test(spraying),
		cmocka_unit_test(ena_vector),	  cmocka_unit_test(microsoft_vectors),
		cmocka_unit_test(rules_by_spi),	  cmocka_unit_test(iavf_rules),
		cmocka_unit_test(gve_mask_fault), cmocka_unit_test(rss),
		cmocka_unit_test(channels),	  cmocka_unit_test(channels_apart),
		cmocka_unit_test(one_switch),	  cmocka_unit_test(silent_sets),
		cmocka_unit_test(facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
