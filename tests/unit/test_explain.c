// SPDX-License-Identifier: GPL-2.0-only
// Which input of the hash explains what was measured: by published vectors, and by NICs made here.
#include "measured_fixture.h"

#include <string.h>
#include "core/toeplitz.h"
#include "nic/explain.h"
#include "toeplitz_ref.h"

enum { KEY_LEN = 48 };

static struct explanation explained(struct measured *m, const struct indir *table, bool udp)
{
	const struct explain_facts facts = {m, microsoft_key, sizeof(microsoft_key), table, true};
	struct explanation e;

	measured_sort(m);
	explain(&facts, udp, &e);
	return e;
}

/* Microsoft's published vectors for the addresses alone, of IPv4 and IPv6. */
static void explains_addresses(void **state)
{
	struct flow a = flow(FLOW_ESP, "66.9.149.187", "161.142.100.80", 0x100);
	struct flow b = flow(FLOW_ESP, "3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", 0x200);
	struct measured m = {0};
	struct explanation e;
	struct indir table;

	indir_fill(&table, 128, 4);
	see(&m, &a, 0x323e8fc2 % 4, 0x323e8fc2, 5);
	see(&m, &b, 0x2cc18cd5 % 4, 0x2cc18cd5, 5);
	e = explained(&m, &table, false);
	assert_int_equal(e.by, EXPLAIN_BY_HASHES);
	assert_int_equal(e.input, EXPLAIN_ADDRESSES);
	assert_int_equal(e.symmetric, EXPLAIN_AS_IS);
	assert_false(e.reversed);
	assert_true(e.table_fits);
	assert_int_equal(e.packets, 8);
	/* One packet on another queue than its hash says, and the table is another. */
	see(&m, &a, 0x323e8fc2 % 4 + 1, 0x323e8fc2, 1);
	assert_false(explained(&m, &table, false).table_fits);
	/* One hash that is another, and nothing explains them. */
	measured_free(&m);
	see(&m, &a, 0, 0x323e8fc2, 1);
	see(&m, &b, 0, 0x2cc18cd4, 1);
	assert_int_equal(explained(&m, &table, false).by, EXPLAIN_NOT);
	assert_null(explained(&m, &table, false).untried);
	measured_free(&m);
}

/* The published vector with ports, here 4500 and 4500 of nobody: of ESP in UDP alone. */
static void explains_ports(void **state)
{
	struct flow f = flow(FLOW_ESP_UDP, "66.9.149.187", "161.142.100.80", 0x100);
	struct measured m = {0};

	f.sport = 2794;
	f.dport = 1766;
	see(&m, &f, 0, 0x51ccc178, 5);
	assert_int_equal(explained(&m, NULL, true).input, EXPLAIN_PORTS);
	assert_int_equal(explained(&m, NULL, true).by, EXPLAIN_BY_HASHES);
	assert_int_equal(explained(&m, NULL, false).by, EXPLAIN_NOT);
	measured_free(&m);
}

/* src|dst|SPI and SPI alone, computed apart from this program under the same key. */
static void explains_spi(void **state)
{
	static const struct {
		uint32_t spi, with_addresses, alone;
	} vectors[] = {
		{0x100, 0xac9f5e05, 0x6d12ad87},
		{0xc0ffee01, 0xd12f9e3d, 0x01518449},
		{0x12345678, 0x1b12b571, 0x1479d23c},
	};
	struct measured both = {0}, alone = {0};

	for (int i = 0; i < 3; i++) {
		struct flow f = flow(FLOW_ESP, "66.9.149.187", "161.142.100.80", vectors[i].spi);

		see(&both, &f, 0, vectors[i].with_addresses, 5);
		see(&alone, &f, 0, vectors[i].alone, 5);
	}
	assert_int_equal(explained(&both, NULL, false).by, EXPLAIN_BY_HASHES);
	assert_int_equal(explained(&both, NULL, false).input, EXPLAIN_ADDRESSES_SPI);
	assert_int_equal(explained(&alone, NULL, false).input, EXPLAIN_SPI);
	measured_free(&both);
	measured_free(&alone);
}

/* No hash is told: the queues of enough SAs tell the same, too few do not. */
static void explains_queues(void **state)
{
	struct measured m = {0};
	struct toeplitz t;
	struct indir table;

	toeplitz_init(&t, microsoft_key, sizeof(microsoft_key));
	indir_fill(&table, 128, 4);
	for (uint32_t i = 0; i < 24; i++) {
		struct flow f = flow(FLOW_ESP, "192.0.2.1", "192.0.2.2", 0xc0000000 + i * 0x12345);
		uint32_t hash = toeplitz_part(&t, 0, f.src[0]) ^ toeplitz_part(&t, 4, f.dst[0]) ^
				toeplitz_part(&t, 8, htonl(f.spi));

		see(&m, &f, indir_pick(&table, hash), 0, 5);
		if (i == 2)
			assert_int_equal(explained(&m, &table, false).by, EXPLAIN_NOT);
	}
	assert_int_equal(explained(&m, &table, false).by, EXPLAIN_BY_QUEUES);
	assert_int_equal(explained(&m, &table, false).input, EXPLAIN_ADDRESSES_SPI);
	assert_int_equal(explained(&m, &table, false).hashes, 0);
	assert_int_equal(explained(&m, NULL, false).by, EXPLAIN_NOT);
	assert_non_null(explained(&m, NULL, false).untried);
	measured_free(&m);
}

static void cannot_explain(void **state)
{
	struct flow f = flow(FLOW_ESP, "192.0.2.1", "192.0.2.2", 1);
	struct explain_facts facts = {.toeplitz = true};
	struct measured m = {0};
	struct explanation e;

	facts.measured = &m;
	explain(&facts, false, &e);
	assert_string_equal(e.untried, "no packet was seen");
	see(&m, &f, 0, 5, 5);
	explain(&facts, false, &e);
	assert_string_equal(e.untried, "the driver does not show its key");
	facts.toeplitz = false;
	explain(&facts, false, &e);
	assert_string_equal(e.untried, "the hash function is not Toeplitz");
	measured_free(&m);
}

/* --- NICs that hash by hand what some driver says --- */

/* One NIC: what it takes of a packet, and what it does with the key and the hash. */
struct made_nic {
	size_t (*take)(const struct flow *f, uint8_t *bytes);
	bool reversed, inverted, folded;
};

static uint32_t hash_of(const struct made_nic *nic, const struct flow *f)
{
	uint8_t bytes[48] = {0}, other[64], long_key[64];
	uint32_t hash;

	for (size_t i = 0; i < sizeof(long_key); i++)
		long_key[i] = microsoft_key[i % sizeof(microsoft_key)];
	for (size_t i = 0; i < KEY_LEN; i++)
		other[i] = long_key[KEY_LEN - 1 - i];
	hash = toeplitz_ref(nic->reversed ? other : long_key, bytes, nic->take(f, bytes));
	hash = nic->inverted ? ~hash : hash;
	return nic->folded ? (hash & 0xffff) | hash << 16 : hash;
}

/* 24 SAs of two pairs, one with the larger source, measured on such a NIC. */
static void measure_on(const struct made_nic *nic, uint8_t kind, struct measured *m)
{
	for (uint32_t i = 0; i < 24; i++) {
		struct flow f = flow(kind, i % 2 ? "192.0.2.1" : "203.0.113.9", "198.51.100.1",
				     0xc0000000 + i * 0x9e3779b1u / 4);

		if (kind == FLOW_ESP_UDP)
			f.sport = i % 4 < 2 ? 1024 : 60000;
		f.seq = i;
		assert_int_equal(measured_add(m, &f, 0, hash_of(nic, &f)), 0);
	}
	measured_sort(m);
}

static struct explanation explain_made(const struct made_nic *nic, uint8_t kind)
{
	struct measured m = {0};
	uint8_t long_key[KEY_LEN];
	struct explain_facts facts = {
		.measured = &m, .key = long_key, .key_len = KEY_LEN, .toeplitz = true};
	struct explanation e;

	for (size_t i = 0; i < KEY_LEN; i++)
		long_key[i] = microsoft_key[i % sizeof(microsoft_key)];
	measure_on(nic, kind, &m);
	explain(&facts, kind == FLOW_ESP_UDP, &e);
	assert_int_equal(e.by, EXPLAIN_BY_HASHES);
	assert_int_equal(e.reversed, nic->reversed);
	assert_int_equal(e.inverted, nic->inverted);
	assert_int_equal(e.folded, nic->folded);
	measured_free(&m);
	return e;
}

static void put16(uint8_t *bytes, uint32_t value)
{
	bytes[0] = (uint8_t)(value >> 8);
	bytes[1] = (uint8_t)value;
}

static void put32(uint8_t *bytes, uint32_t value)
{
	put16(bytes, value >> 16);
	put16(bytes + 2, value & 0xffff);
}

static uint32_t host(__be32 word)
{
	return ntohl(word);
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static uint32_t most(uint32_t a, uint32_t b)
{
	return a < b ? b : a;
}

/* AWS ENA: addresses and ports sorted, each by itself. */
static size_t take_sorted(const struct flow *f, uint8_t *bytes)
{
	put32(bytes, least(host(f->src[0]), host(f->dst[0])));
	put32(bytes + 4, most(host(f->src[0]), host(f->dst[0])));
	put16(bytes + 8, least(f->sport, f->dport));
	put16(bytes + 10, most(f->sport, f->dport));
	return f->kind == FLOW_ESP_UDP ? 12 : 8;
}

/* ConnectX, as DPDK describes it: addresses sorted, the SPI behind them as it is. */
static size_t take_sorted_spi(const struct flow *f, uint8_t *bytes)
{
	take_sorted(f, bytes);
	put32(bytes + 8, f->spi);
	return 12;
}

/* ConnectX, as Linux describes it. */
static size_t take_or_xor_spi(const struct flow *f, uint8_t *bytes)
{
	put32(bytes, host(f->src[0]) | host(f->dst[0]));
	put32(bytes + 4, host(f->src[0]) ^ host(f->dst[0]));
	put32(bytes + 8, f->spi);
	return 12;
}

/* The same where the SPI's halves are taken for ports. */
static size_t take_or_xor_halves(const struct flow *f, uint8_t *bytes)
{
	take_or_xor_spi(f, bytes);
	put16(bytes + 8, f->spi >> 16 | (f->spi & 0xffff));
	put16(bytes + 10, f->spi >> 16 ^ (f->spi & 0xffff));
	return 12;
}

static size_t take_sorted_halves(const struct flow *f, uint8_t *bytes)
{
	take_sorted(f, bytes);
	put16(bytes + 8, least(f->spi >> 16, f->spi & 0xffff));
	put16(bytes + 10, most(f->spi >> 16, f->spi & 0xffff));
	return 12;
}

/* octeontx2: addresses at 0, ports at 32, the tag of VLAN 1234 at 36, the protocol at 38. */
static size_t take_octeontx2(const struct flow *f, uint8_t *bytes)
{
	bool udp = f->kind == FLOW_ESP_UDP;

	put32(bytes, host(f->src[0]));
	put32(bytes + 4, host(f->dst[0]));
	if (udp)
		put32(bytes + 32, (uint32_t)f->sport << 16 | f->dport);
	put16(bytes + 36, 1234);
	bytes[38] = udp ? 17 : 50;
	return 39;
}

/* The same once any setting took the VLAN out. */
static size_t take_octeontx2_no_vlan(const struct flow *f, uint8_t *bytes)
{
	take_octeontx2(f, bytes);
	bytes[36] = bytes[38];
	return 37;
}

static void explains_ena(void **state)
{
	const struct made_nic fixed = {take_sorted, false, true, true};
	const struct made_nic settable = {take_sorted, true, true, false};
	struct explanation e = explain_made(&fixed, FLOW_ESP);
	char words[256];

	assert_int_equal(e.input, EXPLAIN_ADDRESSES);
	assert_int_equal(e.symmetric, EXPLAIN_SORT);
	assert_non_null(strstr(explain_words(&e, words, sizeof(words)), "the smaller one first"));
	assert_non_null(strstr(words, "low 16 bits"));
	e = explain_made(&fixed, FLOW_ESP_UDP);
	assert_int_equal(e.input, EXPLAIN_PORTS);
	assert_int_equal(e.symmetric, EXPLAIN_SORT);
	e = explain_made(&settable, FLOW_ESP_UDP);
	assert_int_equal(e.input, EXPLAIN_PORTS);
	assert_int_equal(e.symmetric, EXPLAIN_SORT);
}

static void explains_symmetric_spi(void **state)
{
	static const struct {
		struct made_nic nic;
		enum explain_input input;
		enum explain_symmetric symmetric;
	} cases[] = {
		{{.take = take_sorted_spi}, EXPLAIN_ADDRESSES_SPI, EXPLAIN_SORT},
		{{.take = take_or_xor_spi}, EXPLAIN_ADDRESSES_SPI, EXPLAIN_OR_XOR},
		{{.take = take_or_xor_halves}, EXPLAIN_SPI_AS_PORTS, EXPLAIN_OR_XOR},
		{{.take = take_sorted_halves}, EXPLAIN_SPI_AS_PORTS, EXPLAIN_SORT},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct explanation e = explain_made(&cases[i].nic, FLOW_ESP);

		assert_int_equal(e.input, cases[i].input);
		assert_int_equal(e.symmetric, cases[i].symmetric);
	}
}

static void explains_octeontx2(void **state)
{
	const struct made_nic all = {.take = take_octeontx2},
			      less = {.take = take_octeontx2_no_vlan};
	struct explanation e = explain_made(&all, FLOW_ESP);

	assert_int_equal(e.input, EXPLAIN_PROTOCOL);
	assert_int_equal(e.tag, 1234);
	e = explain_made(&all, FLOW_ESP_UDP);
	assert_int_equal(e.input, EXPLAIN_PORTS_PROTOCOL);
	assert_int_equal(e.tag, 1234);
	assert_int_equal(explain_made(&less, FLOW_ESP_UDP).input, EXPLAIN_PORTS_PROTOCOL_AT_36);
	assert_int_equal(explain_made(&less, FLOW_ESP).input, EXPLAIN_PROTOCOL_AT_36);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(explains_addresses),	  cmocka_unit_test(explains_ports),
		cmocka_unit_test(explains_spi),		  cmocka_unit_test(explains_queues),
		cmocka_unit_test(cannot_explain),	  cmocka_unit_test(explains_ena),
		cmocka_unit_test(explains_symmetric_spi), cmocka_unit_test(explains_octeontx2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
