// SPDX-License-Identifier: GPL-2.0-only
// How long it takes to solve for SPIs that spread evenly, beside hashing as many bit by bit, which
// is the least that trying them would cost.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/random.h"
#include "core/toeplitz.h"
#include "host/clock.h"
#include "middle.h"
#include "place/plan_spi.h"
#include "result.h"

enum { SPIS = 65536, ROUNDS = 31, ROUNDS_MAX = 101, KEY = 40, SIZE = 128, QUEUES = 6 };

#define GOAL 0.1

struct input {
	uint8_t key[KEY];
	uint8_t bytes[TOEPLITZ_INPUT_MAX]; /* addresses, and room for the SPI */
	uint32_t length;
	struct toeplitz toeplitz;
	struct indir table;
};

static void make(struct input *in, uint64_t *random, uint32_t length)
{
	in->length = length;
	for (size_t i = 0; i < sizeof(in->key); i++)
		in->key[i] = (uint8_t)random_next(random);
	for (uint32_t i = 0; i < length; i++)
		in->bytes[i] = (uint8_t)random_next(random);
	(void)toeplitz_init(&in->toeplitz, in->key, sizeof(in->key));
	(void)indir_fill(&in->table, SIZE, QUEUES);
}

static void put_spi(struct input *in, uint32_t spi)
{
	for (int i = 0; i < 4; i++)
		in->bytes[in->length - 4 + i] = (uint8_t)(spi >> (24 - 8 * i));
}

static uint32_t hash_of(const void *arg, uint32_t spi)
{
	struct input in = *(const struct input *)arg;

	put_spi(&in, spi);
	return toeplitz_hash(&in.toeplitz, in.bytes, in.length);
}

/* As the specification of receive-side scaling writes it down. */
static uint32_t hash_by_bits(const uint8_t *key, const uint8_t *bytes, uint32_t n)
{
	uint32_t hash = 0;
	uint32_t window = (uint32_t)key[0] << 24 | key[1] << 16 | key[2] << 8 | key[3];

	for (uint32_t i = 0; i < n; i++)
		for (int bit = 7; bit >= 0; bit--) {
			if (bytes[i] >> bit & 1)
				hash ^= window;
			window = window << 1 | (key[i + 4] >> bit & 1);
		}
	return hash;
}

/* From the key to the SPIs, all of it. */
static int solve(struct input *in, struct plan_spi *out, double *ms)
{
	static const struct plan_ask ask = {
		.low = 0xc0000000, .high = 0xcfffffff, .count = SPIS, .queue = -1};
	double start = (double)clock_now();
	struct plan_short why;
	struct plan_hash hash;
	int err = toeplitz_init(&in->toeplitz, in->key, sizeof(in->key));

	if (!err)
		err = plan_hash_find(&hash, 32, hash_of, in);
	if (!err)
		err = plan_spis(&hash, &in->table, &ask, out, &why);
	*ms = ((double)clock_now() - start) / 1e6;
	return err;
}

/* Hashes each SPI of the plan, which also shows that they are where the plan says. */
static int hash_all(struct input *in, const struct plan_spi *plan, double *ms)
{
	double start = (double)clock_now();
	uint32_t wrong = 0;

	for (uint32_t i = 0; i < SPIS; i++) {
		put_spi(in, plan[i].number);
		wrong += indir_pick(&in->table, hash_by_bits(in->key, in->bytes, in->length)) !=
			 plan[i].queue;
	}
	*ms = ((double)clock_now() - start) / 1e6;
	return wrong ? -EPROTO : 0;
}

struct result {
	double solved[2], hashed[2]; /* ms: IPv4, IPv6 */
	unsigned int rounds;
};

static int measure(unsigned int rounds, struct result *result)
{
	struct plan_spi *plan = calloc(SPIS, sizeof(*plan));
	double solved[ROUNDS_MAX], hashed[ROUNDS_MAX];
	struct input *in = calloc(1, sizeof(*in));
	uint64_t random = 1;
	int err = plan && in ? 0 : -ENOMEM;

	for (int v6 = 0; v6 < 2 && !err; v6++) {
		for (unsigned int i = 0; i < rounds && !err; i++) {
			make(in, &random, v6 ? 36 : 12);
			err = solve(in, plan, &solved[i]);
			if (!err)
				err = hash_all(in, plan, &hashed[i]);
		}
		if (err)
			break;
		result->solved[v6] = middle(solved, rounds);
		result->hashed[v6] = middle(hashed, rounds);
	}
	result->rounds = rounds;
	free(plan);
	free(in);
	return err;
}

static void print_case(struct out *out, const char *name, double solved, double hashed)
{
	out_object(out, name);
	out_real(out, "solved_ms", solved, 2);
	out_real(out, "hashed_ms", hashed, 2);
	out_real(out, "ratio", solved / hashed, 3);
	bench_goal(out, solved / hashed, GOAL);
	out_up(out);
}

static void print(struct out *out, const void *arg)
{
	const struct result *r = arg;

	out_say(out,
		"%d SPIs over %d queues solved for, and as many hashed bit by bit, medians of %u:",
		SPIS, QUEUES, r->rounds);
	print_case(out, "ipv4", r->solved[0], r->hashed[0]);
	print_case(out, "ipv6", r->solved[1], r->hashed[1]);
}

int main(int argc, char **argv)
{
	struct bench_options options;
	struct result result;
	int ret = bench_options(&options, BENCH_ROUNDS, argc, argv), err;

	if (ret)
		return ret > 0 ? EXIT_SUCCESS : 2;
	err = measure(bench_rounds(&options, ROUNDS, ROUNDS_MAX), &result);
	if (err)
		fprintf(stderr, "bench/plan: %s\n", strerror(-err));
	return err || bench_print(&options, print, &result) ? EXIT_FAILURE : EXIT_SUCCESS;
}
