/* SPDX-License-Identifier: GPL-2.0-only */
/* From a flow to the entry of its SA. Used on both sides of a ring. */
#ifndef BPF_FIND_H
#define BPF_FIND_H

#include "bpf/maps.h"

struct found {
	__u64 word; /* 0: no such SA */
	__u64 key;
	__u32 slot;
};

static __always_inline struct sa_table_shape table_shape(void)
{
	return (struct sa_table_shape){.bits = constants.shape.bits, .seed = constants.shape.seed};
}

static __always_inline bool is_at(struct found *found, __u64 key, __u32 slot)
{
	const struct sa_bucket *b = element(sa_table, slot / SA_BUCKET_SLOTS);

	if (!b)
		return false;
	found->slot = slot;
	found->word = sa_load(&b->slot[slot % SA_BUCKET_SLOTS]);
	return sa_word_key(found->word) == key;
}

static __always_inline bool is_in(struct found *found, __u64 key, __u32 bucket)
{
	const struct sa_bucket *b = element(sa_table, bucket);
	int at = b ? sa_bucket_find(b, key, &found->word) : -1;

	found->slot = bucket * SA_BUCKET_SLOTS + at;
	return at >= 0;
}

/* Are there SAs in overflow buckets that belong in this primary one? */
static __always_inline bool has_overflown(__u32 primary)
{
	const struct sa_overflows *s = element(sa_overflows, primary / sizeof(s->of));

	return s && s->of[primary % sizeof(s->of)];
}

static __always_inline void find_key(struct found *found, __u64 key)
{
	const struct sa_table_shape shape = table_shape();
	__u32 primary = sa_primary(&shape, key), overflow[2];

	found->key = key;
	found->slot = 0; /* or the compiler may copy it unset, which the verifier refuses */
	if (likely(is_at(found, key, sa_preferred(&shape, key))))
		return;
	found->word = 0;
	if (is_in(found, key, primary) || likely(!has_overflown(primary)))
		return;
	sa_overflow(&shape, key, overflow);
	if (!is_in(found, key, overflow[0]))
		is_in(found, key, overflow[1]);
}

/* The key of a flow that carries an SPI. */
static __always_inline __u64 flow_key(const struct flow *f)
{
	const struct sa_table_shape shape = table_shape();

	return sa_key(&shape, f->dst, f->spi, flow_sa_protocol(f));
}

static __always_inline bool has_spi(const struct flow *f)
{
	return f->kind == FLOW_ESP || f->kind == FLOW_AH || f->kind == FLOW_ESP_UDP;
}

static __always_inline void fragment_key(struct fragment_key *key, const struct flow *f)
{
	__builtin_memset(key, 0, sizeof(*key));
	__builtin_memcpy(key->src, f->src, sizeof(key->src));
	__builtin_memcpy(key->dst, f->dst, sizeof(key->dst));
	key->id = f->id;
	key->family = f->family;
	key->protocol = f->protocol;
}

/* Fragments of one datagram follow its first, which is the only one with an SPI or ports. */
static __always_inline void remember(const struct flow *f, __u32 way, __u64 key)
{
	struct fragment_value value = {.key = key, .way = way};
	struct fragment_key fk;

	if (likely(f->part != PART_FIRST))
		return;
	fragment_key(&fk, f);
	bpf_map_update_elem(&fragments, &fk, &value, BPF_ANY);
}

/* The first fragment of the datagram that this later fragment belongs to, as remembered; or NULL.
 */
static __always_inline struct fragment_value *find_remembered(const struct flow *f)
{
	struct fragment_key key;

	fragment_key(&key, f);
	return bpf_map_lookup_elem(&fragments, &key);
}

#endif
