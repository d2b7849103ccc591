// SPDX-License-Identifier: GPL-2.0-only
/*
 * nic/models: where a driver of Linux 7.3 does otherwise than one would think, or than older
 * kernels. The expectations are from its sources, written down here a second time.
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
#include "nic/model_ask.h"

#define SD   (RXH_IP_SRC | RXH_IP_DST)
#define FN   (RXH_L4_B_0_1 | RXH_L4_B_2_3)
#define SDFN (SD | FN)

enum { ADDRESSES = MODEL_SRC | MODEL_DST };

static struct flow packet(uint8_t kind, uint8_t family)
{
	static const uint8_t protocol[] = {
		[FLOW_OTHER] = IPPROTO_ICMP,
		[FLOW_ESP] = IPPROTO_ESP,
		[FLOW_AH] = IPPROTO_AH,
		[FLOW_ESP_UDP] = IPPROTO_UDP,
	};
	struct flow f = {.kind = kind, .family = family, .protocol = protocol[kind]};

	f.spi = 0xc0ffee01;
	f.seq = 7;
	if (kind == FLOW_ESP_UDP)
		f.sport = f.dport = 4500;
	f.src[0] = htonl(0xc0000201);
	f.dst[0] = htonl(0xc6336401);
	return f;
}

static unsigned int inputs_of(struct model_nic *nic, uint8_t kind, uint8_t family)
{
	struct flow f = packet(kind, family);

	return model_inputs(nic, &f);
}

/* hyperv/rndis_filter.c:939-941: the host is asked for IPv4, IPv6, TCP; :823: always one of L4. */
static void hv_netvsc(void **state)
{
	struct model_nic *nic = open_nic("hv_netvsc", 4);

	assert_true(nic->model->claims_l4);
	assert_int_equal(get_fields(nic, UDP_V4_FLOW), SDFN); /* of sending */
	assert_int_equal(inputs_of(nic, FLOW_ESP_UDP, 4), ADDRESSES);
	assert_int_equal(inputs_of(nic, FLOW_ESP, 6), ADDRESSES);
	assert_int_equal(set_fields(nic, ESP_V4_FLOW, SD), -EOPNOTSUPP);
	close_nic(nic);
}

/* The host's hash has the SPI of plain ESP, and of UDP the ports. No RSS, no table, no key. */
static void virtio_without_rss(void **state)
{
	struct model_nic *nic = open_nic("virtio-norss", 4);
	struct ethtool_rxfh rss = {.cmd = ETHTOOL_GRSSH};
	struct model_answer answer;

	assert_int_equal(model_ethtool(nic, &rss), 0);
	assert_int_equal(rss.indir_size | rss.key_size, 0);
	assert_int_equal(inputs_of(nic, FLOW_ESP, 4), ADDRESSES | MODEL_SPI);
	assert_int_equal(inputs_of(nic, FLOW_AH, 6), ADDRESSES | MODEL_SPI);
	assert_int_equal(inputs_of(nic, FLOW_ESP_UDP, 4), ADDRESSES | MODEL_PORTS);
	assert_int_equal(model_ask(nic->model, &answer), 0);
	assert_int_equal(answer.plain, MODEL_ESP_SPI);
	assert_int_equal(answer.udp, MODEL_ESP_ADDRESSES);
	close_nic(nic);
}

/* virtio_net.c:4254-4400: sd of plain IP takes the ports away, r of UDP plain IP. */
static void virtio_quirks(void **state)
{
	struct model_nic *nic = open_nic("virtio", 4);

	assert_int_equal(set_fields(nic, IPV4_FLOW, SD), 0);
	assert_int_equal(get_fields(nic, UDP_V4_FLOW), SD);
	assert_int_equal(get_fields(nic, UDP_V6_FLOW), 0);
	assert_int_equal(inputs_of(nic, FLOW_ESP_UDP, 4), ADDRESSES);
	close_nic(nic);
	nic = open_nic("virtio", 4);
	assert_int_equal(set_fields(nic, UDP_V4_FLOW, MODEL_DISCARD), 0);
	assert_int_equal(get_fields(nic, IPV4_FLOW), 0);
	assert_int_equal(get_fields(nic, TCP_V4_FLOW), SDFN);
	assert_int_equal(get_fields(nic, IPV6_FLOW), SD);
	close_nic(nic);
}

/* ice_flow.c: packet types 162 to 165 are in no profile; nor any of ESP on a virtual function. */
static void ice_unhashed(void **state)
{
	struct model_nic *comms = open_nic("ice", 4), *os = open_nic("ice-os", 4);
	struct model_nic *vf = open_nic("iavf", 4), *x710 = open_nic("iavf-x710", 4);
	struct flow f = packet(FLOW_ESP_UDP, 4);

	comms->table.entry[0] = 3;
	assert_int_equal(inputs_of(comms, FLOW_ESP, 4), MODEL_SPI);
	assert_int_equal(inputs_of(comms, FLOW_AH, 4), 0);
	assert_int_equal(inputs_of(comms, FLOW_ESP_UDP, 4), 0);
	assert_int_equal(model_queue(comms, &f), 3);
	assert_int_equal(model_esp_by(comms, 4, FLOW_ESP_UDP), MODEL_ESP_UNHASHED);
	f.kind = FLOW_OTHER; /* other UDP has its ports */
	f.dport = 53;
	assert_int_equal(model_inputs(comms, &f), ADDRESSES | MODEL_PORTS);
	assert_int_equal(inputs_of(os, FLOW_ESP, 4), ADDRESSES);
	assert_int_equal(inputs_of(os, FLOW_AH, 4), ADDRESSES);
	assert_int_equal(inputs_of(os, FLOW_ESP_UDP, 4), ADDRESSES | MODEL_PORTS);
	assert_int_equal(inputs_of(vf, FLOW_ESP, 4), 0);
	assert_int_equal(inputs_of(vf, FLOW_OTHER, 4), ADDRESSES);
	assert_int_equal(inputs_of(x710, FLOW_ESP, 4), ADDRESSES);
	close_nic(comms);
	close_nic(os);
	close_nic(vf);
	close_nic(x710);
}

/* ice_ethtool.c:3736-3748: a key alone fills the table anew. */
static void ice_key_fills_the_table(void **state)
{
	struct ethtool_rxfh *head = calloc(1, sizeof(*head) + 52);
	struct model_nic *nic = open_nic("ice", 4);

	nic->table.entry[0] = 3;
	*head = (struct ethtool_rxfh){
		.cmd = ETHTOOL_SRSSH, .indir_size = 0xffffffff, .key_size = 52};
	assert_int_equal(model_ethtool(nic, head), 0);
	assert_int_equal(nic->table.entry[0], 0);
	free(head);
	close_nic(nic);
}

/* otx2_ethtool.c:592-735. */
static void octeontx2_fields(void **state)
{
	struct model_nic *nic = open_nic("octeontx2", 4);

	assert_int_equal(get_fields(nic, ESP_V4_FLOW), SD | RXH_VLAN);
	assert_int_equal(set_fields(nic, ESP_V4_FLOW, SD), -EINVAL);
	assert_int_equal(set_fields(nic, AH_V4_FLOW, SD), -EINVAL);
	assert_int_equal(set_fields(nic, AH_ESP_V4_FLOW, RXH_IP_SRC), -EINVAL);
	assert_int_equal(set_fields(nic, AH_ESP_V4_FLOW, SDFN | RXH_VLAN), -EOPNOTSUPP);
	assert_int_equal(inputs_of(nic, FLOW_ESP_UDP, 4), ADDRESSES | MODEL_PORTS);
	assert_int_equal(set_fields(nic, AH_ESP_V6_FLOW, SDFN), 0); /* v4 and v6 share it */
	assert_int_equal(get_fields(nic, AH_ESP_V4_FLOW), SDFN);    /* and VLAN is out */
	assert_int_equal(get_fields(nic, ESP_V4_FLOW), SD);
	assert_int_equal(inputs_of(nic, FLOW_ESP, 4), ADDRESSES | MODEL_SPI | MODEL_SEQ);
	assert_int_equal(inputs_of(nic, FLOW_ESP_UDP, 4), ADDRESSES | MODEL_SPI | MODEL_SEQ);
	assert_int_equal(set_fields(nic, AH_ESP_V4_FLOW, SD), 0); /* brings it back */
	assert_int_equal(get_fields(nic, AH_ESP_V4_FLOW), SD | RXH_VLAN);
	assert_int_equal(set_fields(nic, UDP_V4_FLOW, SDFN), 0); /* takes it out */
	assert_int_equal(get_fields(nic, UDP_V6_FLOW), SDFN);
	assert_int_equal(set_fields(nic, IPV4_FLOW, SD), 0); /* leaves the addresses of all */
	assert_int_equal(get_fields(nic, UDP_V4_FLOW), SD);
	assert_int_equal(get_fields(nic, TCP_V6_FLOW), SD);
	assert_int_equal(inputs_of(nic, FLOW_ESP_UDP, 4), ADDRESSES);
	close_nic(nic);
}

/* af/rvu_nix.c:4040-4390: IPv4's protocol at byte 38, at 36 without VLAN, not with the SPI. */
static void octeontx2_protocol(void **state)
{
	struct model_nic *nic = open_nic("octeontx2", 4);
	struct flow esp = packet(FLOW_ESP, 4), ah = packet(FLOW_AH, 4);
	uint32_t at_38 = 0, at_36 = 0;

	/* 50 ^ 51 = 1: the last bit of the byte. */
	at_38 = toeplitz_window(nic->key, 38, 7);
	at_36 = toeplitz_window(nic->key, 36, 7);
	assert_int_equal(model_hash(nic, &esp) ^ model_hash(nic, &ah), at_38);
	assert_int_equal(set_fields(nic, UDP_V4_FLOW, SDFN), 0);
	assert_int_equal(model_hash(nic, &esp) ^ model_hash(nic, &ah), at_36);
	assert_int_equal(set_fields(nic, AH_ESP_V4_FLOW, SDFN), 0);
	assert_int_equal(model_hash(nic, &esp), model_hash(nic, &ah));
	close_nic(nic);
}

/* bnxt_ethtool.c:1777-1793: what of IPv6 is not the addresses turns plain IPv6 off. */
static void bnxt_v6(void **state)
{
	struct model_nic *nic = open_nic("bnxt", 4);
	struct model_answer answer;
	char command[MODEL_COMMAND_LEN];

	assert_int_equal(set_fields(nic, AH_ESP_V6_FLOW, SDFN), 0);
	assert_int_equal(inputs_of(nic, FLOW_ESP, 6), ADDRESSES | MODEL_SPI);
	assert_int_equal(inputs_of(nic, FLOW_OTHER, 6), 0);
	assert_int_equal(get_fields(nic, IPV6_FLOW), 0);
	assert_int_equal(set_fields(nic, SCTP_V6_FLOW, SD), 0); /* the repair */
	assert_int_equal(inputs_of(nic, FLOW_ESP, 6), ADDRESSES | MODEL_SPI);
	assert_int_equal(inputs_of(nic, FLOW_OTHER, 6), ADDRESSES);
	assert_int_equal(set_fields(nic, AH_ESP_V4_FLOW, SDFN), 0); /* of IPv4 nothing is lost */
	assert_int_equal(inputs_of(nic, FLOW_OTHER, 4), ADDRESSES);
	assert_int_equal(set_fields(nic, UDP_V4_FLOW, 0), 0);
	assert_int_equal(inputs_of(nic, FLOW_OTHER, 4), 0);
	assert_int_equal(inputs_of(nic, FLOW_ESP, 4), ADDRESSES | MODEL_SPI); /* has its own bit */
	assert_int_equal(get_fields(nic, UDP_V4_FLOW), SDFN); /* falls through: that is the SPI's */
	assert_int_equal(inputs_of(nic, FLOW_ESP_UDP, 4), 0);
	assert_int_equal(model_ask(nic->model, &answer), 0);
	assert_string_equal(model_command(&answer, command),
			    "ethtool -N IF rx-flow-hash esp4 sdfn; ethtool -N IF rx-flow-hash esp6 "
			    "sdfn; ethtool -N IF rx-flow-hash sctp6 sd");
	close_nic(nic);
}

/* Every command that is given leaves plain IPv6 hashed. */
static void commands_break_nothing(void **state)
{
	for (const struct model *const *m = models(); *m; m++) {
		struct model_nic *nic = malloc(sizeof(*nic));
		bool before;

		assert_int_equal(model_nic_init(nic, *m, (*m)->max_queues), 0);
		before = inputs_of(nic, FLOW_OTHER, 6);
		model_ask_for_spi(nic);
		assert_true(!before || inputs_of(nic, FLOW_OTHER, 6));
		model_nic_free(nic);
		free(nic);
	}
}

/* amzn-ec2-ena-utilities/ena-toeplitz/toeplitz_calc.py, run without a key. */
static void ena_fixed_vectors(void **state)
{
	static const struct {
		const char *src, *dst;
		uint16_t sport, dport;
		uint32_t hash;
	} vectors[] = {
		{"1.2.3.4", "1.2.3.5", 7000, 7001, 0xc6a1c6a1},
		{"198.51.100.9", "1.2.3.5", 7001, 7000, 0x01a101a1},
		{"192.0.2.9", "192.0.2.1", 0, 0, 0x95979597},
	};
	struct model_nic *nic = open_nic("ena-fixed", 8);

	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		struct flow f = packet(vectors[i].sport ? FLOW_ESP_UDP : FLOW_ESP, 4);

		f.sport = vectors[i].sport;
		f.dport = vectors[i].dport;
		inet_pton(AF_INET, vectors[i].src, f.src);
		inet_pton(AF_INET, vectors[i].dst, f.dst);
		assert_int_equal(model_hash(nic, &f), vectors[i].hash);
	}
	close_nic(nic);
}

/* ixgbe_ethtool.c:3086-3160: of 82599 and X540 the table knows 16 queues, of X550 64. */
static void ixgbe_tables(void **state)
{
	struct ethtool_rxfh *head = calloc(1, sizeof(*head) + 512 * sizeof(uint32_t));
	struct model_nic *old = open_nic("ixgbe", 32), *x550 = open_nic("ixgbe-x550", 32);
	struct model_nic *vfs = open_nic("ixgbe-x550-sriov", 4);

	assert_int_equal(old->table.size, 128);
	assert_int_equal(old->table.entry[15], 15);
	assert_int_equal(old->table.entry[16], 0);
	assert_int_equal(x550->table.size, 512);
	assert_int_equal(x550->table.entry[31], 31);
	assert_int_equal(vfs->table.size, 64);
	*head = (struct ethtool_rxfh){.cmd = ETHTOOL_SRSSH, .indir_size = 128};
	head->rss_config[5] = 16;
	assert_int_equal(model_ethtool(old, head), -EINVAL);
	head->indir_size = 512;
	assert_int_equal(model_ethtool(x550, head), 0);
	free(head);
	close_nic(old);
	close_nic(x550);
	close_nic(vfs);
}

/* iavf_ethtool.c:928-931, 1158-1168, 1236-1271. */
static void iavf_rules(void **state)
{
	struct ethtool_rxnfc ask = {.cmd = ETHTOOL_GRXCLSRULE, .fs.location = 5};
	struct ethtool_rx_flow_spec rule = {.flow_type = IPV4_USER_FLOW, .location = 5};
	struct model_nic *nic = open_nic("iavf", 4);

	assert_int_equal(model_ethtool(nic, &ask), -EINVAL);
	rule.h_u.usr_ip4_spec.proto = IPPROTO_ESP;
	rule.m_u.usr_ip4_spec.proto = 0xff;
	assert_int_equal(model_rule_insert(nic, &rule), -EOPNOTSUPP);
	rule.h_u.usr_ip4_spec.proto = 115; /* L2TP */
	assert_int_equal(model_rule_insert(nic, &rule), 0);
	rule.flow_type = ESP_V4_FLOW | FLOW_MAC_EXT;
	rule.location = 6;
	assert_int_equal(model_rule_insert(nic, &rule), -EINVAL);
	assert_int_equal(set_fields(nic, UDP_V4_FLOW, SDFN), 0);
	assert_int_equal(set_fields(nic, UDP_V4_FLOW, SDFN), -EEXIST);
	for (uint32_t i = 0; i < 130; i++) {
		rule = (struct ethtool_rx_flow_spec){.flow_type = ESP_V4_FLOW, .location = i};
		rule.h_u.esp_ip4_spec.spi = htonl(0x1000 + i);
		rule.m_u.esp_ip4_spec.spi = 0xffffffff;
		assert_int_equal(model_rule_insert(nic, &rule), i == 5	  ? -EEXIST
								: i < 128 ? 0
									  : -ENOSPC);
		if (i == 5) { /* a place of its own again */
			assert_int_equal(model_rule_delete(nic, 5), 0);
			assert_int_equal(model_rule_insert(nic, &rule), 0);
		}
	}
	close_nic(nic);
}

/* nicvf_ethtool.c:551 */
static void thunder_takes_plain_ip(void **state)
{
	struct model_nic *nic = open_nic("thunder", 4);

	assert_int_equal(set_fields(nic, IPV4_FLOW, SD), 0);
	assert_int_equal(set_fields(nic, ESP_V4_FLOW, SD), -EINVAL);
	close_nic(nic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hv_netvsc),
		cmocka_unit_test(virtio_without_rss),
		cmocka_unit_test(virtio_quirks),
		cmocka_unit_test(ice_unhashed),
		cmocka_unit_test(ice_key_fills_the_table),
		cmocka_unit_test(octeontx2_fields),
		cmocka_unit_test(octeontx2_protocol),
		cmocka_unit_test(bnxt_v6),
		cmocka_unit_test(commands_break_nothing),
		cmocka_unit_test(ena_fixed_vectors),
		cmocka_unit_test(ixgbe_tables),
		cmocka_unit_test(iavf_rules),
		cmocka_unit_test(thunder_takes_plain_ip),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
