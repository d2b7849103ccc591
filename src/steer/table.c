// SPDX-License-Identifier: GPL-2.0-only
// The SA table's one writer.
#include "steer/table.h"

#include <errno.h>

#define KEY_BITS 44

__u32 table_bits(__u32 max_sas)
{
	__u32 bits = TABLE_MIN_BITS;

	while (bits < 24 && (__u64)SA_BUCKET_SLOTS << bits < 2 * (__u64)max_sas)
		bits++;
	return bits;
}

static __u64 *word_at(const struct table *table, __u32 slot)
{
	return &table->buckets[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS];
}

int table_lookup(const struct table *table, __u64 key, __u64 *word)
{
	__u32 bucket[2];

	*word = 0;
	sa_buckets(&table->shape, key, bucket);
	for (int i = 0; i < 2; i++) {
		int at = sa_bucket_find(&table->buckets[bucket[i]], key, word);

		if (at >= 0 && *word)
			return bucket[i] * SA_BUCKET_SLOTS + at;
	}
	return -1;
}

int table_find(const struct table *table, __u64 key)
{
	__u64 word;

	return table_lookup(table, key, &word);
}

static bool is_resting(const struct sa_cold *cold, __u64 now_ns)
{
	return cold->freed_ns && now_ns < cold->freed_ns + TABLE_REST_NS;
}

/* The number of slots of @bucket that may be taken, and the first of them in *slot. */
static int count_free(const struct table *table, __u32 bucket, __u64 now_ns, __u32 *slot)
{
	bool rest = now_ns < table->rest_until_ns;
	int count = 0;

	for (int i = SA_BUCKET_SLOTS - 1; i >= 0; i--) {
		__u32 at = bucket * SA_BUCKET_SLOTS + i;

		if (table_word(table, at) || (rest && is_resting(&table->cold[at], now_ns)))
			continue;
		count++;
		*slot = at;
	}
	return count;
}

/* A slot in the emptier of the two buckets of @key. */
static int free_slot(const struct table *table, __u64 key, __u64 now_ns)
{
	__u32 bucket[2], slot[2];
	int count[2];

	sa_buckets(&table->shape, key, bucket);
	for (int i = 0; i < 2; i++)
		count[i] = count_free(table, bucket[i], now_ns, &slot[i]);
	if (!count[0] && !count[1])
		return -ENOSPC;
	return slot[count[1] > count[0]];
}

int table_place(const struct table *table, __u64 key, __u64 now_ns)
{
	return table_find(table, key) >= 0 ? -EEXIST : free_slot(table, key, now_ns);
}

void table_expect(const struct table *table, __u64 key, unsigned int step, __u64 now_ns)
{
	__u32 bucket[2];
	int place;

	if (!step) {
		sa_buckets(&table->shape, key, bucket);
		__builtin_prefetch(&table->buckets[bucket[0]], 1);
		__builtin_prefetch(&table->buckets[bucket[1]], 1);
		return;
	}
	place = free_slot(table, key, now_ns);
	if (place < 0)
		return;
	__builtin_prefetch(&table->cold[place].pair, 1);
	__builtin_prefetch(&table->cold[place].freed_ns, 1);
	__builtin_prefetch(&table->cold[place].record, 1);
}

static int is_ring(__u32 number)
{
	return number > 0 && number < SA_RINGS;
}

int table_put(struct table *table, __u32 slot, __u64 key, __u32 to, __u32 own, __u32 flags,
	      const struct sa_cold *cold)
{
	__u64 word = sa_word(key, to, own, flags);

	if (!sa_word_spi(word) || key >> KEY_BITS || !is_ring(to) || !is_ring(own) ||
	    flags > (SA_HANDS_OFF | SA_PAIR))
		return -EINVAL;
	table->cold[slot] = *cold;
	__atomic_store_n(word_at(table, slot), word, __ATOMIC_RELEASE);
	return 0;
}

int table_insert(struct table *table, __u64 key, __u32 to, __u32 own, __u32 flags,
		 const struct sa_cold *cold, __u64 now_ns, __u32 *slot)
{
	int at = table_place(table, key, now_ns);
	int err = at < 0 ? at : table_put(table, at, key, to, own, flags, cold);

	if (!err)
		*slot = at;
	return err;
}

void table_remove(struct table *table, __u32 slot, __u64 now_ns)
{
	if (!table_word(table, slot))
		return;
	/* First, so that a daemon which dies here leaves no slot that is empty and does not rest.
	 */
	__atomic_store_n(&table->cold[slot].freed_ns, now_ns ? now_ns : 1, __ATOMIC_RELAXED);
	__atomic_exchange_n(word_at(table, slot), 0, __ATOMIC_ACQ_REL);
	if (table->rest_until_ns < now_ns + TABLE_REST_NS)
		table->rest_until_ns = now_ns + TABLE_REST_NS;
}

int table_set(struct table *table, __u32 slot, __u64 expected, __u64 word)
{
	if (!expected || sa_word_key(expected) != sa_word_key(word))
		return -EINVAL;
	if (!__atomic_compare_exchange_n(word_at(table, slot), &expected, word, false,
					 __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return -EAGAIN;
	return 0;
}

int table_next(const struct table *table, int slot)
{
	__u32 slots = table_slots(table);

	for (__u32 at = slot + 1; at < slots; at++)
		if (table_word(table, at))
			return at;
	return -1;
}
