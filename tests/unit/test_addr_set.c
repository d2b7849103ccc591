// SPDX-License-Identifier: GPL-2.0-only
// The set of our addresses: what user space fills in, the BPF programs' search finds.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <cmocka.h>
#include "core/random.h"
#include "sas/local.h"

enum { SURE = 3000, PLACES = ADDR_BUCKETS * ADDR_BUCKET_SLOTS };

static struct local_address v4(__u32 host_order)
{
	return (struct local_address){.family = AF_INET, .addr = {be32_host(host_order)}};
}

static struct local_address v6(__u32 a, __u32 b, __u32 c, __u32 d)
{
	return (struct local_address){
		.family = AF_INET6,
		.addr = {be32_host(a), be32_host(b), be32_host(c), be32_host(d)},
	};
}

/* Both families, neighbours and far ones. */
static struct local_address address(uint64_t seed, __u32 i)
{
	uint64_t state = seed << 32 | i;

	switch (i % 4) {
	case 0:
		return v4(0x0a000000 + i);
	case 1:
		return v6(0x20010db8, 0, 0, i);
	case 2:
		return v4(0xc0000000 | (__u32)random_next(&state));
	default:
		return v6(0xfd000000, random_next(&state), random_next(&state), i);
	}
}

static bool has(const struct addr_set *set, __u32 half, __u64 seed, const struct local_address *a)
{
	return addr_set_has(set, half, seed, a->family == AF_INET ? 4 : 6, a->addr);
}

static struct addr_set *set_new(void)
{
	struct addr_set *set = aligned_alloc(64, sizeof(*set));

	assert_non_null(set);
	memset(set, 0x5a, sizeof(*set)); /* what was there before must not matter */
	return set;
}

static bool fill(struct addr_set *set, __u32 half, __u64 seed, __u32 count)
{
	struct local_address *list = calloc(count + 1, sizeof(*list));
	bool fits;

	assert_non_null(list);
	for (__u32 i = 0; i < count; i++)
		list[i] = address(seed, i);
	fits = local_fill(&set->half[half], seed, list, count);
	free(list);
	return fits;
}

/* An empty slot holds it. */
static void test_unspecified_is_nobodys(void **state)
{
	const struct local_address unspecified = v6(0, 0, 0, 0);
	struct addr_set *set = set_new();

	assert_true(fill(set, 0, 1, 3));
	assert_false(has(set, 0, 1, &unspecified));
	free(set);
}

static void test_finds_all_and_no_other(void **state)
{
	struct addr_set *set = set_new();

	for (__u64 seed = 1; seed <= 200; seed++) {
		__u32 half = seed % 2;

		assert_true(fill(set, half, seed, SURE));
		assert_int_equal(set->half[half].full, 0);
		for (__u32 i = 0; i < 2 * SURE; i++) {
			struct local_address a = address(seed, i);

			assert_int_equal(has(set, half, seed, &a), i < SURE);
		}
	}
	free(set);
}

/*
 * A set of addresses that differ in a few neighbouring bits only, as those of one host's many
 * subnets do, finds its places too, wherever in the address these bits are.
 */
static void test_any_subnets(void **state)
{
	enum { SUBNETS = 256 };
	struct addr_set *set = set_new();
	uint64_t random = 4;

	for (int byte = 0; byte < 16; byte++) {
		for (int tries = 0; tries < 10; tries++) {
			__u64 seed = random_next(&random);
			struct local_address list[SUBNETS];

			for (int i = 0; i < SUBNETS; i++) {
				list[i] = v6(0x20010db8, 0x00010000, 0x0, 0x1);
				((__u8 *)list[i].addr)[byte] = i;
			}
			if (!local_fill(&set->half[0], seed, list, SUBNETS))
				fail_msg("byte %d", byte);
			for (int i = 0; i < SUBNETS; i++)
				assert_true(has(set, 0, seed, &list[i]));
		}
	}
	free(set);
}

static void test_empty_set(void **state)
{
	struct addr_set *set = set_new();
	struct local_address a = v4(0x7f000001), b = v6(0x20010db8, 0, 0, 1);

	assert_true(local_fill(&set->half[0], 9, NULL, 0));
	assert_false(has(set, 0, 9, &a));
	assert_false(has(set, 0, 9, &b));
	free(set);
}

/* 10.0.0.1 is not an IPv6 address that looks like it, but for the one that means it. */
static void test_families(void **state)
{
	struct addr_set *set = set_new();
	struct local_address mine = v4(0x0a000001), others[] = {
							    v6(0x0a000001, 0, 0, 0),
							    v6(0, 0, 0, 0x0a000001),
							    v4(0x0100000a),
							    v4(0x0a000002),
						    };
	struct local_address mapped = v6(0, 0, 0xffff, 0x0a000001);

	for (__u64 seed = 0; seed < 50; seed++) {
		assert_true(local_fill(&set->half[1], seed, &mine, 1));
		assert_true(has(set, 1, seed, &mine));
		assert_true(has(set, 1, seed, &mapped));
		for (int i = 0; i < 4; i++)
			assert_false(has(set, 1, seed, &others[i]));
	}
	free(set);
}

static void test_twice_the_same(void **state)
{
	struct local_address list[100];
	struct addr_set *set = set_new();

	for (int i = 0; i < 100; i++)
		list[i] = v4(0x0a000001);
	assert_true(local_fill(&set->half[0], 1, list, 100));
	assert_true(has(set, 0, 1, &list[0]));
	free(set);
}

/* Too many: then every address is ours, rather than some that are ours not. */
static void test_full(void **state)
{
	struct addr_set *set = set_new();
	struct local_address foreign = v4(0x08080808);

	assert_false(fill(set, 0, 1, PLACES + 1));
	assert_int_equal(set->half[0].full, 1);
	assert_true(has(set, 0, 1, &foreign));
	assert_true(fill(set, 0, 1, 10));
	assert_false(has(set, 0, 1, &foreign));
	free(set);
}

static void test_halves_are_apart(void **state)
{
	struct addr_set *set = set_new();
	struct local_address a = v4(0x0a000001), b = v4(0x0a000002);

	local_fill(&set->half[0], 1, &a, 1);
	local_fill(&set->half[1], 1, &b, 1);
	assert_true(has(set, 0, 1, &a) && !has(set, 0, 1, &b));
	assert_true(has(set, 1, 1, &b) && !has(set, 1, 1, &a));
	free(set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unspecified_is_nobodys),
		cmocka_unit_test(test_finds_all_and_no_other),
		cmocka_unit_test(test_any_subnets),
		cmocka_unit_test(test_empty_set),
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_twice_the_same),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_halves_are_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
