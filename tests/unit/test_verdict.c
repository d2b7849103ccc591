// SPDX-License-Identifier: GPL-2.0-only
// What a NIC does with ESP, judged by where packets were seen, and which hash explains it.
#include "measured_fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nic/claims.h"
#include "nic/explain.h"
#include "nic/model_claimed.h"
#include "nic/model_measure.h"
#include "nic/verdict.h"

/* SAs of one pair, n packets each, the queue of number i being i * step modulo 4. */
static void see_sas(struct measured *m, int sas, int step, int n)
{
	for (int i = 0; i < sas; i++) {
		struct flow f = flow(FLOW_ESP, "192.0.2.1", "192.0.2.2", 0x1000 + i);

		see(m, &f, (uint16_t)(i * step % 4), 0, n);
	}
}

static struct verdict_part judge(struct measured *m, double queues, bool hashes, bool udp)
{
	const struct verdict_facts facts = {m, queues, hashes};
	struct verdict_part part;

	measured_sort(m);
	verdict_of(&facts, udp, &part);
	return part;
}

static void too_little(void **state)
{
	struct measured m = {0};
	struct verdict_part part = judge(&m, 4, false, false);

	assert_int_equal(part.verdict, VERDICT_UNKNOWN);
	assert_int_equal(part.missing_sas, 0); /* packets first */
	/* Three SAs of a pair on one of 4 queues: 1 in 16, by chance. Two more make it 1 in 256. */
	see_sas(&m, 3, 0, 10);
	part = judge(&m, 4, false, false);
	assert_int_equal(part.verdict, VERDICT_UNKNOWN);
	assert_int_equal(part.missing_sas, 2);
	assert_int_equal(part.sas, 3);
	assert_int_equal(part.packets, 30);
	assert_int_equal(part.queues, 1);
	measured_free(&m);
	/* Three packets are not yet an SA that counts. */
	see_sas(&m, 9, 1, 3);
	assert_int_equal(judge(&m, 4, false, false).verdict, VERDICT_UNKNOWN);
	measured_free(&m);
}

static void by_addresses(void **state)
{
	struct measured m = {0};
	struct verdict_part part;

	see_sas(&m, 5, 0, 10);
	part = judge(&m, 4, false, false);
	assert_int_equal(part.verdict, VERDICT_ADDRESSES);
	assert_int_equal(part.largest_pair, 5);
	assert_false(part.by_hash);
	/* Over two queues, or a table that has three quarters on one, it takes more. */
	assert_int_equal(judge(&m, 2, false, false).verdict, VERDICT_UNKNOWN);
	assert_int_equal(judge(&m, 2, false, false).missing_sas, 3);
	assert_int_equal(judge(&m, 1, false, false).verdict, VERDICT_SINGLE);
	/* One SA each of many pairs says nothing of the SPI, wherever they are. */
	measured_free(&m);
	for (int i = 0; i < 20; i++) {
		char src[32];
		struct flow f;

		snprintf(src, sizeof(src), "192.0.2.%d", i + 1);
		f = flow(FLOW_ESP, src, "198.51.100.1", 0x2000);
		see(&m, &f, (uint16_t)(i % 4), 0, 10);
	}
	part = judge(&m, 4, false, false);
	assert_int_equal(part.verdict, VERDICT_UNKNOWN);
	assert_int_equal(part.pairs, 20);
	assert_int_equal(part.missing_sas, 4);
	measured_free(&m);
}

static void by_spi(void **state)
{
	struct measured m = {0};
	struct verdict_part part;

	see_sas(&m, 4, 1, 10);
	part = judge(&m, 4, false, false);
	assert_int_equal(part.verdict, VERDICT_SPI);
	assert_int_equal(part.queues, 4);
	/* Those in UDP are judged by themselves. */
	assert_int_equal(judge(&m, 4, false, true).verdict, VERDICT_UNKNOWN);
	measured_free(&m);
}

/* Two SAs are enough when the NIC tells its hashes; the kernel's own hashes tell nothing. */
static void by_hash(void **state)
{
	struct flow a = flow(FLOW_ESP, "192.0.2.1", "192.0.2.2", 1);
	struct flow b = flow(FLOW_ESP, "192.0.2.1", "192.0.2.2", 2);
	struct measured m = {0};

	see(&m, &a, 1, 0xdeadbeef, 10);
	see(&m, &b, 1, 0xdeadbeef, 10);
	assert_int_equal(judge(&m, 4, true, false).verdict, VERDICT_ADDRESSES);
	assert_true(judge(&m, 4, true, false).by_hash);
	assert_int_equal(judge(&m, 4, false, false).verdict, VERDICT_UNKNOWN);
	measured_free(&m);
	see(&m, &a, 1, 0xdeadbeef, 10);
	see(&m, &b, 1, 0xdeadbeee, 10);
	assert_int_equal(judge(&m, 4, true, false).verdict, VERDICT_SPI);
	assert_int_equal(judge(&m, 4, false, false).verdict, VERDICT_UNKNOWN);
	measured_free(&m);
}

static void sprayed(void **state)
{
	struct flow f = flow(FLOW_ESP, "192.0.2.1", "192.0.2.2", 7);
	struct measured m = {0};
	struct verdict_part part;

	see_sas(&m, 8, 1, 10);
	see(&m, &f, 2, 0, 14);
	see(&m, &f, 3, 0, 3);
	part = judge(&m, 4, false, false);
	assert_int_equal(part.verdict, VERDICT_SPRAYS);
	assert_int_equal(m.entry[part.sprayed].key.spi, 7);
	/* The few packets that a changed table leaves on the old queue are no spray. */
	see(&m, &f, 2, 0, 8);
	assert_int_equal(judge(&m, 4, false, false).verdict, VERDICT_SPI);
	measured_free(&m);
}

static void overall(void **state)
{
	struct verdict_part plain = {.verdict = VERDICT_SPI}, udp = {.verdict = VERDICT_ADDRESSES};

	assert_int_equal(verdict_overall(&plain, &udp), VERDICT_SPI);
	plain.verdict = VERDICT_UNKNOWN;
	assert_int_equal(verdict_overall(&plain, &udp), VERDICT_ADDRESSES);
	udp.verdict = VERDICT_SPRAYS;
	plain.verdict = VERDICT_SPI;
	assert_int_equal(verdict_overall(&plain, &udp), VERDICT_SPRAYS);
}

/* Queues without a number, as after a cpumap, are no queue. */
static void no_queue(void **state)
{
	struct flow f = flow(FLOW_ESP, "192.0.2.1", "192.0.2.2", 7);
	struct measured m = {0};

	see(&m, &f, MEASURE_NO_QUEUE, 0, 50);
	assert_int_equal(judge(&m, 4, false, false).sas, 0);
	/* Nor another one beside a queue. */
	see(&m, &f, 2, 0, 50);
	assert_int_equal(judge(&m, 4, false, false).sas, 1);
	assert_int_equal(judge(&m, 4, false, false).verdict, VERDICT_UNKNOWN);
	assert_int_equal(judge(&m, 4, false, false).missing_sas, 4);
	measured_free(&m);
}

/* --- which hash --- */

/* --- the models, measured as a NIC is --- */

struct expected {
	const char *model;
	bool ask; /* esp4 sdfn was set */
	enum verdict plain, udp;
	enum explain_by by;
	enum explain_input input;
	enum explain_symmetric symmetric;
	bool reversed;
};

/* What the drivers' sources say (the models' facts), one row for each distinct behaviour. */
static const struct expected expected[] = {
	{"mlx5", false, VERDICT_SPI, VERDICT_ADDRESSES, EXPLAIN_BY_HASHES, EXPLAIN_ADDRESSES_SPI,
	 EXPLAIN_OR_XOR, false},
	{"ice", false, VERDICT_SPI, VERDICT_ADDRESSES, EXPLAIN_BY_HASHES, EXPLAIN_SPI,
	 EXPLAIN_AS_IS, false},
	{"i40e", false, VERDICT_ADDRESSES, VERDICT_ADDRESSES, EXPLAIN_BY_HASHES, EXPLAIN_ADDRESSES,
	 EXPLAIN_AS_IS, false},
	{"ena", false, VERDICT_ADDRESSES, VERDICT_ADDRESSES, EXPLAIN_BY_HASHES, EXPLAIN_ADDRESSES,
	 EXPLAIN_AS_IS, true},
	{"ena", true, VERDICT_ADDRESSES, VERDICT_ADDRESSES, EXPLAIN_BY_HASHES, EXPLAIN_ADDRESSES,
	 EXPLAIN_AS_IS, true},
	{"ena-fixed", false, VERDICT_ADDRESSES, VERDICT_ADDRESSES, EXPLAIN_BY_HASHES,
	 EXPLAIN_ADDRESSES, EXPLAIN_SORT, false},
	{"gve", false, VERDICT_ADDRESSES, VERDICT_ADDRESSES, EXPLAIN_BY_HASHES, EXPLAIN_ADDRESSES,
	 EXPLAIN_AS_IS, false},
	{"hv_netvsc", false, VERDICT_ADDRESSES, VERDICT_ADDRESSES, EXPLAIN_BY_HASHES,
	 EXPLAIN_ADDRESSES, EXPLAIN_AS_IS, false},
	{"octeontx2", false, VERDICT_ADDRESSES, VERDICT_ADDRESSES, EXPLAIN_BY_HASHES,
	 EXPLAIN_PROTOCOL, EXPLAIN_AS_IS, false},
	{"octeontx2", true, VERDICT_SPRAYS, VERDICT_SPRAYS, EXPLAIN_BY_HASHES, EXPLAIN_SEQ_AT_32,
	 EXPLAIN_AS_IS, false},
	{"virtio-norss", false, VERDICT_SPI, VERDICT_ADDRESSES, EXPLAIN_NOT, 0, 0, false},
	{"bnxt", true, VERDICT_SPI, VERDICT_ADDRESSES, EXPLAIN_BY_HASHES, EXPLAIN_ADDRESSES_SPI,
	 EXPLAIN_AS_IS, false},
	{"vmxnet3-v3", true, VERDICT_ADDRESSES, VERDICT_ADDRESSES, EXPLAIN_NOT, 0, 0, false},
	{"vmxnet3-v4", true, VERDICT_SPI, VERDICT_ADDRESSES, EXPLAIN_NOT, 0, 0, false},
	{"virtio", true, VERDICT_ADDRESSES, VERDICT_ADDRESSES, EXPLAIN_BY_HASHES,
	 EXPLAIN_ADDRESSES, EXPLAIN_AS_IS, false},
};

static void check_model(const struct expected *x)
{
	struct ethtool_rxnfc sdfn = {
		.cmd = ETHTOOL_SRXFH, .flow_type = AH_ESP_V4_FLOW, .data = 0xf0};
	struct model_nic *nic = malloc(sizeof(*nic));
	struct claims *claims = malloc(sizeof(*claims));
	struct explain_facts known = {.toeplitz = true};
	struct verdict_facts facts = {.hashes_of_nic = true};
	struct verdict_part part;
	struct explanation e;
	struct measured m;

	assert_int_equal(model_nic_init(nic, model_find(x->model), 8), 0);
	if (x->ask)
		model_ethtool(nic, &sdfn);
	claims_gather(claims_ask_model, nic, claims);
	assert_int_equal(model_measure(nic, &m), 0);
	facts.measured = known.measured = &m;
	facts.queues = claims_queues(claims);
	known.key = claims->key_size ? claims->key : nic->model->fixed_key;
	known.key_len = known.key ? nic->model->key_used : 0;
	known.table = claims->table.size ? &claims->table : NULL;
	verdict_of(&facts, true, &part);
	assert_int_equal(part.verdict, x->udp);
	verdict_of(&facts, false, &part);
	assert_int_equal(part.verdict, x->plain);
	explain(&known, false, &e);
	assert_int_equal(e.by, x->by);
	assert_int_equal(e.input, x->input);
	assert_int_equal(e.symmetric, x->symmetric);
	assert_int_equal(e.reversed, x->reversed);
	assert_int_equal(e.table_fits, known.table != NULL);
	measured_free(&m);
	model_nic_free(nic);
	free(claims);
	free(nic);
}

static void models_measured(void **state)
{
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		check_model(&expected[i]);
}

/* --- claims --- */

static void claim(const char *model, uint32_t queues, struct claims *claims)
{
	struct model_nic *nic = malloc(sizeof(*nic));

	assert_int_equal(model_nic_init(nic, model_find(model), queues), 0);
	claims_gather(claims_ask_model, nic, claims);
	model_nic_free(nic);
	free(nic);
}

static void claims_in_words(void **state)
{
	static const struct {
		const char *model, *esp, *esp4, *ah_esp4;
	} rows[] = {
		{"mlx5", "addresses", "sd", "EINVAL"},
		{"ice", "nothing", "none", "none"},
		{"ena", "refused", "EOPNOTSUPP", "EOPNOTSUPP"},
	};
	struct claims *claims = malloc(sizeof(*claims));
	char buf[32];

	for (int i = 0; i < 3; i++) {
		claim(rows[i].model, 4, claims);
		assert_string_equal(claims_of_esp(claims), rows[i].esp);
		assert_string_equal(
			claims_fields_words(claims_fields_of(claims, "esp4"), buf), rows[i].esp4);
		assert_string_equal(
			claims_fields_words(claims_fields_of(claims, "ah_esp4"), buf),
			rows[i].ah_esp4);
	}
	assert_string_equal(
		claims_fields_words(&(struct claims_fields){.err = -524}, buf), "errno 524");
	free(claims);
}

static void effective_queues(void **state)
{
	struct claims *claims = calloc(1, sizeof(*claims));

	assert_true(claims_queues(claims) == 0);
	claims->channels = 6;
	assert_true(claims_queues(claims) == 6);
	indir_fill(&claims->table, 128, 4);
	assert_true(claims_queues(claims) == 4);
	indir_fill(&claims->table, 4, 2); /* 3 of 4 on one: 1 / (9/16 + 1/16) */
	claims->table.entry[1] = 0;
	assert_true(claims_queues(claims) == 1.6);
	free(claims);
}

/* Of several models of a driver the one that answers alike; else the nearest. */
static void which_model(void **state)
{
	static const char *const names[] = {"ena", "ena-fixed", "vmxnet3-v3", "mlx5", "ice"};
	struct claims *claims = malloc(sizeof(*claims));
	unsigned int differ;
	const char *which;

	for (int i = 0; i < 5; i++) {
		claim(names[i], 4, claims);
		assert_string_equal(claims_model(claims, &differ, &which)->name, names[i]);
		assert_int_equal(differ, 0);
		assert_null(which);
	}
	claims->fields[0].err = -EIO;
	assert_string_equal(claims_model(claims, &differ, &which)->driver->name, "ice");
	assert_int_equal(differ, 1);
	assert_string_equal(which, "esp4");
	strcpy(claims->driver, "tulip");
	assert_null(claims_model(claims, &differ, &which));
	free(claims);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(too_little),
		cmocka_unit_test(by_addresses),
		cmocka_unit_test(by_spi),
		cmocka_unit_test(by_hash),
		cmocka_unit_test(sprayed),
		cmocka_unit_test(overall),
		cmocka_unit_test(no_queue),
		cmocka_unit_test(models_measured),
		cmocka_unit_test(claims_in_words),
		cmocka_unit_test(effective_queues),
		cmocka_unit_test(which_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
