// SPDX-License-Identifier: GPL-2.0-only
// The SA table's one writer.
#include "steer/table.h"

#include <errno.h>
#include <string.h>

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

/* What sa_warm.rest says beside @word. */
static __u64 rest_of(__u64 word)
{
	return sa_word_rests(word) ? word : 0;
}

/* Before a word changes, with 0; and with the new one after it did. */
static void set_rest(const struct table *table, __u32 slot, __u64 word)
{
	__atomic_store_n(&table->warm[slot].rest, rest_of(word), __ATOMIC_RELEASE);
}

/* Marks in table->spare which cold sides are in use, by the place that they would have there. */
static int mark_used(const struct table *table, __u32 colds)
{
	int slot;

	memset(table->spare, 0, sizeof(*table->spare) * colds);
	table_each(table, slot)
	{
		__u32 cold = table->warm[slot].cold;

		if (cold >= colds || table->spare[colds - 1 - cold])
			return -EUCLEAN;
		table->spare[colds - 1 - cold] = 1;
		/* Whoever was before us may have died between the two. */
		set_rest(table, slot, table_word(table, slot));
	}
	return 0;
}

int table_take_stock(struct table *table)
{
	__u32 colds = table_slots(table);
	int err = mark_used(table, colds);

	table->spares = 0;
	/* The lowest come last, for they are taken from the end. Marks are read before their place
	 * is written. */
	for (__u32 i = 0; i < colds && !err; i++)
		if (!table->spare[i])
			table->spare[table->spares++] = colds - 1 - i;
	return err;
}

static bool is_resting(const struct sa_warm *warm, __u64 now_ns)
{
	return warm->freed_ns && now_ns < warm->freed_ns + TABLE_REST_NS;
}

/* The slots of @bucket that may be taken, as bits. */
static __u32 free_slots(const struct table *table, __u32 bucket, __u64 now_ns)
{
	const struct sa_warm *warm = &table->warm[bucket * SA_BUCKET_SLOTS];
	const __u64 *words = table->buckets[bucket].slot;
	__u32 bits = 0;

	/* The one writer is who asks: no need to load them as a reader must. */
	for (__u32 i = 0; i < SA_BUCKET_SLOTS; i++)
		bits |= (__u32)!words[i] << i;
	if (now_ns >= table->rest_until_ns)
		return bits;
	for (__u32 i = 0; i < SA_BUCKET_SLOTS; i++)
		if (bits & 1u << i && is_resting(&warm[i], now_ns))
			bits &= ~(1u << i);
	return bits;
}

/*
 * A slot in the first of the two buckets of @key; once that is half full, in the emptier one. So
 * most look-ups need one cache line. In it the first slot from sa_guess() on, which is where
 * the programs look first.
 */
static int free_slot(const struct table *table, __u64 key, __u64 now_ns)
{
	__u32 bucket[2], bits, other, place = sa_guess(&table->shape, key) % SA_BUCKET_SLOTS;
	int which = 0;

	sa_buckets(&table->shape, key, bucket);
	bits = free_slots(table, bucket[0], now_ns);
	if (__builtin_popcount(bits) <= SA_BUCKET_SLOTS / 2) {
		other = free_slots(table, bucket[1], now_ns);
		which = __builtin_popcount(other) > __builtin_popcount(bits);
		bits = which ? other : bits;
	}
	if (!bits)
		return -ENOSPC;
	bits |= bits << SA_BUCKET_SLOTS;
	place += __builtin_ctz(bits >> place);
	return bucket[which] * SA_BUCKET_SLOTS + place % SA_BUCKET_SLOTS;
}

int table_place(const struct table *table, __u64 key, __u64 now_ns)
{
	return table_find(table, key) >= 0 ? -EEXIST : free_slot(table, key, now_ns);
}

int table_expect(const struct table *table, __u64 key, unsigned int step, __u64 now_ns)
{
	__u32 bucket[2];
	int place;

	if (!step) {
		sa_buckets(&table->shape, key, bucket);
		__builtin_prefetch(&table->buckets[bucket[0]], 1);
		__builtin_prefetch(&table->buckets[bucket[1]], 1);
		return -1;
	}
	place = free_slot(table, key, now_ns);
	if (place < 0)
		return -1;
	__builtin_prefetch(&table->warm[place], 1);
	return place;
}

static int is_ring(__u32 number)
{
	return number > 0 && number < SA_RINGS;
}

int table_put(struct table *table, __u32 slot, __u64 key, const struct entry *entry)
{
	__u64 word = sa_word(key, entry->to, entry->own, entry->flags);
	__u32 cold;

	if (!sa_word_spi(word) || key >> KEY_BITS || !is_ring(entry->to) || !is_ring(entry->own) ||
	    entry->flags > (SA_HANDS_OFF | SA_PAIR))
		return -EINVAL;
	cold = table->spare[--table->spares];
	table->cold[cold] = entry->cold;
	table->warm[slot] = (struct sa_warm){
		.record = entry->record, .cold = cold, .rest = rest_of(word)};
	__atomic_store_n(word_at(table, slot), word, __ATOMIC_RELEASE);
	return 0;
}

int table_insert(struct table *table, __u64 key, const struct entry *entry, __u64 now_ns,
		 __u32 *slot)
{
	int at = table_place(table, key, now_ns);
	int err = at < 0 ? at : table_put(table, at, key, entry);

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
	__atomic_store_n(&table->warm[slot].freed_ns, now_ns ? now_ns : 1, __ATOMIC_RELAXED);
	set_rest(table, slot, 0);
	__atomic_exchange_n(word_at(table, slot), 0, __ATOMIC_ACQ_REL);
	table->spare[table->spares++] = table->warm[slot].cold;
	if (table->rest_until_ns < now_ns + TABLE_REST_NS)
		table->rest_until_ns = now_ns + TABLE_REST_NS;
}

int table_set(struct table *table, __u32 slot, __u64 expected, __u64 word)
{
	bool done;

	if (!expected || sa_word_key(expected) != sa_word_key(word))
		return -EINVAL;
	set_rest(table, slot, 0);
	done = __atomic_compare_exchange_n(word_at(table, slot), &expected, word, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
	set_rest(table, slot, done ? word : expected); /* expected: what was found instead */
	return done ? 0 : -EAGAIN;
}

int table_next(const struct table *table, int slot)
{
	__u32 slots = table_slots(table);

	for (__u32 at = slot + 1; at < slots; at++)
		if (table_word(table, at))
			return at;
	return -1;
}
