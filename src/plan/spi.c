// SPDX-License-Identifier: GPL-2.0-only
// SPIs from a linear system.
#include "plan/spi.h"

#include <stdbool.h>
#include <string.h>
#include "core/random.h"

enum { EQUATIONS = 12, BLOCKS = 64, SAMPLES = 64 };

_Static_assert(1 << EQUATIONS == INDIR_SIZE_MAX, "one equation for each bit of a table's index");

/* Numbers that share what stands above `bits` free ones: `start` has these all 0. */
struct block {
	uint32_t start, bits;
	uint32_t index; /* of `start` */
	/* With a pivot for each independent equation: x adds h to the index. */
	uint32_t h[EQUATIONS], x[EQUATIONS];
	uint32_t kernel[32]; /* what adds nothing */
	uint32_t free;	     /* of these: 2^free numbers for each entry that is reached */
};

struct space {
	const struct plan_hash *hash;
	const struct indir *table;
	uint32_t blocks;
	struct block block[BLOCKS]; /* the largest first */
};

uint32_t plan_hash(const struct plan_hash *hash, uint32_t number)
{
	uint32_t sum = hash->base;

	for (; number; number &= number - 1)
		sum ^= hash->column[__builtin_ctz(number)];
	return sum;
}

int plan_hash_find(struct plan_hash *hash, uint32_t bits,
		   uint32_t (*hash_of)(const void *arg, uint32_t number), const void *arg)
{
	uint64_t seed = 1;

	memset(hash, 0, sizeof(*hash));
	hash->bits = bits;
	hash->base = hash_of(arg, 0);
	for (uint32_t bit = 0; bit < bits; bit++)
		hash->column[bit] = hash_of(arg, 1u << bit) ^ hash->base;
	for (int i = 0; i < SAMPLES; i++) {
		uint32_t number = (uint32_t)(random_next(&seed) >> (64 - bits));

		if (plan_hash(hash, number) != hash_of(arg, number))
			return -EDOM;
	}
	return 0;
}

/* Adds x, which adds h to the index, to the basis; or to the kernel, if h is made of others. */
static void add_vector(struct block *block, uint32_t h, uint32_t x)
{
	while (h) {
		int pivot = 31 - __builtin_clz(h);

		if (!block->h[pivot]) {
			block->h[pivot] = h;
			block->x[pivot] = x;
			return;
		}
		h ^= block->h[pivot];
		x ^= block->x[pivot];
	}
	block->kernel[block->free++] = x;
}

static void add_block(struct space *space, uint32_t start, uint32_t bits)
{
	struct block *block = &space->block[space->blocks++];

	memset(block, 0, sizeof(*block));
	block->start = start;
	block->bits = bits;
	block->index = plan_hash(space->hash, start) & (space->table->size - 1);
	for (uint32_t bit = 0; bit < bits; bit++)
		add_vector(block, space->hash->column[bit] & (space->table->size - 1), 1u << bit);
}

/* A range as blocks, as few as there can be: at most two of each size. The largest come first. */
static void cut(struct space *space, uint64_t low, uint64_t high)
{
	uint64_t begin[BLOCKS];
	uint32_t bits[BLOCKS], n = 0;

	for (; low <= high; low += 1ull << bits[n++]) {
		begin[n] = low;
		bits[n] = 0;
		while (bits[n] < 32 && !(low & 1ull << bits[n]) &&
		       low + (2ull << bits[n]) - 1 <= high)
			bits[n]++;
	}
	for (uint32_t size = 33; size--;)
		for (uint32_t i = 0; i < n; i++)
			if (bits[i] == size)
				add_block(space, begin[i], size);
}

/* The number of a block whose index is @slot; false: there is none. */
static bool solve(const struct block *block, uint32_t slot, uint32_t *x)
{
	uint32_t h = block->index ^ slot;

	*x = block->start;
	while (h) {
		int pivot = 31 - __builtin_clz(h);

		if (!block->h[pivot])
			return false;
		h ^= block->h[pivot];
		*x ^= block->x[pivot];
	}
	return true;
}

/* How many numbers of the range go to an entry. */
static uint64_t possible(const struct space *space, uint32_t slot)
{
	uint64_t sum = 0;
	uint32_t x;

	for (uint32_t b = 0; b < space->blocks; b++)
		if (solve(&space->block[b], slot, &x))
			sum += 1ull << space->block[b].free;
	return sum;
}

/* Where the next number of a queue goes. */
struct sink {
	struct plan_spi *out;
	uint32_t stride, left;
};

static bool put(struct sink *sink, uint32_t number, uint32_t slot, uint16_t queue)
{
	*sink->out = (struct plan_spi){.number = number, .slot = slot, .queue = queue};
	sink->out += sink->stride;
	return --sink->left == 0;
}

/* A block's numbers of one queue: an entry after the other, then the next of each. */
static bool put_block(const struct space *space, const struct block *block, uint16_t queue,
		      struct sink *sink)
{
	uint32_t x[INDIR_SIZE_MAX], n = 0, add = 0;
	uint16_t slots[INDIR_SIZE_MAX];

	for (uint32_t slot = 0; slot < space->table->size; slot++) {
		if (space->table->entry[slot] != queue || !solve(block, slot, &x[n]))
			continue;
		slots[n++] = slot;
	}
	for (uint64_t i = 1; n && i <= 1ull << block->free; i++) {
		for (uint32_t k = 0; k < n; k++)
			if (put(sink, x[k] ^ add, slots[k], queue))
				return true;
		/* Gray's order: one vector more or less at each step. */
		if (i < 1ull << block->free)
			add ^= block->kernel[__builtin_ctzll(i)];
	}
	return false;
}

static void put_queue(const struct space *space, uint16_t queue, struct sink *sink)
{
	for (uint32_t b = 0; sink->left && b < space->blocks; b++)
		if (put_block(space, &space->block[b], queue, sink))
			return;
}

/* The queues of the table, or the one that is asked for, in ascending order. */
static uint32_t list_queues(const struct indir *table, int only, uint16_t *queues)
{
	bool there[UINT16_MAX + 1] = {false};
	uint32_t n = 0;

	for (uint32_t slot = 0; slot < table->size; slot++)
		there[table->entry[slot]] = true;
	for (uint32_t queue = 0; queue <= UINT16_MAX && n < INDIR_SIZE_MAX; queue++)
		if (there[queue] && (only < 0 || queue == (uint32_t)only))
			queues[n++] = queue;
	return n;
}

/*
 * How many numbers each queue is to have: those that can take one more than the others do so.
 * False: some cannot have enough.
 */
static bool share_out(const struct space *space, const struct plan_ask *ask, const uint16_t *queues,
		      uint32_t n, uint32_t *counts, struct plan_short *why)
{
	uint32_t each = ask->count / n, more = ask->count % n;
	uint64_t there[INDIR_SIZE_MAX];
	bool enough = true;

	for (uint32_t slot = 0; slot < space->table->size; slot++)
		there[slot] = possible(space, slot);
	*why = (struct plan_short){.queues = n, .possible = UINT64_MAX};
	for (uint32_t i = 0; i < n; i++) {
		uint64_t can = 0;

		for (uint32_t slot = 0; slot < space->table->size; slot++)
			can += space->table->entry[slot] == queues[i] ? there[slot] : 0;

		why->reached += can > 0;
		if (can < why->possible) {
			why->possible = can;
			why->queue = queues[i];
		}
		enough &= can >= each;
		counts[i] = each + (more && can > each);
		more -= counts[i] > each;
	}
	return enough && !more;
}

int plan_spis(const struct plan_hash *hash, const struct indir *table, const struct plan_ask *ask,
	      struct plan_spi *out, struct plan_short *why)
{
	struct space space = {.hash = hash, .table = table};
	uint32_t counts[INDIR_SIZE_MAX], n, round = 0;
	uint16_t queues[INDIR_SIZE_MAX];

	if (!table->size || table->size & (table->size - 1))
		return -EDOM;
	n = list_queues(table, ask->queue, queues);
	if (!n || !ask->count || ask->low > ask->high || (uint64_t)ask->high >> hash->bits)
		return -EINVAL;
	cut(&space, ask->low, ask->high);
	if (!share_out(&space, ask, queues, n, counts, why))
		return -ENOSPC;
	/* Queues with one more come first, so that number i is of queue i % n. */
	for (int more = 1; more >= 0; more--) {
		for (uint32_t i = 0; i < n; i++) {
			struct sink sink = {.out = out + round, .stride = n, .left = counts[i]};

			if (more != (counts[i] > ask->count / n))
				continue;
			round++;
			put_queue(&space, queues[i], &sink);
		}
	}
	return 0;
}
