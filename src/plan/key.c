// SPDX-License-Identifier: GPL-2.0-only
// Keys from a linear system.
#include "plan/key.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "core/random.h"

enum { WORDS = PLAN_KEY_BITS / 64, TRIES = 64 };

/*
 * The sum of some bits of the key is `is`; while an SA's entry is not yet chosen, plus those bits
 * of its number that are in `mask`.
 */
struct equation {
	uint64_t bit[WORDS];
	uint32_t mask;
	bool is;
};

/* Equations that contradict nothing, each with a first bit that no other begins with. */
struct system {
	struct equation by_first[PLAN_KEY_BITS];
	bool there[PLAN_KEY_BITS];
};

/* What is known of the entry of an SA before it is chosen. */
struct choice {
	uint16_t begun[32]; /* equations of the system that wait for it, by their first bit */
	uint32_t n_begun;
	struct equation must[32]; /* those without bits of the key: on the entry alone */
	uint32_t n_must;
};

struct planning {
	const struct plan_keyed *sas;
	size_t n;
	const struct indir *table;
	uint32_t key_bits;
	uint32_t size; /* entries told apart: all, or those after which the table begins again */
	uint64_t random;
	double *load;	 /* of each queue */
	uint32_t *taken; /* SAs of each entry */
	uint32_t *order; /* of the SAs */
	uint16_t *slot;	 /* of each SA: its entry, as far as it is chosen */
	struct system system;
};

static bool has(const uint64_t *bits, uint32_t at)
{
	return bits[at / 64] >> (at % 64) & 1;
}

static int first_bit(const struct equation *e)
{
	for (int i = 0; i < WORDS; i++)
		if (e->bit[i])
			return 64 * i + __builtin_ctzll(e->bit[i]);
	return -1;
}

static void add(struct equation *e, const struct equation *other)
{
	for (int i = 0; i < WORDS; i++)
		e->bit[i] ^= other->bit[i];
	e->mask ^= other->mask;
	e->is ^= other->is;
}

/* Takes out what the system says; the first bit of what is left, or -1: it was said already. */
static int reduce(const struct system *s, struct equation *e)
{
	int first;

	while ((first = first_bit(e)) >= 0 && s->there[first])
		add(e, &s->by_first[first]);
	return first;
}

/* "Bit @at of the SA's hash is that of its entry's number". */
static struct equation equation_of(const struct planning *p, const struct plan_keyed *sa,
				   uint32_t at)
{
	struct equation e = {.mask = 1u << at, .is = sa->base >> at & 1};

	for (uint32_t i = 0; i < p->key_bits; i++)
		if (sa->column[i] >> at & 1)
			e.bit[i / 64] |= 1ull << (i % 64);
	return e;
}

static void begin(struct planning *p, const struct plan_keyed *sa, struct choice *choice)
{
	choice->n_begun = choice->n_must = 0;
	for (uint32_t at = 0; 1u << at < p->size; at++) {
		struct equation e = equation_of(p, sa, at);
		int first = reduce(&p->system, &e);

		if (first < 0) {
			choice->must[choice->n_must++] = e;
			continue;
		}
		p->system.by_first[first] = e;
		p->system.there[first] = true;
		choice->begun[choice->n_begun++] = (uint16_t)first;
	}
}

static bool allowed(const struct choice *choice, uint32_t slot)
{
	for (uint32_t i = 0; i < choice->n_must; i++)
		if (__builtin_parity(choice->must[i].mask & slot) != choice->must[i].is)
			return false;
	return true;
}

static void finish(struct planning *p, const struct choice *choice, uint32_t slot)
{
	for (uint32_t i = 0; i < choice->n_begun; i++) {
		struct equation *e = &p->system.by_first[choice->begun[i]];

		e->is ^= __builtin_parity(e->mask & slot);
		e->mask = 0;
	}
}

/*
 * The most welcome of the entries that are allowed, any of those alike: of the queue with the least
 * load, then with the fewest SAs. Some entry always is: that which any key of the system gives.
 */
static uint32_t choose(struct planning *p, const struct choice *choice, uint32_t low, uint32_t step)
{
	uint32_t best = UINT32_MAX, alike = 0;

	for (uint32_t slot = low; slot < p->size; slot += step) {
		double more = 0;

		if (!allowed(choice, slot))
			continue;
		if (best != UINT32_MAX)
			more = p->load[p->table->entry[slot]] - p->load[p->table->entry[best]];
		if (best != UINT32_MAX && more == 0)
			more = (double)p->taken[slot] - p->taken[best];
		if (best != UINT32_MAX && more == 0 && random_below(&p->random, ++alike))
			continue;
		if (best == UINT32_MAX || more <= 0)
			best = slot;
		if (more < 0)
			alike = 1;
	}
	return best;
}

/* All SAs to entries that are @step apart from those they have. */
static void place(struct planning *p, uint32_t step)
{
	struct choice choice;

	memset(p->taken, 0, sizeof(*p->taken) * p->table->size);
	memset(p->load, 0, sizeof(*p->load) * (UINT16_MAX + 1));
	for (size_t i = 0; i < p->n; i++) {
		uint32_t sa = p->order[i], slot;

		begin(p, &p->sas[sa], &choice);
		slot = choose(p, &choice, p->slot[sa], step);
		finish(p, &choice, slot);
		p->slot[sa] = (uint16_t)slot;
		p->taken[slot]++;
		p->load[p->table->entry[slot]] += p->sas[sa].load;
	}
}

/* A key of the system: its free bits are drawn, the others follow from the last to the first. */
static void write_key(struct planning *p, uint8_t *key)
{
	uint64_t bits[WORDS] = {0};

	for (uint32_t i = p->key_bits; i--;) {
		const struct equation *e = &p->system.by_first[i];
		bool is = random_next(&p->random) >> 63;

		if (p->system.there[i]) {
			is = e->is;
			for (uint32_t j = i + 1; j < p->key_bits; j++)
				is ^= has(e->bit, j) && has(bits, j);
		}
		bits[i / 64] |= (uint64_t)is << (i % 64);
	}
	memset(key, 0, p->key_bits / 8);
	for (uint32_t i = 0; i < p->key_bits; i++)
		key[i / 8] |= (uint8_t)(has(bits, i) << (7 - i % 8));
}

static uint32_t hash_under(const struct planning *p, const struct plan_keyed *sa,
			   const uint8_t *key)
{
	uint32_t hash = sa->base;

	for (uint32_t i = 0; i < p->key_bits; i++)
		if (key[i / 8] >> (7 - i % 8) & 1)
			hash ^= sa->column[i];
	return hash;
}

/* What a key comes to, by the hashes themselves. */
static void judge(struct planning *p, const uint8_t *key, struct plan_key *plan)
{
	memset(p->taken, 0, sizeof(*p->taken) * p->table->size);
	memset(p->load, 0, sizeof(*p->load) * (UINT16_MAX + 1));
	plan->shared = 0;
	plan->worst = 0;
	for (size_t i = 0; i < p->n; i++) {
		uint32_t slot = hash_under(p, &p->sas[i], key) & (p->table->size - 1);
		double *load = &p->load[p->table->entry[slot]];

		p->taken[slot]++;
		*load += p->sas[i].load;
		if (*load > plan->worst)
			plan->worst = *load;
	}
	for (uint32_t slot = 0; slot < p->table->size; slot++)
		plan->shared += p->taken[slot] > 1 ? p->taken[slot] : 0;
}

/* The heaviest first; SAs alike in another order at each try. */
static void sort_sas(struct planning *p)
{
	for (uint32_t i = 0; i < p->n; i++) {
		uint32_t at = random_below(&p->random, i + 1);

		p->order[i] = p->order[at];
		p->order[at] = i;
	}
	for (uint32_t gap = p->n / 2; gap; gap /= 2)
		for (uint32_t i = gap; i < p->n; i++) {
			uint32_t sa = p->order[i], at = i;

			for (; at >= gap && p->sas[p->order[at - gap]].load < p->sas[sa].load;
			     at -= gap)
				p->order[at] = p->order[at - gap];
			p->order[at] = sa;
		}
}

/* After so many entries the table begins again: what is above decides no queue. */
static uint32_t period(const struct indir *table)
{
	uint32_t size = table->size;

	while (size > 1 &&
	       !memcmp(table->entry, table->entry + size / 2, sizeof(*table->entry) * (size / 2)))
		size /= 2;
	return size;
}

/* First which queue, for that takes the fewest equations; then, with what is left, which entry. */
static void plan_once(struct planning *p, uint8_t *key, struct plan_key *plan)
{
	memset(&p->system, 0, sizeof(p->system));
	memset(p->slot, 0, sizeof(*p->slot) * p->n);
	sort_sas(p);
	p->size = period(p->table);
	place(p, 1);
	if (p->size < p->table->size) {
		uint32_t step = p->size;

		p->size = p->table->size;
		place(p, step);
	}
	write_key(p, key);
	judge(p, key, plan);
}

static bool better(const struct plan_key *a, const struct plan_key *b)
{
	if (a->worst != b->worst)
		return a->worst < b->worst;
	return a->shared < b->shared;
}

/* The least that the heaviest queue can have. */
static double least(const struct planning *p)
{
	bool there[UINT16_MAX + 1] = {false};
	double total = 0, heaviest = 0;
	uint32_t queues = 0;

	for (uint32_t slot = 0; slot < p->table->size; slot++) {
		queues += !there[p->table->entry[slot]];
		there[p->table->entry[slot]] = true;
	}
	for (size_t i = 0; i < p->n; i++) {
		total += p->sas[i].load;
		heaviest = p->sas[i].load > heaviest ? p->sas[i].load : heaviest;
	}
	return total / queues > heaviest ? total / queues : heaviest;
}

static void plan_best(struct planning *p, uint8_t *key, struct plan_key *plan)
{
	uint8_t other[PLAN_KEY_BITS / 8];
	struct plan_key found;

	plan_once(p, key, plan);
	for (int i = 1; i < TRIES && (plan->shared || plan->worst > plan->floor); i++) {
		found.floor = plan->floor;
		plan_once(p, other, &found);
		if (!better(&found, plan))
			continue;
		*plan = found;
		memcpy(key, other, p->key_bits / 8);
	}
}

int plan_key(const struct plan_keyed *sas, size_t n, const struct indir *table, uint8_t *key,
	     size_t key_len, uint64_t seed, struct plan_key *plan)
{
	struct planning *p;
	int err = -ENOMEM;

	if (!n || n > UINT32_MAX || !key_len || key_len > PLAN_KEY_BITS / 8)
		return -EINVAL;
	if (!table->size || table->size & (table->size - 1))
		return -EDOM;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	*p = (struct planning){.sas = sas,
			       .n = n,
			       .table = table,
			       .key_bits = key_len * 8,
			       .random = seed,
			       .load = calloc(UINT16_MAX + 1, sizeof(*p->load)),
			       .taken = calloc(table->size, sizeof(*p->taken)),
			       .order = calloc(n, sizeof(*p->order)),
			       .slot = calloc(n, sizeof(*p->slot))};
	if (p->load && p->taken && p->order && p->slot) {
		plan->floor = least(p);
		plan_best(p, key, plan);
		err = 0;
	}
	free(p->load);
	free(p->taken);
	free(p->order);
	free(p->slot);
	free(p);
	return err;
}
