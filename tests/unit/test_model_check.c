// SPDX-License-Identifier: GPL-2.0-only
// A model held against what a NIC showed: NICs made up here, by the reference hash, are recognised.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "nic/model_check.h"
#include "toeplitz_ref.h"

enum { PAIRS = 2, SAS = 40, KEY = 40, QUEUES = 8 };

/* A NIC with a hash of our own making: where in its input the SPI lies. */
struct nic {
	struct claims claims;
	struct model_sample sample[PAIRS * SAS * 2];
	size_t n;
	struct model_seen seen;
};

enum input { BY_ADDRESSES, BY_SPI_LAST, BY_SPI_AT_32 };

static void word(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static uint32_t hash_of(const struct nic *nic, enum input input, uint8_t family, uint32_t pair,
			uint32_t spi)
{
	uint8_t bytes[36] = {0};
	size_t addresses = family == 4 ? 8 : 32;
	size_t at = input == BY_SPI_AT_32 ? 32 : addresses;

	word(bytes, 0xc0000201 + pair);
	word(bytes + addresses - 4, 0xc6336401);
	if (input == BY_ADDRESSES)
		return toeplitz_ref(nic->claims.key, bytes, addresses);
	word(bytes + at, spi);
	return toeplitz_ref(nic->claims.key, bytes, at + 4);
}

static void add_pair(struct nic *nic, enum input input, uint8_t family, uint8_t kind, uint32_t pair)
{
	uint32_t first = 0, first_hash = 0;

	for (uint32_t i = 0; i < SAS; i++) {
		uint32_t spi = 0x1000 + (uint32_t)random();
		uint32_t hash = hash_of(nic, input, family, pair, spi);

		if (!i)
			first = spi, first_hash = hash;
		nic->sample[nic->n++] = (struct model_sample){
			.pair = pair,
			.family = family,
			.kind = kind,
			.hashed = true,
			.queue = indir_pick(&nic->claims.table, hash),
			.spi = spi ^ first,
			.hash = hash ^ first_hash,
			.packets = 100,
		};
	}
}

/* As the driver of that model answers, with a key and a table of its own. */
static void make(struct nic *nic, const char *like, enum input input, uint8_t family, uint8_t kind)
{
	struct model_nic *model = malloc(sizeof(*model));

	memset(nic, 0, sizeof(*nic));
	assert_non_null(model);
	assert_int_equal(model_nic_init(model, model_find(like), QUEUES), 0);
	claims_gather(claims_ask_model, model, &nic->claims);
	model_nic_free(model);
	free(model);
	if (!nic->claims.key_size)
		nic->claims.key_size = KEY; /* one that is known although it is not shown */
	nic->claims.key_known = true;
	for (uint32_t i = 0; i < nic->claims.key_size; i++)
		nic->claims.key[i] = (uint8_t)random();
	nic->claims.table.size = nic->claims.table_size;
	for (uint32_t i = 0; i < nic->claims.table_size; i++)
		nic->claims.table.entry[i] = (uint16_t)(random() % QUEUES);
	for (uint32_t pair = 0; pair < PAIRS; pair++)
		add_pair(nic, input, family, kind, pair);
	nic->seen = (struct model_seen){
		.claims = &nic->claims, .sample = nic->sample, .n = nic->n, .hashes_of_nic = true};
}

static struct model_check check;

static enum model_fit held_against(const struct nic *nic, const char *model)
{
	assert_int_equal(model_check(model_find(model), &nic->seen, &check), 0);
	assert_int_equal(check.parts, nic->n ? 1 : 0);
	return model_check_fit(&check);
}

static void test_recognised(void **state)
{
	struct nic nic;

	for (uint8_t family = 4; family <= 6; family += 2) {
		make(&nic, "mlx5", BY_SPI_LAST, family, FLOW_ESP);
		assert_int_equal(held_against(&nic, "mlx5"), MODEL_FITS);
		assert_int_equal(check.differ, 0);
		assert_int_equal(check.part[0].hashes, PAIRS * (SAS - 1));
		assert_int_equal(check.part[0].queues, PAIRS * SAS);
		assert_int_equal(held_against(&nic, "i40e"), MODEL_FITS_NOT);
		assert_true(check.differ > 0);
		make(&nic, "i40e", BY_ADDRESSES, family, FLOW_ESP);
		assert_int_equal(held_against(&nic, "i40e"), MODEL_FITS);
		assert_int_equal(check.differ, 0);
		assert_int_equal(held_against(&nic, "mlx5"), MODEL_FITS_NOT);
		make(&nic, "mlx5", BY_SPI_LAST, family, FLOW_AH);
		assert_int_equal(held_against(&nic, "mlx5"), MODEL_FITS);
		make(&nic, "mlx5", BY_ADDRESSES, family, FLOW_ESP_UDP);
		assert_int_equal(held_against(&nic, "mlx5"), MODEL_FITS);
	}
}

/* The model's fact that is unverified: where in the input the SPI lies. */
static void test_spi_elsewhere(void **state)
{
	struct nic nic;

	make(&nic, "mlx5", BY_SPI_AT_32, 4, FLOW_ESP);
	assert_int_equal(held_against(&nic, "mlx5"), MODEL_FITS_NOT);
	assert_int_equal(check.part[0].hashes_wrong, check.part[0].hashes);
	make(&nic, "mlx5", BY_SPI_AT_32, 6, FLOW_ESP);
	assert_int_equal(held_against(&nic, "mlx5"), MODEL_FITS);
}

/* Drivers that pass no hash on: the queues alone tell. */
static void test_without_hashes(void **state)
{
	struct nic nic;

	make(&nic, "mlx5", BY_SPI_LAST, 4, FLOW_ESP);
	for (size_t i = 0; i < nic.n; i++)
		nic.sample[i].hashed = false;
	assert_int_equal(held_against(&nic, "mlx5"), MODEL_FITS);
	assert_int_equal(check.part[0].hashes, 0);
	nic.sample[7].queue = (nic.sample[7].queue + 1) % QUEUES;
	assert_int_equal(held_against(&nic, "mlx5"), MODEL_FITS_NOT);
	assert_int_equal(check.part[0].queues_wrong, 1);
	nic.sample[7].queue = nic.sample[0].queue = MEASURE_NO_QUEUE;
	assert_int_equal(held_against(&nic, "mlx5"), MODEL_FITS);
	assert_int_equal(check.part[0].queues, nic.n - 2);
	/* Five SAs fit one of 256 entries too easily. */
	nic.seen.n = 5;
	assert_int_equal(held_against(&nic, "mlx5"), MODEL_UNTOLD);
	assert_string_equal(check.part[0].untold,
			    "too few SAs of one pair of addresses, or too few packets");
}

static void test_untold(void **state)
{
	struct nic nic;

	make(&nic, "mlx5", BY_SPI_LAST, 4, FLOW_ESP);
	nic.seen.by_cpu = true;
	assert_int_equal(held_against(&nic, "mlx5"), MODEL_FITS); /* the hashes still tell */
	assert_int_equal(check.part[0].queues, 0);
	nic.seen.hashes_of_nic = false;
	assert_int_equal(held_against(&nic, "mlx5"), MODEL_UNTOLD);
	nic.seen.by_cpu = false;
	nic.claims.rules = 1;
	assert_int_equal(held_against(&nic, "mlx5"), MODEL_UNTOLD);
	nic.claims.rules = 0;
	nic.claims.key_known = false;
	nic.seen.hashes_of_nic = true;
	assert_int_equal(held_against(&nic, "mlx5"), MODEL_UNTOLD);
	assert_string_equal(check.part[0].untold, "the driver does not show its key");
	/* Without the SPI in it the key does not matter: the hashes must be one. */
	assert_int_equal(held_against(&nic, "i40e"), MODEL_FITS_NOT);
	nic.seen.n = 0;
	nic.n = 0;
	assert_int_equal(held_against(&nic, "mlx5"), MODEL_UNTOLD);
}

#define SDFN (RXH_IP_SRC | RXH_IP_DST | RXH_L4_B_0_1 | RXH_L4_B_2_3)

/* As if `ethtool -N IF rx-flow-hash FLOW sdfn` had been given. */
static void ask_for_spi(struct nic *nic, const char *const flows[])
{
	for (; *flows; flows++)
		for (int i = 0; i < CLAIMS_FLOWS; i++)
			if (!strcmp(nic->claims.fields[i].name, *flows))
				nic->claims.fields[i].fields = SDFN;
}

/* One that was told to hash the SPI is held against the model told the same. */
static void test_as_it_was_set(void **state)
{
	struct nic nic;

	make(&nic, "vmxnet3-v4", BY_SPI_LAST, 4, FLOW_ESP);
	assert_int_equal(held_against(&nic, "vmxnet3-v4"), MODEL_FITS_NOT);
	ask_for_spi(&nic, (const char *const[]){"esp4", "ah_esp4", "ah4", NULL});
	assert_int_equal(held_against(&nic, "vmxnet3-v4"), MODEL_FITS);
	assert_int_equal(check.differ, 1); /* the key size, see make() */
	assert_int_equal(held_against(&nic, "vmxnet3-v3"), MODEL_FITS_NOT);
}

/* Each SA on each of its queues is a sample. */
static void test_spray(void **state)
{
	struct nic nic;
	size_t n;

	make(&nic, "octeontx2", BY_SPI_LAST, 4, FLOW_ESP);
	ask_for_spi(&nic, (const char *const[]){"ah_esp4", "ah_esp6", NULL});
	assert_int_equal(held_against(&nic, "octeontx2"), MODEL_FITS_NOT);
	assert_int_equal(check.part[0].by, MODEL_ESP_SPRAYS);
	n = nic.n;
	for (size_t i = n; i-- > 0;) {
		nic.sample[2 * i] = nic.sample[2 * i + 1] = nic.sample[i];
		nic.sample[2 * i + 1].queue = (nic.sample[i].queue + 1) % QUEUES;
	}
	nic.seen.n = nic.n = 2 * n;
	assert_int_equal(held_against(&nic, "octeontx2"), MODEL_FITS);
	assert_int_equal(check.part[0].queues, n);
	assert_int_equal(held_against(&nic, "mlx5"), MODEL_FITS_NOT);
	nic.sample[1].packets = 1; /* a rule that came, say, puts one packet beside the others */
	assert_int_equal(held_against(&nic, "octeontx2"), MODEL_FITS_NOT);
	assert_int_equal(check.part[0].queues_wrong, 1);
}

static void test_answers(void **state)
{
	struct nic nic;

	make(&nic, "i40e", BY_ADDRESSES, 4, FLOW_ESP);
	nic.claims.table.size = nic.claims.table_size = 128;
	held_against(&nic, "i40e");
	assert_int_equal(check.differ, 1);
	assert_string_equal(check.differs_in[0], "table size");
	make(&nic, "mlx5", BY_SPI_LAST, 4, FLOW_ESP); /* whose table kernels make differently */
	nic.claims.table.size = nic.claims.table_size = 128;
	held_against(&nic, "mlx5");
	assert_int_equal(check.differ, 0);
	/* virtio says "none" once it was told to discard, which is another word. */
	make(&nic, "virtio", BY_ADDRESSES, 4, FLOW_ESP);
	for (int i = 0; i < CLAIMS_FLOWS; i++)
		if (!strcmp(nic.claims.fields[i].name, "udp4"))
			nic.claims.fields[i].fields = 0;
	held_against(&nic, "virtio");
	assert_int_equal(check.differ, 0);
}

static void test_words_of_claims(void **state)
{
	struct claims_fields fields = {.name = "esp4"};
	char buf[32];

	for (const char *const *w = (const char *const[]){"sd", "sdfn", "none", "EOPNOTSUPP",
							  "errno 524", "mvtsdfnr", NULL};
	     *w; w++) {
		assert_int_equal(claims_fields_parse(*w, &fields), 0);
		assert_string_equal(claims_fields_words(&fields, buf), *w);
	}
	assert_int_equal(claims_fields_parse("x", &fields), -EINVAL);
	assert_int_equal(claims_errno_parse("EWRONG"), 0);
	assert_int_equal(claims_errno_parse("EINVAL"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recognised),     cmocka_unit_test(test_spi_elsewhere),
		cmocka_unit_test(test_without_hashes), cmocka_unit_test(test_untold),
		cmocka_unit_test(test_as_it_was_set),  cmocka_unit_test(test_spray),
		cmocka_unit_test(test_answers),	       cmocka_unit_test(test_words_of_claims),
	};

	srandom(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
