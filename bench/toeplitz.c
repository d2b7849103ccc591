// SPDX-License-Identifier: GPL-2.0-only
// Nanoseconds of a Toeplitz hash, ours beside DPDK's: over many different tuples (fewer would
// flatter those that branch by their bits), one after the other and each waiting for the last.
#include "core/toeplitz.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/random.h"
#include "hasher.h"
#include "host/clock.h"
#include "middle.h"
#include "result.h"

enum { TUPLES = 65536, KEY = 40, ROUNDS = 41, ROUNDS_MAX = 101, PEERS_MAX = 4, WAYS = 4 };

#define GOAL_ALL   1.1 /* of the fastest peer's time, at 12 bytes */
#define GOAL_CHAIN 0.5

static const char *const ways[WAYS] = {"ipv4", "ipv6", "ipv4_latency", "ipv6_latency"};

static void *our_prepare(const uint8_t *key)
{
	struct toeplitz *toeplitz = malloc(sizeof(*toeplitz));

	if (toeplitz)
		(void)toeplitz_init(toeplitz, key, KEY);
	return toeplitz;
}

static __always_inline uint32_t our_hash(const void *toeplitz, const uint8_t *tuple, uint32_t len)
{
	return toeplitz_hash(toeplitz, tuple, len);
}

HASHER_LOOPS(our, our_hash)

static const struct hasher ours = {"espalier", false, our_prepare, our_all, our_chain};

struct contender {
	const struct hasher *hasher;
	void *prepared;
	double ns[WAYS][ROUNDS_MAX], median[WAYS];
};

struct bench {
	uint8_t *bytes, *words; /* the tuples, as in a packet and as words in host order */
	struct contender contender[PEERS_MAX + 1];
	size_t n;
	unsigned int rounds;
};

static int make_tuples(struct bench *b)
{
	size_t size = (size_t)TUPLES * HASHER_LONG + 64;
	uint64_t random = 1;

	b->bytes = malloc(size);
	b->words = malloc(size);
	if (!b->bytes || !b->words)
		return -ENOMEM;
	for (size_t i = 0; i < size; i += 4) {
		uint32_t word = (uint32_t)random_next(&random), swapped = __builtin_bswap32(word);

		memcpy(b->bytes + i, &word, 4);
		memcpy(b->words + i, &swapped, 4);
	}
	return 0;
}

static int enter(struct bench *b, const struct hasher *hasher, const uint8_t *key)
{
	struct contender *c = &b->contender[b->n];

	*c = (struct contender){.hasher = hasher, .prepared = hasher->prepare(key)};
	if (!c->prepared)
		return -ENOMEM;
	b->n++;
	return 0;
}

static int enter_all(struct bench *b)
{
	const struct hasher *const *peer = hashers_dpdk();
	uint64_t random = 2;
	uint8_t key[KEY];
	int err;

	for (int i = 0; i < KEY; i++)
		key[i] = (uint8_t)random_next(&random);
	err = enter(b, &ours, key);
	for (; *peer && b->n <= PEERS_MAX && !err; peer++)
		err = enter(b, *peer, key);
	return err;
}

/* What it sums up to must be what all others do: then all hashes are right, or wrong alike. */
static int run_once(struct bench *b, struct contender *c, int way, unsigned int round,
		    uint32_t *sum)
{
	const uint8_t *tuples = c->hasher->host_order ? b->words : b->bytes;
	uint32_t len = way % 2 ? HASHER_LONG : HASHER_SHORT, found;
	double start = (double)clock_now();

	found = (way < 2 ? c->hasher->all : c->hasher->chain)(c->prepared, tuples, TUPLES, len);
	c->ns[way][round] = ((double)clock_now() - start) / TUPLES;
	if (c != b->contender && found != *sum)
		return -EPROTO;
	*sum = found;
	return 0;
}

static int measure(struct bench *b)
{
	uint32_t sum = 0;
	int err = 0;

	for (unsigned int round = 0; round < b->rounds; round++)
		for (int way = 0; way < WAYS; way++)
			for (size_t i = 0; i < b->n && !err; i++)
				err = run_once(b, &b->contender[i], way, round, &sum);
	for (int way = 0; way < WAYS; way++)
		for (size_t i = 0; i < b->n; i++)
			b->contender[i].median[way] = middle(b->contender[i].ns[way], b->rounds);
	return err;
}

/* The fastest of the others. */
static double best_peer(const struct bench *b, int way)
{
	double best = b->contender[1].median[way];

	for (size_t i = 2; i < b->n; i++)
		if (b->contender[i].median[way] < best)
			best = b->contender[i].median[way];
	return best;
}

static void print_verdict(struct out *out, const struct bench *b, const char *name, int way,
			  double goal)
{
	double ratio = b->contender[0].median[way] / best_peer(b, way);

	out_object(out, name);
	out_real(out, "ratio", ratio, 2);
	bench_goal(out, ratio, goal);
	out_up(out);
}

static void print(struct out *out, const void *arg)
{
	static const struct table_column columns[] = {
		{"name", "ns a hash", false, false},
		{"ipv4", "12 bytes", true, false},
		{"ipv6", "36 bytes", true, false},
		{"ipv4_latency", "latency at 12", true, false},
		{"ipv6_latency", "at 36", true, false},
		{0},
	};
	const struct bench *b = arg;

	out_table(out, "hashes", columns);
	for (size_t i = 0; i < b->n; i++) {
		out_row(out, NULL);
		out_string(out, "name", b->contender[i].hasher->name);
		for (int way = 0; way < WAYS; way++)
			out_real(out, ways[way], b->contender[i].median[way], 2);
		out_up(out);
	}
	out_up(out);
	if (b->n == 1) {
		out_warn(out, "nothing to compare with: install libdpdk-dev and build anew");
		return;
	}
	print_verdict(out, b, "throughput", 0, GOAL_ALL);
	print_verdict(out, b, "latency", 2, GOAL_CHAIN);
}

static void bench_free(struct bench *b)
{
	for (size_t i = 0; i < b->n; i++)
		free(b->contender[i].prepared);
	free(b->bytes);
	free(b->words);
	free(b);
}

int main(int argc, char **argv)
{
	struct bench_options options;
	int ret = bench_options(&options, BENCH_ROUNDS, argc, argv), err;
	struct bench *b = calloc(1, sizeof(*b));

	if (ret || !b) {
		free(b);
		return ret > 0 ? EXIT_SUCCESS : 2;
	}
	b->rounds = bench_rounds(&options, ROUNDS, ROUNDS_MAX);
	err = make_tuples(b);
	if (!err)
		err = enter_all(b);
	if (!err)
		err = measure(b);
	if (err)
		fprintf(stderr, "bench/toeplitz: %s\n",
			err == -EPROTO ? "not all hash alike" : strerror(-err));
	else
		err = bench_print(&options, print, b);
	bench_free(b);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}
