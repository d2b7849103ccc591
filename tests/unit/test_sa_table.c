// SPDX-License-Identifier: GPL-2.0-only
// The SA table: its hash, its words, and its writer.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/random.h"
#include "sas/table.h"

enum { MAX_SAS = 65536, SEEDS = 200 };

#define NOW_NS 7000000000ull

static struct table table_new(__u32 bits, __u64 seed)
{
	struct table table = {.shape = {.bits = bits, .seed = seed}};

	table.buckets = calloc((size_t)1 << bits, sizeof(*table.buckets));
	table.overflows = calloc(sa_overflows_elements(&table.shape), sizeof(*table.overflows));
	table.warm = aligned_alloc(64, sizeof(*table.warm) * table_slots(&table));
	table.rare = calloc(table_slots(&table), sizeof(*table.rare));
	table.cold = calloc(table_slots(&table), sizeof(*table.cold));
	table.colds = table_slots(&table);
	table.spare = calloc(table_slots(&table), sizeof(*table.spare));
	assert_non_null(table.buckets);
	assert_non_null(table.overflows);
	assert_non_null(table.warm);
	assert_non_null(table.rare);
	assert_non_null(table.cold);
	assert_non_null(table.spare);
	memset(table.warm, 0, sizeof(*table.warm) * table_slots(&table));
	assert_int_equal(table_take_stock(&table), 0);
	return table;
}

static void table_free(struct table *table)
{
	free(table->buckets);
	free(table->overflows);
	free(table->warm);
	free(table->rare);
	free(table->cold);
	free(table->spare);
}

/* Empty again, and as if no slot had ever been used: so far only inserts are undone. */
static void table_clear(struct table *table, __u64 seed)
{
	memset(table->buckets, 0, sizeof(*table->buckets) << table->shape.bits);
	table->shape.seed = seed;
	assert_int_equal(table_take_stock(table), 0);
}

static int insert(struct table *table, __u64 key, __u64 now_ns, __u32 *slot)
{
	struct entry entry = {.to = 1, .own = 1, .record = NO_MOVE, .cold.references = 1};

	return table_insert(table, key, &entry, now_ns, slot);
}

/* How the SPIs and addresses of a table full of SAs may look. */
enum spis { RANDOM, SEQUENTIAL, FROM_C0, STRIDE_256, SPIS };

static __u32 spi_of(enum spis how, __u32 i, uint64_t *random)
{
	switch (how) {
	case SEQUENTIAL:
		return 0x1000 + i;
	case FROM_C0: /* those of some IKE daemons */
		return 0xc0000000 + i;
	case STRIDE_256:
		return 256 + i * 256;
	default:
		return 256 + (__u32)random_next(random) % 0xfffffeff;
	}
}

static void dst_of(__be32 dst[4], int addresses, int family, __u32 i)
{
	__u32 n = i % addresses;

	memset(dst, 0, 4 * sizeof(dst[0]));
	if (family == 4) {
		dst[0] = be32_host(0x0a000001 + n);
		return;
	}
	dst[0] = be32_host(0x20010db8);
	dst[3] = be32_host(1 + n);
}

/* Fills the table with @count SAs; false when one found no place. */
static bool fills(struct table *table, __u64 seed, enum spis how, int addresses, int family,
		  __u32 count)
{
	uint64_t random = seed + 1;
	int err = 0, shared = 0;

	table_clear(table, seed * 0x9e3779b97f4a7c15ull + 1);
	for (__u32 i = 0; i < count && !err; i++) {
		__u32 spi = spi_of(how, i, &random), slot;
		__be32 dst[4];

		dst_of(dst, addresses, family, i);
		err = insert(table, sa_key(&table->shape, dst, spi, 50), NOW_NS, &slot);
		if (err == -EEXIST) { /* the same random SPI twice: one entry */
			shared++;
			err = 0;
		}
	}
	assert_true(shared < 32);
	return !err;
}

static void test_fills_with_random_spis(void **state)
{
	struct table table = table_new(table_bits(MAX_SAS), 0);

	for (int seed = 0; seed < SEEDS; seed++)
		assert_true(fills(&table, seed, RANDOM, 1, 4, MAX_SAS));
	table_free(&table);
}

static void test_fills_with_any_spis(void **state)
{
	static const int addresses[] = {1, 200, 65536};
	struct table table = table_new(table_bits(MAX_SAS), 0);

	for (int seed = 0; seed < 5; seed++)
		for (int how = 0; how < SPIS; how++)
			for (int a = 0; a < 3; a++)
				for (int family = 4; family <= 6; family += 2)
					assert_true(fills(&table, seed, how, addresses[a], family,
							  MAX_SAS));
	table_free(&table);
}

/* That the sizing is no accident, and that fills() can fail. */
static void test_too_small_overflows(void **state)
{
	struct table table = table_new(table_bits(MAX_SAS) - 1, 0);

	assert_false(fills(&table, 1, RANDOM, 1, 4, MAX_SAS));
	table_free(&table);
}

static void test_bits(void **state)
{
	assert_int_equal(table_bits(0), TABLE_MIN_BITS);
	assert_int_equal(table_bits(256), 6);
	assert_int_equal(table_bits(257), 7);
	assert_int_equal(table_bits(MAX_SAS), 14);
	assert_int_equal(table_bits(MAX_SAS + 1), 15);
	assert_int_equal(table_bits(TABLE_MAX_SAS), 24);
	for (__u32 sas = 1; sas <= 4096; sas++)
		assert_true((SA_BUCKET_SLOTS << table_bits(sas)) >= 2 * (int)sas);
}

/* Small tables fill too, for any number of SAs. */
static void test_fills_small(void **state)
{
	for (__u32 sas = 1; sas <= 2000; sas += 37) {
		struct table table = table_new(table_bits(sas), 0);

		for (int seed = 0; seed < 20; seed++)
			assert_true(fills(&table, seed, RANDOM, 1, 4, sas));
		table_free(&table);
	}
}

/* The overflow buckets of a key differ, and a primary one is primary. */
static void test_buckets(void **state)
{
	uint64_t random = 5;

	for (__u32 bits = SA_BITS_MIN; bits <= 24; bits++) {
		struct sa_table_shape shape = {.bits = bits, .seed = random_next(&random)};
		__u32 primary = sa_primary_buckets(&shape);

		for (int i = 0; i < 100000; i++) {
			__u64 key = random_next(&random) >> 20;
			__u32 overflow[2];

			sa_overflow(&shape, key, overflow);
			assert_int_not_equal(overflow[0], overflow[1]);
			assert_in_range(overflow[0], primary, (1u << bits) - 1);
			assert_in_range(overflow[1], primary, (1u << bits) - 1);
			assert_true(sa_primary(&shape, key) < primary);
			assert_int_equal(sa_preferred(&shape, key) / SA_BUCKET_SLOTS,
					 sa_primary(&shape, key));
		}
		assert_true(sa_overflows_elements(&shape) * sizeof(struct sa_overflows) >= primary);
	}
}

static void test_words(void **state)
{
	uint64_t random = 9;

	for (int i = 0; i < 1000000; i++) {
		__u64 key = random_next(&random) >> 20, r = random_next(&random);
		__u32 to = r & 511, own = r >> 9 & 511, flags = r >> 18 & 3;
		__u64 word = sa_word(key, to, own, flags);

		assert_int_equal(sa_word_key(word), key);
		assert_int_equal(sa_word_spi(word), key >> 12);
		assert_int_equal(sa_word_to(word), to);
		assert_int_equal(sa_word_own(word), own);
		assert_int_equal(sa_word_flags(word), flags);
	}
	assert_int_equal(sa_word((1ull << 44) - 1, 511, 511, 3), ~0ull);
}

/*
 * Two SAs of one SPI share an entry if their addresses and protocols have the same fingerprint of
 * 12 bits: once in 4,096 pairs. Neighbouring addresses must not be worse off, nor AH beside ESP.
 */
static void test_fingerprints(void **state)
{
	enum { PAIRS = 4096 * 256 };
	static const __u8 protocol[] = {50, 51};

	for (int family = 4; family <= 6; family += 2) {
		for (int other = 0; other < 2; other++) {
			__u32 same = 0;

			for (__u32 i = 0; i < PAIRS; i++) {
				struct sa_table_shape shape = {.bits = 14,
							       .seed = i / 1024 * 0x9e37ull};
				__be32 a[4], b[4];

				dst_of(a, PAIRS, family, i);
				dst_of(b, PAIRS, family, i + 1 - other);
				same += sa_key(&shape, a, 0x1234, 50) ==
					sa_key(&shape, b, 0x1234, protocol[other]);
			}
			/* 256 expected of pairs at random; more than twice that would be a flaw. */
			assert_true(same < 512);
		}
	}
}

/* How many of @pairs of addresses of @words words that differ in one bit share a fingerprint. */
static __u32 same_but_for(int bit, int words, __u32 pairs, uint64_t *random)
{
	__u32 same = 0;

	for (__u32 i = 0; i < pairs; i++) {
		struct sa_table_shape shape = {.bits = 14, .seed = random_next(random)};
		__be32 a[4] = {0}, b[4] = {0};

		for (int w = 0; w < words; w++)
			a[w] = b[w] = random_next(random);
		((__u8 *)b)[bit / 8] ^= 1 << bit % 8;
		same += sa_key(&shape, a, 9, 50) == sa_key(&shape, b, 9, 50);
	}
	return same;
}

/*
 * Every bit of an address has a say: 4 expected of pairs at random; one multiplication a word makes
 * it up to five times that for some bits of IPv4, which is still nothing beside 32 bits of SPI.
 */
static void test_every_bit_counts(void **state)
{
	enum { PAIRS = 16384 };
	uint64_t random = 21;

	for (int words = 1; words <= 4; words += 3) {
		for (int bit = 0; bit < words * 32; bit++) {
			__u32 same = same_but_for(bit, words, PAIRS, &random);

			if (same > 40)
				fail_msg("%d words, bit %d: %u", words, bit, same);
		}
	}
}

/* Random pairs of addresses: as many collisions as 12 bits make, neither more nor less. */
static void test_fingerprints_at_random(void **state)
{
	enum { PAIRS = 4096 * 400 };
	uint64_t random = 77;

	for (int family = 4; family <= 6; family += 2) {
		__u32 same = 0;

		for (__u32 i = 0; i < PAIRS; i++) {
			struct sa_table_shape shape = {.bits = 14, .seed = random_next(&random)};
			__be32 a[4] = {random_next(&random)}, b[4] = {random_next(&random)};

			for (int w = 1; w < 4 && family == 6; w++) {
				a[w] = random_next(&random);
				b[w] = random_next(&random);
			}
			same += sa_key(&shape, a, 9, 50) == sa_key(&shape, b, 9, 50);
		}
		/* 400 expected, standard deviation 20 */
		assert_in_range(same, 300, 500);
	}
}

static void test_insert_and_find(void **state)
{
	struct table table = table_new(6, 3);
	struct entry entry = {.to = 2,
			      .own = 511,
			      .flags = SA_PAIR,
			      .record = 5,
			      .cold = {.reqid = 77, .pcpu = NO_CPU}};
	__u64 key = 0x12345678ull << 12 | 0xabc, word;
	__u32 slot, at;

	assert_int_equal(table_find(&table, key), -1);
	assert_int_equal(table_free_slot(&table, key, NOW_NS) >= 0, 1);
	assert_int_equal(table_insert(&table, key, &entry, NOW_NS, &slot), 0);
	assert_int_equal(table_find(&table, key), slot);
	assert_int_equal(table_lookup(&table, key, &word), slot);
	assert_int_equal(word, sa_word(key, 2, 511, SA_PAIR));
	assert_int_equal(table_word(&table, slot), word);
	assert_int_equal(table_cold(&table, slot)->reqid, 77);
	assert_int_equal(table.warm[slot].record, 5);
	assert_int_equal(insert(&table, key, NOW_NS, &at), -EEXIST);
	assert_int_equal(table_find(&table, key ^ 1), -1);
	assert_int_equal(table_find(&table, key ^ 1ull << 43), -1);
	assert_int_equal(table_find(&table, 0), -1); /* what an empty slot holds */
	assert_int_equal(table_lookup(&table, key ^ 1, &word), -1);
	assert_int_equal(word, 0);
	table_remove(&table, slot, NOW_NS);
	assert_int_equal(table_find(&table, key), -1);
	table_free(&table);
}

/* Cold sides are taken from the front, given back, and never lent twice. */
static void test_cold_sides(void **state)
{
	struct table table = table_new(6, 3);
	__u32 slot[200], cold, at;

	for (__u32 i = 0; i < 200; i++) {
		assert_int_equal(insert(&table, (__u64)(i + 1) << 12, NOW_NS, &slot[i]), 0);
		assert_int_equal(table.warm[slot[i]].cold, i);
	}
	cold = table.warm[slot[7]].cold;
	table_remove(&table, slot[7], NOW_NS);
	table_remove(&table, slot[7], NOW_NS); /* empty: nothing to give back */
	assert_int_equal(table.spares, table_slots(&table) - 199);
	for (__u32 i = 0; i < 2; i++) {
		assert_int_equal(insert(&table, (__u64)(i + 1000) << 12, NOW_NS, &at), 0);
		assert_int_equal(table.warm[at].cold, i ? 200 : cold);
	}
	table_free(&table);
}

/* There may be fewer of them than slots. */
static void test_few_cold_sides(void **state)
{
	struct table table = table_new(6, 3);
	__u32 slot, at;

	table.colds = 2;
	assert_int_equal(table_take_stock(&table), 0);
	assert_int_equal(insert(&table, 1 << 12, NOW_NS, &slot), 0);
	assert_int_equal(insert(&table, 2 << 12, NOW_NS, &at), 0);
	assert_int_equal(insert(&table, 3 << 12, NOW_NS, &at), -ENOSPC);
	assert_int_equal(table_find(&table, 3 << 12), -1);
	table_remove(&table, slot, NOW_NS);
	assert_int_equal(insert(&table, 3 << 12, NOW_NS, &at), 0);
	assert_int_equal(table_take_stock(&table), 0);
	assert_int_equal(table.spares, 0);
	table.colds = 1;
	assert_int_equal(table_take_stock(&table), -EUCLEAN);
	table_free(&table);
}

/* What a daemon finds in the table of the one before. */
static void test_stock(void **state)
{
	struct table table = table_new(6, 3);
	__u32 colds = table_slots(&table), slot[3], at;

	for (__u32 i = 0; i < 3; i++)
		assert_int_equal(insert(&table, (__u64)(i + 1) << 12, NOW_NS, &slot[i]), 0);
	table_remove(&table, slot[1], NOW_NS);
	assert_int_equal(table_take_stock(&table), 0);
	assert_int_equal(table.spares, colds - 2);
	assert_int_equal(insert(&table, 9 << 12, NOW_NS, &at), 0);
	assert_int_equal(table.warm[at].cold, 1);
	table.warm[at].cold = 2;
	assert_int_equal(table_take_stock(&table), -EUCLEAN);
	table.warm[at].cold = colds;
	assert_int_equal(table_take_stock(&table), -EUCLEAN);
	table_free(&table);
}

/* Of 5 rings, 0 being none, damage may name others: what is right beside stays. */
static void test_mends_rings(void **state)
{
	static const struct {
		__u32 to, own, flags, mended_to, mended_own;
	} words[] = {
		{4, 4, 0, 4, 4},  {3, 4, 0, 3, 4},   {0, 3, 0, 3, 3}, {5, 3, SA_PAIR, 3, 3},
		{3, 0, 0, 1, 1},  {3, 200, 0, 1, 1}, {0, 0, 0, 1, 1}, {0, 0, SA_HANDS_OFF, 1, 1},
	};
	struct table table = table_new(6, 3);

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		__u64 key = (__u64)(i + 1) << 12, is;
		__u64 should = sa_word(key, words[i].mended_to, words[i].mended_own, words[i].flags);
		__u32 slot;

		assert_int_equal(insert(&table, key, NOW_NS, &slot), 0);
		is = table_word(&table, slot);
		assert_int_equal(table_set(&table, slot, is,
					   sa_word(key, words[i].to, words[i].own, words[i].flags)),
				 0);
		table_mend_rings(&table, 5, 1);
		assert_int_equal(table_word(&table, slot), should);
		assert_int_equal(table.warm[slot].at_rest, sa_word_at_rest(should) ? should : 0);
	}
	table_free(&table);
}

/* One SPI, two addresses: other fingerprints are other entries, also in the same bucket. */
static void test_one_spi_twice(void **state)
{
	struct table table = table_new(SA_BITS_MIN, 3);
	__u64 spi = 0x2000ull << 12;
	__u32 slot[8];

	for (__u64 print = 0; print < 8; print++)
		assert_int_equal(insert(&table, spi | print, NOW_NS, &slot[print]), 0);
	for (__u64 print = 0; print < 8; print++)
		assert_int_equal(table_find(&table, spi | print), slot[print]);
	for (__u64 print = 8; print < 4096; print++)
		assert_int_equal(table_find(&table, spi | print), -1);
	table_free(&table);
}

static void test_bad_input(void **state)
{
	const struct {
		__u64 key;
		struct entry entry;
	} bad[] = {
		{0xabc, {.to = 1, .own = 1, .flags = 0}}, /* SPI 0 */
		{1ull << 44, {.to = 1, .own = 1, .flags = 0}},
		{~0ull, {.to = 1, .own = 1, .flags = 0}},
		{1ull << 12, {.to = 0, .own = 1, .flags = 0}},
		{1ull << 12, {.to = 1, .own = 0, .flags = 0}},
		{1ull << 12, {.to = SA_RINGS, .own = 1, .flags = 0}},
		{1ull << 12, {.to = 1, .own = SA_RINGS, .flags = 0}},
		{1ull << 12, {.to = 1, .own = 1, .flags = 4}},
	};
	struct table table = table_new(6, 3);
	__u32 slot;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(table_insert(&table, bad[i].key, &bad[i].entry, NOW_NS, &slot),
				 -EINVAL);
	assert_int_equal(table_next(&table, -1), -1);
	table_remove(&table, 3, NOW_NS); /* empty: stays as it is */
	assert_int_equal(table.rare[3].freed_ns, 0);
	table_free(&table);
}

static void test_set(void **state)
{
	struct table table = table_new(6, 3);
	__u64 key = 0x1000ull << 12, word = sa_word(key, 1, 1, 0), moved = sa_word(key, 1, 2, 2);
	__u32 slot;

	assert_int_equal(insert(&table, key, NOW_NS, &slot), 0);
	assert_int_equal(table_set(&table, slot, moved, word), -EAGAIN);
	assert_int_equal(table_set(&table, slot, word, moved), 0);
	assert_int_equal(table_word(&table, slot), moved);
	assert_int_equal(table_set(&table, slot, word, moved), -EAGAIN);
	assert_int_equal(table_set(&table, slot, moved, 0), -EINVAL);
	assert_int_equal(table_set(&table, slot, moved, sa_word(key + 1, 1, 2, 0)), -EINVAL);
	assert_int_equal(table_set(&table, slot ^ 1, 0, word), -EINVAL);
	assert_int_equal(table_word(&table, slot), moved);
	table_remove(&table, slot, NOW_NS);
	assert_int_equal(table_set(&table, slot, moved, word), -EAGAIN);
	table_free(&table);
}

/* sa_warm.at_rest says what the word says while the SA is at rest, and nothing else ever. */
static void test_at_rest(void **state)
{
	struct table table = table_new(6, 3);
	__u64 key = 0x4321ull << 12, at_rest = sa_word(key, 1, 1, 0);
	static const struct {
		__u32 to, own, flags;
		bool home;
	} steps[] = {{1, 2, SA_PAIR, false},
		     {2, 2, SA_PAIR, true},
		     {2, 2, SA_HANDS_OFF, false},
		     {2, 2, 0, true},
		     {2, 1, SA_PAIR, false}};
	__u64 word = at_rest, next;
	__u32 slot;

	assert_int_equal(insert(&table, key, NOW_NS, &slot), 0);
	assert_int_equal(table.warm[slot].at_rest, at_rest);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++, word = next) {
		next = sa_word(key, steps[i].to, steps[i].own, steps[i].flags);
		assert_int_equal(table_set(&table, slot, word ^ 4, next), -EAGAIN);
		assert_int_equal(table.warm[slot].at_rest, sa_word_at_rest(word) ? word : 0);
		assert_int_equal(table_set(&table, slot, word, next), 0);
		assert_int_equal(table.warm[slot].at_rest, steps[i].home ? next : 0);
	}
	/* A daemon died before it could say so. */
	assert_int_equal(table_set(&table, slot, word, at_rest), 0);
	table.warm[slot].at_rest = 0;
	assert_int_equal(table_take_stock(&table), 0);
	assert_int_equal(table.warm[slot].at_rest, at_rest);
	table_remove(&table, slot, NOW_NS);
	assert_int_equal(table.warm[slot].at_rest, 0);
	/* Nor may an empty slot say anything. */
	table.warm[slot].at_rest = at_rest;
	assert_int_equal(table_take_stock(&table), 0);
	assert_int_equal(table.warm[slot].at_rest, 0);
	table_free(&table);
}

/* Fills the smallest table until an SA of @key finds no place. */
static void fill_up(struct table *table, __u64 key)
{
	__u32 slot;

	for (__u64 i = 1; table_free_slot(table, key, NOW_NS) >= 0; i++) {
		assert_true(i < 1000);
		insert(table, i << 12, NOW_NS, &slot);
	}
}

static void test_deleted_slot_rests(void **state)
{
	struct table table = table_new(SA_BITS_MIN, 3);
	__u64 key = 5000ull << 12;
	__u32 victim = sa_primary(&table.shape, key) * SA_BUCKET_SLOTS + 4, at;
	__u64 gone;

	fill_up(&table, key);
	assert_int_equal(insert(&table, key, NOW_NS, &at), -ENOSPC);
	gone = sa_word_key(table_word(&table, victim));
	table_remove(&table, victim, NOW_NS);
	assert_int_equal(insert(&table, key, NOW_NS, &at), -ENOSPC);
	assert_int_equal(insert(&table, key, NOW_NS + TABLE_REST_NS - 1, &at), -ENOSPC);
	assert_int_equal(table_free_slot(&table, key, NOW_NS + TABLE_REST_NS - 1), -ENOSPC);
	assert_int_equal(table_free_slot(&table, key, NOW_NS + TABLE_REST_NS), victim);
	assert_int_equal(insert(&table, key, NOW_NS + TABLE_REST_NS, &at), 0);
	assert_int_equal(at, victim);
	assert_int_equal(table_find(&table, gone), -1);
	table_free(&table);
}

/*
 * The primary bucket takes the next until it is full, then the emptier of the overflow ones; slots
 * at rest count as taken. And in it the place that the programs preferred, if it was never used.
 */
static void test_which_slot(void **state)
{
	struct table table = table_new(SA_BITS_MIN, 3);
	__u32 slot, used[1 << SA_BITS_MIN] = {0}, guessed = 0, has_overflown = 0;
	bool taken[SA_BUCKET_SLOTS << SA_BITS_MIN] = {false};

	for (__u64 i = 1; i <= 40; i++) {
		__u32 primary = sa_primary(&table.shape, i << 12), overflow[2], place, want;

		place = sa_preferred(&table.shape, i << 12) % SA_BUCKET_SLOTS;
		sa_overflow(&table.shape, i << 12, overflow);
		want = used[primary] < SA_BUCKET_SLOTS	       ? primary
		       : used[overflow[1]] < used[overflow[0]] ? overflow[1]
							       : overflow[0];
		assert_int_equal(insert(&table, i << 12, NOW_NS, &slot), 0);
		assert_int_equal(slot / SA_BUCKET_SLOTS, want);
		if (!taken[want * SA_BUCKET_SLOTS + place]) {
			assert_int_equal(slot % SA_BUCKET_SLOTS, place);
			guessed++;
		}
		taken[slot] = true;
		used[want]++;
		has_overflown += want != primary;
		if (i % 3 == 0)
			table_remove(&table, slot, NOW_NS);
	}
	assert_in_range(guessed, 10, 39); /* or the test saw one case only */
	assert_in_range(has_overflown, 10, 39);
	table_free(&table);
}

/* The SAs in overflow buckets that belong in primary ones, as the table says and as they are. */
static __u32 check_overflows(const struct table *table)
{
	__u32 primary = sa_primary_buckets(&table->shape), sum = 0;
	__u32 *count = calloc(primary, sizeof(*count));
	int slot;

	table_each(table, slot)
	{
		__u32 its = sa_primary(&table->shape, sa_word_key(table_word(table, slot)));

		count[its] += its != (__u32)slot / SA_BUCKET_SLOTS;
	}
	for (__u32 i = 0; i < primary; i++) {
		assert_int_equal(table->overflows[i / 64].of[i % 64],
				 count[i] < 255 ? count[i] : 255);
		sum += count[i];
	}
	free(count);
	return sum;
}

static void test_overflows(void **state)
{
	struct table table = table_new(9, 3);
	__u32 slot, has_overflown;
	int at;

	for (__u64 i = 1; i <= 2048; i++)
		assert_int_equal(insert(&table, i << 12, NOW_NS, &slot), 0);
	has_overflown = check_overflows(&table);
	assert_in_range(has_overflown, 200, 400); /* 2,048 slots are primary */
	for (__u64 i = 1; i <= 2048; i += 2)
		table_remove(&table, table_find(&table, i << 12), NOW_NS);
	assert_in_range(check_overflows(&table), 1, has_overflown - 1);
	/* Damage: what lies far is not found any more. Taking stock mends it. */
	memset(table.overflows, 0, sa_overflows_elements(&table.shape) * sizeof(*table.overflows));
	for (__u64 i = 2; i <= 2048 && (at = table_find(&table, i << 12)) >= 0; i += 2)
		;
	assert_int_equal(at, -1);
	assert_int_equal(table_take_stock(&table), 0);
	check_overflows(&table);
	for (__u64 i = 2; i <= 2048; i += 2)
		assert_true(table_find(&table, i << 12) >= 0);
	table_free(&table);
}

/* More than can be counted are never forgotten again. */
static void test_many_overflows(void **state)
{
	struct table table = table_new(SA_BITS_MIN, 3);
	__u64 key = 5000ull << 12;
	__u8 *overflows = &table.overflows->of[sa_primary(&table.shape, key)];
	__u32 overflow[2], slot;

	fill_up(&table, key);
	sa_overflow(&table.shape, key, overflow);
	table_remove(&table, overflow[0] * SA_BUCKET_SLOTS, NOW_NS);
	table_remove(&table, overflow[0] * SA_BUCKET_SLOTS + 1, NOW_NS);
	*overflows = 254;
	assert_int_equal(insert(&table, key, NOW_NS + TABLE_REST_NS, &slot), 0);
	assert_int_equal(slot / SA_BUCKET_SLOTS, overflow[0]);
	assert_int_equal(*overflows, 255);
	table_remove(&table, slot, NOW_NS + TABLE_REST_NS);
	assert_int_equal(*overflows, 255);
	assert_int_equal(insert(&table, key, NOW_NS + 2 * TABLE_REST_NS, &slot), 0);
	assert_int_equal(*overflows, 255);
	assert_int_equal(table_find(&table, key), slot);
	table_free(&table);
}

static void test_each(void **state)
{
	struct table table = table_new(6, 3);
	__u32 slot, inserted = 0;
	int at, found = 0, last = -1;

	for (__u64 i = 1; i <= 200; i++)
		inserted += !insert(&table, i << 12, NOW_NS, &slot);
	assert_int_equal(inserted, 200);
	table_each(&table, at)
	{
		assert_true(at > last);
		assert_int_equal(table_find(&table, sa_word_key(table_word(&table, at))), at);
		last = at;
		found++;
	}
	assert_int_equal(found, 200);
	table_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_fills_with_random_spis),
		cmocka_unit_test(test_fills_with_any_spis),
		cmocka_unit_test(test_fills_small),
		cmocka_unit_test(test_too_small_overflows),
		cmocka_unit_test(test_buckets),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_fingerprints),
		cmocka_unit_test(test_every_bit_counts),
		cmocka_unit_test(test_fingerprints_at_random),
		cmocka_unit_test(test_insert_and_find),
		cmocka_unit_test(test_cold_sides),
		cmocka_unit_test(test_few_cold_sides),
		cmocka_unit_test(test_stock),
		cmocka_unit_test(test_mends_rings),
		cmocka_unit_test(test_one_spi_twice),
		cmocka_unit_test(test_bad_input),
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_at_rest),
		cmocka_unit_test(test_deleted_slot_rests),
		cmocka_unit_test(test_which_slot),
		cmocka_unit_test(test_overflows),
		cmocka_unit_test(test_many_overflows),
		cmocka_unit_test(test_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
