// SPDX-License-Identifier: GPL-2.0-only
// Which SA a new one replaces.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "sas/heirs.h"

enum { BITS = 3, SLOTS = SA_BUCKET_SLOTS << BITS };

struct fixture {
	struct heirs heirs;
	struct table table;
	struct sa_bucket bucket[1 << BITS];
	struct sa_warm warm[SLOTS];
	struct sa_cold cold[SLOTS];
};

/* The SA comes to @slot, and has that load by the time that another one comes. */
static void put(struct fixture *f, __u32 slot, const struct sa *sa, int before, __u32 load)
{
	struct sa_cold *cold = &f->cold[slot];

	f->bucket[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS] = 1;
	f->warm[slot].cold = slot;
	*cold = (struct sa_cold){
		.load = load,
		.reqid = sa->reqid,
		.if_id = sa->if_id,
		.pcpu = (__u32)sa->pcpu,
		.family = sa->id.family,
		.protocol = sa->id.protocol,
	};
	memcpy(cold->src, sa->src, sizeof(cold->src));
	memcpy(cold->dst, sa->id.dst, sizeof(cold->dst));
	heirs_note(&f->heirs, slot, sa, before);
}

static struct sa sa_of(uint32_t spi, uint32_t reqid)
{
	return (struct sa){
		.pcpu = -1,
		.id = {.family = 2, .protocol = 50, .spi = spi, .dst = {1}},
		.src = {2},
		.reqid = reqid,
	};
}

static int setup(void **state)
{
	struct fixture *f = aligned_alloc(64, sizeof(*f));

	assert_non_null(f);
	memset(f, 0, sizeof(*f));
	f->table = (struct table){
		.shape = {.bits = BITS}, .buckets = f->bucket, .warm = f->warm, .cold = f->cold};
	assert_int_equal(heirs_init(&f->heirs, SLOTS), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	heirs_free(&f->heirs);
	free(f);
	return 0;
}

static void a_rekey_is_recognised(void **state)
{
	struct fixture *f = *state;
	struct sa old = sa_of(0x1000, 7), new = sa_of(0x2000, 7);

	put(f, 5, &old, heirs_find(&f->heirs, &f->table, &old), 100);
	assert_int_equal(heirs_before(&f->heirs, 5), -1);
	put(f, 9, &new, heirs_find(&f->heirs, &f->table, &new), LOAD_UNKNOWN);
	assert_int_equal(heirs_before(&f->heirs, 9), 5);
}

/* Each thing that a rekey leaves as it is. */
static void others_are_no_heirs(void **state)
{
	struct fixture *f = *state;
	struct sa old = sa_of(0x1000, 7), other[6];

	put(f, 5, &old, -1, 100);
	for (int i = 0; i < 6; i++)
		other[i] = sa_of(0x2000, 7);
	other[0].reqid = 8;
	other[1].src[0] = 3;
	other[2].id.dst[0] = 3;
	other[3].if_id = 1;
	other[4].id.protocol = 51;
	other[5].pcpu = 1;
	for (int i = 0; i < 6; i++) {
		for (__u32 k = 0; k < SLOTS; k++)
			f->heirs.last[k] = 6; /* whatever the hash */
		assert_int_equal(heirs_find(&f->heirs, &f->table, &other[i]), -1);
	}
	assert_int_equal(heirs_find(&f->heirs, &f->table, &old), 5);
}

/* Many that come at once, and those that carry nothing, replace none: they are to be spread. */
static void without_load_or_reqid_or_predecessor_there_is_none(void **state)
{
	struct fixture *f = *state;
	struct sa old = sa_of(0x1000, 7), without = sa_of(0x3000, 0);

	put(f, 5, &old, -1, LOAD_UNKNOWN);
	assert_int_equal(heirs_find(&f->heirs, &f->table, &old), -1);
	f->cold[5].load = 0;
	assert_int_equal(heirs_find(&f->heirs, &f->table, &old), -1);
	f->cold[5].load = 1;
	assert_int_equal(heirs_find(&f->heirs, &f->table, &old), 5);
	f->bucket[0].slot[5] = 0;
	assert_int_equal(heirs_find(&f->heirs, &f->table, &old), -1);
	put(f, 6, &without, -1, 100);
	assert_int_equal(heirs_find(&f->heirs, &f->table, &without), -1);
}

/* Per-CPU SAs of one tunnel are told apart by their number, each with the heirs of its own. */
static void each_per_cpu_sa_has_its_own_heir(void **state)
{
	struct fixture *f = *state;
	struct sa sa[3] = {sa_of(0x1000, 7), sa_of(0x2000, 7), sa_of(0x3000, 7)};

	sa[1].pcpu = 4;
	sa[2].pcpu = 5;
	for (__u32 i = 0; i < 3; i++)
		put(f, 5 + i, &sa[i], heirs_find(&f->heirs, &f->table, &sa[i]), 100);
	for (__u32 i = 0; i < 3; i++) {
		assert_int_equal(heirs_before(&f->heirs, 5 + i), -1);
		assert_int_equal(heirs_find(&f->heirs, &f->table, &sa[i]), 5 + i);
	}
}

static void nothing_has_no_heirs(void **state)
{
	struct fixture *f = *state;
	struct heirs none = {0};
	struct sa sa = sa_of(0x1000, 7);

	heirs_note(&none, 5, &sa, -1);
	assert_int_equal(heirs_find(&none, &f->table, &sa), -1);
	assert_int_equal(heirs_before(&none, 5), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_rekey_is_recognised, setup, teardown),
		cmocka_unit_test_setup_teardown(others_are_no_heirs, setup, teardown),
		cmocka_unit_test_setup_teardown(without_load_or_reqid_or_predecessor_there_is_none,
						setup, teardown),
		cmocka_unit_test_setup_teardown(each_per_cpu_sa_has_its_own_heir, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_has_no_heirs, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
