// SPDX-License-Identifier: GPL-2.0-only
// The SA table under its one writer and several readers, who look up as the BPF programs do.
//
// The rings and flags of every word here are a checksum of its key and ring `to`, so that a word of
// which half is another's is seen; the warm side holds the key once more. Time stands still until
// every reader has begun a new lookup, so that the rest of a slot is as long as it must be, and no
// longer.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/random.h"
#include "sas/table.h"

enum {
	READERS = 3,
	BITS = 9, /* so that many lie in overflow buckets */
	SLOTS = SA_BUCKET_SLOTS << BITS,
	KEYS = 2560,	 /* of these... */
	PERMANENT = 512, /* the first ones are always in the table, */
	HOT = 8,	 /* the very first moved and looked up often, */
	ABSENT = 512,	 /* the last ones never, */
	LIVE = 2048,	 /* those before them come and go. */
};

#define REKEYS 1000000ull /* each of them an insert and a delete, besides others */

/* How the writer is broken. */
enum broken { SOUND, HALVES, FIELDS, STALE, FORGETFUL };

/* What the writer does to the word of a slot: known to the readers, so that they can judge. */
struct change {
	uint64_t version; /* odd while the word changes */
	__u64 word;	  /* what it becomes */
};

struct reader {
	pthread_t thread;
	struct shared *shared;
	uint64_t random;
	uint64_t lookups; /* written by the reader: the writer's clock */
	uint64_t seen;	  /* by the writer, of it */
	uint64_t lost, doubled, torn, foreign, stale;
} __attribute__((aligned(128)));

struct shared {
	struct table table;
	uint64_t seed;
	uint64_t now_ns;
	bool stop;
	struct change change[SLOTS];
	struct reader reader[READERS];
};

struct writer {
	struct shared *shared;
	enum broken broken;
	uint64_t random;
	uint64_t inserts, deletes, rekeys, moves;
	int slot[KEYS]; /* -1: not in the table */
};

static __u64 key_of(uint64_t seed, __u32 i)
{
	/* A fingerprint of 0, so that the first half of a word alone is found too. */
	return ((seed >> 40) + 1 + i) << 12;
}

static __u64 sound_word(__u64 key, __u32 to)
{
	uint64_t state = key ^ (__u64)to << 50;
	uint64_t sum = random_next(&state);
	__u32 own = sum & 1ull << 50 ? to : 1 + sum % (SA_RINGS - 1); /* at rest or not */

	return sa_word(key, to, own, sum >> 40 & 3);
}

/* The slots of the key's buckets that hold it. */
static int count_key(const struct table *table, __u64 key)
{
	__u32 bucket[3] = {sa_primary(&table->shape, key)};
	int count = 0;

	sa_overflow(&table->shape, key, &bucket[1]);
	for (int b = 0; b < 3; b++)
		for (int i = 0; i < SA_BUCKET_SLOTS; i++)
			count += sa_word_key(table_word(table, bucket[b] * SA_BUCKET_SLOTS + i)) ==
				 key;
	return count;
}

static __u64 at_rest_of(__u64 word)
{
	return sa_word_at_rest(word) ? word : 0;
}

/*
 * Does sa_warm.at_rest, read after the word, say the same? While the word changes it may be newer,
 * or 0, but never older. True too when a change came between: nothing can be said then.
 */
static bool copy_in_time(const struct shared *s, __u32 slot)
{
	const struct change *change = &s->change[slot];
	uint64_t version = __atomic_load_n(&change->version, __ATOMIC_ACQUIRE);
	__u64 becomes = __atomic_load_n(&change->word, __ATOMIC_ACQUIRE);
	__u64 word = table_word(&s->table, slot);
	__u64 copy = __atomic_load_n(&s->table.warm[slot].at_rest, __ATOMIC_ACQUIRE);

	if (__atomic_load_n(&change->version, __ATOMIC_ACQUIRE) != version)
		return true;
	if (version & 1)
		return !copy || copy == at_rest_of(word) || copy == at_rest_of(becomes);
	return copy == at_rest_of(word);
}

static void look_up(struct reader *r)
{
	const struct table *table = &r->shared->table;
	__u32 i = random_below(&r->random, random_below(&r->random, 2) ? KEYS : HOT);
	__u64 key = key_of(r->shared->seed, i), word;
	int slot = table_lookup(table, key, &word);

	if (slot < 0) {
		if (i < PERMANENT)
			__atomic_store_n(&r->lost, r->lost + 1, __ATOMIC_RELAXED);
	} else {
		r->foreign += i >= LIVE;
		if (word != sound_word(key, sa_word_to(word)))
			__atomic_store_n(&r->torn, r->torn + 1, __ATOMIC_RELAXED);
		r->foreign += table->warm[slot].record != (__u32)(key >> 12);
	}
	/* A ring reads the copy at the preferred without any look-up. */
	if (!copy_in_time(r->shared, sa_preferred(&table->shape, key)) ||
	    (slot >= 0 && !copy_in_time(r->shared, slot)))
		__atomic_store_n(&r->stale, r->stale + 1, __ATOMIC_RELAXED);
	if (i < PERMANENT)
		r->doubled += count_key(table, key) != 1;
	__atomic_store_n(&r->lookups, r->lookups + 1, __ATOMIC_RELEASE);
}

static void *read_on(void *arg)
{
	struct reader *r = arg;

	while (!__atomic_load_n(&r->shared->stop, __ATOMIC_ACQUIRE))
		look_up(r);
	return NULL;
}

/*
 * Half a second passes when every reader has begun and ended a lookup since the last: so a slot
 * rests until every reader has begun anew since it was emptied.
 */
static void pass(struct writer *w, bool wait)
{
	struct shared *s = w->shared;
	bool all;

	do {
		all = true;
		for (int i = 0; i < READERS; i++)
			all &= __atomic_load_n(&s->reader[i].lookups, __ATOMIC_ACQUIRE) >
			       s->reader[i].seen + 1;
		if (!all && wait)
			sched_yield();
	} while (!all && wait);
	if (!all)
		return;
	for (int i = 0; i < READERS; i++)
		s->reader[i].seen = __atomic_load_n(&s->reader[i].lookups, __ATOMIC_ACQUIRE);
	s->now_ns += TABLE_REST_NS / 2;
}

/* Between two halves: now and then long enough for a reader on the same CPU. */
static void dawdle(struct writer *w)
{
	if (!random_below(&w->random, 16))
		sched_yield();
}

/* What table_insert() would be if a word were stored in two halves. */
static void tear(struct writer *w, __u32 slot)
{
	struct table *table = &w->shared->table;
	__u64 word = table_word(table, slot);
	__u32 *half = (__u32 *)&table->buckets[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS];
	int high = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__;

	__atomic_store_n(&half[!high], 0, __ATOMIC_RELAXED);
	dawdle(w);
	__atomic_store_n(&half[!high], (__u32)word, __ATOMIC_RELAXED);
}

static void begin(struct writer *w, __u32 slot, __u64 word)
{
	struct change *change = &w->shared->change[slot];

	__atomic_store_n(&change->word, word, __ATOMIC_SEQ_CST);
	__atomic_fetch_add(&change->version, 1, __ATOMIC_SEQ_CST);
}

static void end(struct writer *w, __u32 slot)
{
	__atomic_fetch_add(&w->shared->change[slot].version, 1, __ATOMIC_SEQ_CST);
}

static void insert(struct writer *w, __u32 i)
{
	struct table *table = &w->shared->table;
	__u64 key = key_of(w->shared->seed, i);
	__u64 word = sound_word(key, 1 + random_below(&w->random, SA_RINGS - 1));
	struct entry entry = {
		.to = sa_word_to(word),
		.own = sa_word_own(word),
		.flags = sa_word_flags(word),
		.record = key >> 12,
	};
	int slot;

	for (int tries = 0; tries < 3; tries++) {
		slot = table_free_slot(table, key, w->shared->now_ns);
		if (slot != -ENOSPC)
			break;
		pass(w, true);
	}
	assert_true(slot >= 0);
	begin(w, slot, word);
	assert_int_equal(table_put(table, slot, key, &entry), 0);
	end(w, slot);
	w->slot[i] = slot;
	w->inserts++;
	if (w->broken == HALVES)
		tear(w, slot);
}

static void erase(struct writer *w, __u32 i)
{
	begin(w, w->slot[i], 0);
	table_remove(&w->shared->table, w->slot[i], w->shared->now_ns);
	end(w, w->slot[i]);
	w->slot[i] = -1;
	w->deletes++;
}

static void set(struct writer *w, __u32 slot, __u64 old, __u64 word)
{
	__u64 *copy = &w->shared->table.warm[slot].at_rest;

	begin(w, slot, word);
	assert_int_equal(table_set(&w->shared->table, slot, old, word), 0);
	if (w->broken == STALE) { /* as if it were not cleared before */
		__atomic_store_n(copy, at_rest_of(old), __ATOMIC_RELEASE);
		dawdle(w);
		__atomic_store_n(copy, at_rest_of(word), __ATOMIC_RELEASE);
	}
	end(w, slot);
}

static void move(struct writer *w, __u32 i)
{
	struct table *table = &w->shared->table;
	__u32 to = 1 + random_below(&w->random, SA_RINGS - 1);
	__u64 old = table_word(table, w->slot[i]), word = sound_word(sa_word_key(old), to);

	w->moves++;
	if (w->broken == FIELDS) {
		__u64 half = sa_word(sa_word_key(old), to, sa_word_own(old), sa_word_flags(old));

		set(w, w->slot[i], old, half);
		dawdle(w);
		old = half;
	}
	set(w, w->slot[i], old, word);
}

/* A new SA before the old one goes, as IKE does it. */
static void rekey(struct writer *w, __u32 old)
{
	__u32 new = old;

	while (w->slot[new] >= 0)
		new = PERMANENT + random_below(&w->random, LIVE - PERMANENT);
	insert(w, new);
	erase(w, old);
	w->rekeys++;
}

/* As if an SA in a overflow bucket that has gone were counted off twice. */
static void lose_overflows(struct writer *w)
{
	struct sa_overflows *overflows = w->shared->table.overflows;
	__u32 primary = random_below(&w->random, sa_primary_buckets(&w->shared->table.shape));
	__u8 *of = &overflows[primary / sizeof(*overflows)].of[primary % sizeof(*overflows)],
	     before = *of;

	__atomic_store_n(of, 0, __ATOMIC_RELAXED);
	dawdle(w);
	__atomic_store_n(of, before, __ATOMIC_RELAXED);
}

static void operate(struct writer *w)
{
	__u32 i = PERMANENT + random_below(&w->random, LIVE - PERMANENT);

	if (w->broken == FORGETFUL)
		lose_overflows(w);
	if (!random_below(&w->random, 3))
		move(w, w->slot[i] < 0 ? i % PERMANENT : i % HOT);
	else if (w->slot[i] < 0)
		insert(w, i);
	else if (random_below(&w->random, 4))
		rekey(w, i);
	else
		erase(w, i);
	if (!random_below(&w->random, 64))
		pass(w, false);
}

static struct shared *shared_new(uint64_t seed)
{
	struct shared *s = aligned_alloc(128, sizeof(*s));

	assert_non_null(s);
	memset(s, 0, sizeof(*s));
	s->seed = random_next(&seed);
	s->now_ns = 5 * TABLE_REST_NS;
	s->table.shape = (struct sa_table_shape){.bits = BITS, .seed = random_next(&seed)};
	s->table.buckets = aligned_alloc(64, sizeof(struct sa_bucket) << BITS);
	s->table.overflows =
		calloc(sa_overflows_elements(&s->table.shape), sizeof(struct sa_overflows));
	s->table.warm = aligned_alloc(64, sizeof(struct sa_warm) * SLOTS);
	s->table.rare = calloc(SLOTS, sizeof(struct sa_rare));
	s->table.cold = calloc(SLOTS, sizeof(struct sa_cold));
	s->table.colds = SLOTS;
	s->table.spare = calloc(SLOTS, sizeof(__u32));
	assert_non_null(s->table.buckets);
	assert_non_null(s->table.overflows);
	assert_non_null(s->table.warm);
	assert_non_null(s->table.rare);
	assert_non_null(s->table.cold);
	assert_non_null(s->table.spare);
	memset(s->table.buckets, 0, sizeof(struct sa_bucket) << BITS);
	memset(s->table.warm, 0, sizeof(struct sa_warm) * SLOTS);
	assert_int_equal(table_take_stock(&s->table), 0);
	for (int i = 0; i < READERS; i++) {
		s->reader[i].shared = s;
		s->reader[i].random = random_next(&seed);
	}
	return s;
}

/* Each key that is in is in once, and no other. */
static void check_all(const struct writer *w)
{
	const struct table *table = &w->shared->table;
	int slot, entries = 0, expected = 0;

	for (__u32 i = 0; i < KEYS; i++) {
		__u64 key = key_of(w->shared->seed, i);

		assert_int_equal(table_find(table, key), w->slot[i]);
		assert_int_equal(count_key(table, key), w->slot[i] >= 0);
		expected += w->slot[i] >= 0;
	}
	table_each(table, slot) entries++;
	for (slot = 0; slot < SLOTS; slot++)
		assert_int_equal(table->warm[slot].at_rest, at_rest_of(table_word(table, slot)));
	assert_int_equal(entries, expected);
}

struct sum {
	uint64_t lookups, lost, doubled, torn, foreign, stale;
};

static uint64_t faults(const struct shared *s, struct sum *sum)
{
	*sum = (struct sum){0};
	for (int i = 0; i < READERS; i++) {
		const struct reader *r = &s->reader[i];

		sum->lookups += r->lookups;
		sum->lost += r->lost;
		sum->doubled += r->doubled;
		sum->torn += r->torn;
		sum->foreign += r->foreign;
		sum->stale += r->stale;
	}
	return sum->lost + sum->doubled + sum->torn + sum->foreign + sum->stale;
}

static const uint64_t *seen_as(const struct reader *r, enum broken broken)
{
	return broken == STALE ? &r->stale : broken == FORGETFUL ? &r->lost : &r->torn;
}

/* Has a reader seen how the writer is broken? */
static bool was_seen(const struct shared *s, enum broken broken)
{
	uint64_t seen = 0;

	for (int i = 0; i < READERS; i++)
		seen += __atomic_load_n(seen_as(&s->reader[i], broken), __ATOMIC_RELAXED);
	return seen;
}

/* The permanent SAs come last, so that many find their primary bucket full. */
static void insert_first(struct writer *w)
{
	int primary = (int)sa_primary_buckets(&w->shared->table.shape) * SA_BUCKET_SLOTS,
	    overflow = 0;

	memset(w->slot, -1, sizeof(w->slot));
	for (__u32 i = PERMANENT; i < LIVE - 256; i++) /* a rekey takes one that is not in */
		insert(w, i);
	for (__u32 i = 0; i < PERMANENT; i++) {
		insert(w, i);
		overflow += w->slot[i] >= primary;
	}
	assert_true(overflow > 100);
}

static uint64_t run(enum broken broken, uint64_t rekeys, struct sum *sum)
{
	struct writer w = {.shared = shared_new(11 + broken), .broken = broken, .random = 3};
	struct shared *s = w.shared;
	uint64_t bad;

	insert_first(&w);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&s->reader[i].thread, NULL, read_on, &s->reader[i]),
				 0);
	while (w.rekeys < rekeys && !(broken && was_seen(s, broken)))
		operate(&w);
	__atomic_store_n(&s->stop, true, __ATOMIC_RELEASE);
	for (int i = 0; i < READERS; i++)
		pthread_join(s->reader[i].thread, NULL);
	check_all(&w);
	bad = faults(s, sum);
	print_message(
		"%llu inserts, %llu deletes, %llu rekeys, %llu moves, %llu lookups: %llu lost, "
		"%llu doubled, %llu torn, %llu foreign, %llu stale\n",
		(unsigned long long)w.inserts, (unsigned long long)w.deletes,
		(unsigned long long)w.rekeys, (unsigned long long)w.moves,
		(unsigned long long)sum->lookups, (unsigned long long)sum->lost,
		(unsigned long long)sum->doubled, (unsigned long long)sum->torn,
		(unsigned long long)sum->foreign, (unsigned long long)sum->stale);
	free(s->table.buckets);
	free(s->table.overflows);
	free(s->table.warm);
	free(s->table.rare);
	free(s->table.cold);
	free(s->table.spare);
	free(s);
	return bad;
}

static void test_readers(void **state)
{
	struct sum sum;

	assert_int_equal(run(SOUND, REKEYS, &sum), 0);
	assert_true(sum.lookups > KEYS);
}

/* That the readers see what may go wrong, sooner or later. */
static void test_halves_are_seen(void **state)
{
	struct sum sum;

	run(HALVES, 10 * REKEYS, &sum);
	assert_true(sum.torn);
	assert_int_equal(sum.doubled, 0);
}

static void test_fields_are_seen(void **state)
{
	struct sum sum;

	run(FIELDS, 10 * REKEYS, &sum);
	assert_true(sum.torn);
	assert_int_equal(sum.foreign, 0);
}

static void test_stale_is_seen(void **state)
{
	struct sum sum;

	run(STALE, 10 * REKEYS, &sum);
	assert_true(sum.stale);
	assert_int_equal(sum.torn, 0);
}

static void test_forgetting_is_seen(void **state)
{
	struct sum sum;

	run(FORGETFUL, 10 * REKEYS, &sum);
	assert_true(sum.lost);
	assert_int_equal(sum.torn, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readers),
		cmocka_unit_test(test_halves_are_seen),
		cmocka_unit_test(test_fields_are_seen),
		cmocka_unit_test(test_stale_is_seen),
		cmocka_unit_test(test_forgetting_is_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
