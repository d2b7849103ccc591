// SPDX-License-Identifier: GPL-2.0-only
/*
 * nic/model_claimed: where kernels and devices differ in what a driver answers, what the running
 * one tells decides which model is taken and how large its table and key are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "model_fixture.h"
#include "nic/model_claimed.h"

struct told {
	const char *model;
	uint32_t table, key;
	const char *is; /* the model that is taken for it, without a difference */
};

/* A model's claims with other sizes: which model is that, and does the NIC made of it have them? */
static void check_told(const struct told *told)
{
	struct claims *claims = malloc(sizeof(*claims));
	struct model_nic *nic = open_nic(told->model, 4);
	const struct model *model;
	unsigned int differ;
	const char *which;

	claims_gather(claims_ask_model, nic, claims);
	close_nic(nic);
	claims->table_size = told->table;
	indir_fill(&claims->table, told->table, 4);
	claims->key_size = told->key;
	claims->key_known = told->key;
	model = claims_model(claims, &differ, &which);
	assert_non_null(model);
	assert_string_equal(model->name, told->is);
	if (differ)
		fail_msg("%s: %s differs", told->model, which);
	nic = malloc(sizeof(*nic));
	assert_int_equal(model_claimed_init(nic, model, claims, 2),
			 0); /* other queues than it has */
	assert_int_equal(nic->table.size, told->table);
	assert_int_equal(nic->key_shown, told->key);
	close_nic(nic);
	free(claims);
}

static void sizes_that_are_told(void **state)
{
	static const struct told cases[] = {
		{"igb", 128, 40, "igb"}, /* Linux 7.3 */
		{"igb", 128, 0, "igb"},	 /* Linux 6.12 */
		{"igc", 128, 0, "igc"},	 /* the same */
		{"mlx5", 1024, 40,
		 "mlx5"},		  /* twice or four times the channels, whatever they were */
		{"bnxt", 64, 40, "bnxt"}, /* older firmware */
		{"bnxt", 128, 40, "bnxt"}, /* old chips */
		{"mana", 512, 40, "mana"}, /* the device's */
		{"hv_netvsc", 64, 40, "hv_netvsc"},
		{"ixgbe", 128, 40, "ixgbe"},
		{"ixgbe", 512, 40, "ixgbe-x550"},
		{"ixgbe", 64, 40, "ixgbe-x550-sriov"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check_told(&cases[i]);
}

/* Answers tell the models of a driver apart. */
static void models_of_a_driver(void **state)
{
	static const char *const names[] = {"iavf",	    "iavf-x710", "virtio",
					    "virtio-norss", "ena",	 "ena-fixed"};
	struct claims *claims = malloc(sizeof(*claims));

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct model_nic *nic = open_nic(names[i], 4);
		unsigned int differ;
		const char *which;

		claims_gather(claims_ask_model, nic, claims);
		assert_string_equal(claims_model(claims, &differ, &which)->name, names[i]);
		assert_int_equal(differ, 0);
		close_nic(nic);
	}
	free(claims);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_that_are_told),
		cmocka_unit_test(models_of_a_driver),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
