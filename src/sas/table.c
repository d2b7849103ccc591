// SPDX-License-Identifier: GPL-2.0-only
// The SA table's one writer.
#include "sas/table.h"

#include <errno.h>
#include <stdint.h>
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

/* Looks in one bucket; the slot or -1, as table_lookup(). */
static int find_in(const struct table *table, __u64 key, __u32 bucket, __u64 *word)
{
	int at = sa_bucket_find(&table->buckets[bucket], key, word);

	return at >= 0 && *word ? (int)(bucket * SA_BUCKET_SLOTS) + at : -1;
}

static __u8 *overflows_of(const struct table *table, __u32 primary)
{
	return &table->overflows[primary / sizeof(*table->overflows)]
			.of[primary % sizeof(*table->overflows)];
}

int table_lookup(const struct table *table, __u64 key, __u64 *word)
{
	__u32 primary = sa_primary(&table->shape, key), overflow[2];
	int slot;

	*word = 0;
	slot = find_in(table, key, primary, word);
	if (slot >= 0 || !__atomic_load_n(overflows_of(table, primary), __ATOMIC_RELAXED))
		return slot;
	sa_overflow(&table->shape, key, overflow);
	slot = find_in(table, key, overflow[0], word);
	return slot >= 0 ? slot : find_in(table, key, overflow[1], word);
}

int table_find(const struct table *table, __u64 key)
{
	__u64 word;

	return table_lookup(table, key, &word);
}

/* What sa_warm.at_rest says beside @word. */
static __u64 at_rest_of(__u64 word)
{
	return sa_word_at_rest(word) ? word : 0;
}

/* Before a word changes, with 0; and with the new one after it did. */
static void set_at_rest(const struct table *table, __u32 slot, __u64 word)
{
	__atomic_store_n(&table->warm[slot].at_rest, at_rest_of(word), __ATOMIC_RELEASE);
}

/* An entry of @key comes to @slot (1; before its word appears), or has gone from there (-1). */
static void count_overflow(const struct table *table, __u32 slot, __u64 key, int step)
{
	__u32 primary = sa_primary(&table->shape, key);
	__u8 *overflows = overflows_of(table, primary);

	if (slot / SA_BUCKET_SLOTS != primary && *overflows != UINT8_MAX)
		__atomic_store_n(overflows, *overflows + step, __ATOMIC_RELAXED);
}

/* In table->spare first: the programs must not see a number that is too low. */
static void mend_overflows(const struct table *table)
{
	__u32 primary, buckets = sa_primary_buckets(&table->shape);
	int slot;

	memset(table->spare, 0, sizeof(*table->spare) * buckets);
	table_each(table, slot)
	{
		primary = sa_primary(&table->shape, sa_word_key(table_word(table, slot)));
		table->spare[primary] += (__u32)slot / SA_BUCKET_SLOTS != primary;
	}
	for (primary = 0; primary < buckets; primary++)
		__atomic_store_n(overflows_of(table, primary),
				 table->spare[primary] < UINT8_MAX ? table->spare[primary]
								   : UINT8_MAX,
				 __ATOMIC_RELAXED);
}

static void mend_at_rest(const struct table *table)
{
	for (__u32 slot = 0; slot < table_slots(table); slot++)
		if (table->warm[slot].at_rest != at_rest_of(table_word(table, slot)))
			set_at_rest(table, slot, table_word(table, slot));
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
	}
	return 0;
}

int table_take_stock(struct table *table)
{
	__u32 colds = table->colds;
	int err;

	mend_overflows(table);
	mend_at_rest(table);
	err = mark_used(table, colds);
	table->spares = 0;
	/* The lowest come last, for they are taken from the end. Marks are read before their place
	 * is written. */
	for (__u32 i = 0; i < colds && !err; i++)
		if (!table->spare[i])
			table->spare[table->spares++] = colds - 1 - i;
	return err;
}

void table_mend_rings(struct table *table, __u32 rings, __u32 ring)
{
	int slot;

	table_each(table, slot)
	{
		__u64 word = table_word(table, slot);
		__u32 to = sa_word_to(word), own = sa_word_own(word);
		bool right = own && own < rings;

		if (right && to && to < rings)
			continue;
		own = right ? own : ring;
		(void)table_set(table, slot, word,
				sa_word(sa_word_key(word), own, own, sa_word_flags(word)));
	}
}

static bool is_resting(const struct sa_rare *rare, __u64 now_ns)
{
	return rare->freed_ns && now_ns < rare->freed_ns + TABLE_REST_NS;
}

/* The slots of @bucket that may be taken, as bits. */
static __u32 free_slots(const struct table *table, __u32 bucket, __u64 now_ns)
{
	const struct sa_rare *rare = &table->rare[bucket * SA_BUCKET_SLOTS];
	const __u64 *words = table->buckets[bucket].slot;
	__u32 bits = 0;

	/* The one writer is who asks: no need to load them as a reader must. */
	for (__u32 i = 0; i < SA_BUCKET_SLOTS; i++)
		bits |= (__u32)!words[i] << i;
	if (now_ns >= table->rest_until_ns)
		return bits;
	for (__u32 i = 0; i < SA_BUCKET_SLOTS; i++)
		if (bits & 1u << i && is_resting(&rare[i], now_ns))
			bits &= ~(1u << i);
	return bits;
}

/*
 * A slot in the primary bucket of @key; if that is full, in the emptier one of its overflow ones.
 * In it the first slot from sa_preferred() on, which is where the programs look first.
 */
int table_free_slot(const struct table *table, __u64 key, __u64 now_ns)
{
	__u32 bucket = sa_primary(&table->shape, key), overflow[2];
	__u32 bits = free_slots(table, bucket, now_ns), other;
	__u32 place = sa_preferred(&table->shape, key) % SA_BUCKET_SLOTS;

	if (!bits) {
		sa_overflow(&table->shape, key, overflow);
		bits = free_slots(table, overflow[0], now_ns);
		other = free_slots(table, overflow[1], now_ns);
		bucket = overflow[0];
		if (__builtin_popcount(other) > __builtin_popcount(bits)) {
			bucket = overflow[1];
			bits = other;
		}
	}
	if (!bits)
		return -ENOSPC;
	bits |= bits << SA_BUCKET_SLOTS;
	place += __builtin_ctz(bits >> place);
	return bucket * SA_BUCKET_SLOTS + place % SA_BUCKET_SLOTS;
}

static int is_ring(__u32 number)
{
	return number > 0 && number < SA_RINGS;
}

int table_put(struct table *table, __u32 slot, __u64 key, const struct entry *entry)
{
	__u64 word = sa_word(key, entry->to, entry->own, entry->flags);
	struct sa_warm *warm = &table->warm[slot];
	__u32 cold;

	if (!sa_word_spi(word) || key >> KEY_BITS || !is_ring(entry->to) || !is_ring(entry->own) ||
	    entry->flags > (SA_HANDS_OFF | SA_PAIR))
		return -EINVAL;
	if (!table->spares)
		return -ENOSPC;
	cold = table->spare[--table->spares];
	table->cold[cold] = entry->cold;
	/* All but at_rest, which is 0, and which a ring may be reading. */
	warm->count = (struct count){0};
	table->rare[slot] = (struct sa_rare){0};
	warm->record = entry->record;
	warm->cold = cold;
	count_overflow(table, slot, key, 1);
	__atomic_store_n(word_at(table, slot), word, __ATOMIC_RELEASE);
	set_at_rest(table, slot, word);
	return 0;
}

int table_insert(struct table *table, __u64 key, const struct entry *entry, __u64 now_ns,
		 __u32 *slot)
{
	int at = table_find(table, key) < 0 ? table_free_slot(table, key, now_ns) : -EEXIST;
	int err = at < 0 ? at : table_put(table, at, key, entry);

	if (!err)
		*slot = at;
	return err;
}

void table_remove(struct table *table, __u32 slot, __u64 now_ns)
{
	__u64 word = table_word(table, slot);

	if (!word)
		return;
	/* First, so that a daemon which dies here leaves no slot that is empty and does not rest.
	 */
	__atomic_store_n(&table->rare[slot].freed_ns, now_ns ? now_ns : 1, __ATOMIC_RELAXED);
	set_at_rest(table, slot, 0);
	__atomic_exchange_n(word_at(table, slot), 0, __ATOMIC_ACQ_REL);
	count_overflow(table, slot, sa_word_key(word), -1);
	table->spare[table->spares++] = table->warm[slot].cold;
	if (table->rest_until_ns < now_ns + TABLE_REST_NS)
		table->rest_until_ns = now_ns + TABLE_REST_NS;
}

int table_set(struct table *table, __u32 slot, __u64 expected, __u64 word)
{
	bool done;

	if (!expected || sa_word_key(expected) != sa_word_key(word))
		return -EINVAL;
	set_at_rest(table, slot, 0);
	done = __atomic_compare_exchange_n(word_at(table, slot), &expected, word, false,
					   __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
	set_at_rest(table, slot, done ? word : expected); /* expected: what was found instead */
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
