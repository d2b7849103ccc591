// SPDX-License-Identifier: GPL-2.0-only
// What the kernel counted of SAs, beside what rings did: nothing twice, nothing of before, nothing
// lost.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "plain_sas.h"

struct fixture {
	struct plain_sas plain;
	struct sas *sas;
	__u32 slot;
};

/* An SA that the kernel knew before us: 500 packets, 400,000 bytes. */
static int setup(void **state)
{
	static struct fixture fixture;
	struct fixture *f = &fixture;
	struct sa sa = plain_sas_sa(0x1000);
	enum first_why why;

	*f = (struct fixture){.sas = &f->plain.sas};
	assert_int_equal(plain_sas_open(&f->plain, 8, 2), 0);
	sa.source = SA_KERNEL;
	sa.packets = 500;
	sa.bytes = 400000;
	assert_int_equal(sas_add(f->sas, &sa, 1, &why), 0);
	f->slot = (__u32)sas_find(f->sas, &sa.id);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	plain_sas_close(&f->plain);
	return 0;
}

static void counted(const struct fixture *f, __u64 packets, __u64 bytes, __u64 besides)
{
	const struct ring_state *ring =
		maps_ring_state(&f->sas->maps, sa_word_own(table_word(&f->sas->table, f->slot)));
	struct count sum = maps_counted(&f->sas->maps, f->slot);

	assert_int_equal(sum.packets, packets);
	assert_int_equal(sum.bytes, bytes);
	assert_int_equal(ring->besides.packets, besides);
}

/* No ring counts: all is as the kernel says, from when it came on, and nothing goes back. */
static void by_the_kernel(void **state)
{
	struct fixture *f = *state;

	sas_count(f->sas, f->slot, 500, 400000);
	counted(f, 0, 0, 0);
	sas_count(f->sas, f->slot, 510, 408000);
	counted(f, 10, 8000, 10);
	sas_count(f->sas, f->slot, 505, 404000);
	sas_count(f->sas, f->slot, 510, 408000);
	counted(f, 10, 8000, 10);
}

/* Both count: what came by rings is counted by these alone, what came beside them is added. */
static void by_both(void **state)
{
	struct fixture *f = *state;

	f->sas->counted_by_rings = true;
	plain_sas_packets(&f->plain, f->slot, 20);
	sas_count(f->sas, f->slot, 500, 400000); /* they wait for decryption */
	sas_count(f->sas, f->slot, 520, 416000);
	counted(f, 20, 20000, 0);
	plain_sas_packets(&f->plain, f->slot, 1);
	sas_count(f->sas, f->slot, 531, 424800);
	counted(f, 31, 29000, 10);
	/* By no ring any more. */
	f->sas->counted_by_rings = false;
	sas_count(f->sas, f->slot, 1541, 1236800);
	counted(f, 1041, 836800, 1020);
}

/* The counters that a ring writes while an SA moves are not touched. */
static void not_while_it_moves(void **state)
{
	struct fixture *f = *state;
	__u64 *word =
		&f->sas->maps.table[f->slot / SA_BUCKET_SLOTS].slot[f->slot % SA_BUCKET_SLOTS];

	f->sas->counted_by_rings = true;
	*word |= SA_PAIR;
	sas_count(f->sas, f->slot, 510, 408000);
	counted(f, 0, 0, 0);
	*word &= ~(__u64)SA_PAIR;
	sas_count(f->sas, f->slot, 510, 408000);
	counted(f, 10, 8000, 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(by_the_kernel, setup, teardown),
		cmocka_unit_test_setup_teardown(by_both, setup, teardown),
		cmocka_unit_test_setup_teardown(not_while_it_moves, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
