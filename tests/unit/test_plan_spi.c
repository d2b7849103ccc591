// SPDX-License-Identifier: GPL-2.0-only
// Planned SPIs, each hashed again by the definition of the Toeplitz hash.
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "core/random.h"
#include "plan/spi.h"
#include "toeplitz_ref.h"

/* What is hashed: addresses, and behind them the number in its last bytes. */
struct packet {
	uint8_t key[40], input[36];
	uint32_t length; /* 12 or 36 */
	bool ports;	 /* the number is a source port, before port 4500 */
};

static uint32_t reference(const void *arg, uint32_t number)
{
	const struct packet *p = arg;
	uint8_t input[36];
	uint32_t word = p->ports ? number << 16 | 4500 : number;

	memcpy(input, p->input, sizeof(input));
	for (int i = 0; i < 4; i++)
		input[p->length - 4 + i] = (uint8_t)(word >> (24 - 8 * i));
	return toeplitz_ref(p->key, input, p->length);
}

static void fill(uint64_t *random, uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = (uint8_t)random_next(random);
}

static struct packet random_packet(uint64_t *random, bool ports)
{
	struct packet p = {.length = random_below(random, 2) ? 12 : 36, .ports = ports};

	fill(random, p.key, sizeof(p.key));
	fill(random, p.input, sizeof(p.input));
	return p;
}

/* Round robin, or any queue in any entry. */
static void random_table(uint64_t *random, struct indir *table)
{
	uint32_t queues = 1 + random_below(random, 32), size = 1u << (5 + random_below(random, 7));

	assert_int_equal(indir_fill(table, size, queues), 0);
	if (random_below(random, 2))
		for (uint32_t i = 0; i < table->size; i++)
			table->entry[i] = random_below(random, queues) * 3;
}

static int by_number(const void *a, const void *b)
{
	const struct plan_spi *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

/* What the plan says against the definition; no number twice. */
static void verify(const struct packet *p, const struct indir *table, const struct plan_ask *ask,
		   struct plan_spi *plan)
{
	uint32_t count[UINT16_MAX + 1] = {0}, least = UINT32_MAX, most = 0;

	for (uint32_t i = 0; i < ask->count; i++) {
		uint32_t hash = reference(p, plan[i].number);

		assert_int_equal(plan[i].slot, indir_index(table->size, hash));
		assert_int_equal(plan[i].queue, table->entry[plan[i].slot]);
		assert_in_range(plan[i].number, ask->low, ask->high);
		if (ask->queue >= 0)
			assert_int_equal(plan[i].queue, ask->queue);
		count[plan[i].queue]++;
	}
	for (uint32_t i = 0; i < table->size; i++) {
		least = count[table->entry[i]] < least ? count[table->entry[i]] : least;
		most = count[table->entry[i]] > most ? count[table->entry[i]] : most;
	}
	assert_true(ask->queue >= 0 || most - least <= 1);
	qsort(plan, ask->count, sizeof(*plan), by_number);
	for (uint32_t i = 1; i < ask->count; i++)
		assert_true(plan[i - 1].number != plan[i].number);
}

static void one_case(uint64_t *random, bool ports, uint32_t *planned)
{
	struct packet p = random_packet(random, ports);
	uint32_t bits = ports ? 16 : 32;
	struct plan_ask ask = {.count = 1 + random_below(random, 200), .queue = -1};
	struct plan_spi plan[200], again[200];
	struct plan_short why;
	struct plan_hash hash;
	struct indir table;
	int err;

	random_table(random, &table);
	ask.low = ports ? 1024 : 0xc0000000 + random_below(random, 1u << 27);
	ask.high = ports ? 65535 : 0xcfffffff - random_below(random, 1u << 27);
	if (!random_below(random, 4))
		ask.queue = table.entry[random_below(random, table.size)];
	assert_int_equal(plan_hash_find(&hash, bits, reference, &p), 0);
	err = plan_spis(&hash, &table, &ask, plan, &why);
	if (err) {
		/* A key may leave few of 64,512 ports to a queue, never of so many SPIs. */
		assert_int_equal(err, -ENOSPC);
		assert_true(ports);
		return;
	}
	assert_int_equal(plan_spis(&hash, &table, &ask, again, &why), 0);
	assert_memory_equal(plan, again, ask.count * sizeof(*plan));
	verify(&p, &table, &ask, plan);
	++*planned;
}

static void test_random_cases(void **state)
{
	uint32_t spis = 0, ports = 0;
	uint64_t random = 42;

	for (int i = 0; i < 1000; i++) {
		one_case(&random, false, &spis);
		one_case(&random, true, &ports);
	}
	print_message("%u plans of SPIs and %u of ports hold\n", spis, ports);
	assert_int_equal(spis, 1000);
	assert_true(ports > 900);
}

/* Small ranges, so that every number can be tried: neither more nor fewer are found. */
static void test_all_of_them(void **state)
{
	uint64_t random = 7;

	for (int i = 0; i < 300; i++) {
		struct packet p = random_packet(&random, false);
		struct plan_ask ask = {.queue = -1};
		static struct plan_spi plan[2000];
		uint32_t there = 0;
		struct plan_short why;
		struct plan_hash hash;
		struct indir table;

		random_table(&random, &table);
		ask.low = (uint32_t)random_next(&random) >> 1;
		ask.high = ask.low + random_below(&random, 2000);
		ask.queue = table.entry[random_below(&random, table.size)];
		for (uint32_t spi = ask.low; spi <= ask.high; spi++)
			there += indir_pick(&table, reference(&p, spi)) == ask.queue;
		assert_int_equal(plan_hash_find(&hash, 32, reference, &p), 0);
		ask.count = there + 1;
		assert_int_equal(plan_spis(&hash, &table, &ask, plan, &why), -ENOSPC);
		assert_int_equal(why.possible, there);
		assert_int_equal(why.reached, there > 0);
		assert_int_equal(why.queue, ask.queue);
		ask.count = there;
		if (!there)
			continue;
		assert_int_equal(plan_spis(&hash, &table, &ask, plan, &why), 0);
		verify(&p, &table, &ask, plan);
	}
}

/* A key of zeros where the SPI is: all go where the addresses send them. */
static void test_key_that_cannot(void **state)
{
	struct packet p = {.length = 12, .key = {1, 2, 3, 4, 5, 6, 7, 8}};
	struct plan_ask ask = {.low = 256, .high = UINT32_MAX, .queue = -1, .count = 8};
	struct plan_spi plan[8];
	struct plan_short why;
	struct plan_hash hash;
	struct indir table;

	assert_int_equal(indir_fill(&table, 128, 8), 0);
	assert_int_equal(plan_hash_find(&hash, 32, reference, &p), 0);
	assert_int_equal(plan_spis(&hash, &table, &ask, plan, &why), -ENOSPC);
	assert_int_equal(why.queues, 8);
	assert_int_equal(why.reached, 1);
	assert_int_equal(why.possible, 0);
}

static uint32_t crooked(const void *arg, uint32_t number)
{
	return number * 2654435761u;
}

static void test_bad_input(void **state)
{
	struct packet p = {.length = 12};
	struct plan_ask ask = {.low = 1, .high = 2, .queue = -1, .count = 1};
	struct plan_spi plan[1];
	struct plan_short why;
	struct plan_hash hash;
	struct indir table;

	assert_int_equal(plan_hash_find(&hash, 32, crooked, NULL), -EDOM);
	assert_int_equal(plan_hash_find(&hash, 16, reference, &p), 0);
	assert_int_equal(indir_fill(&table, 100, 4), 0);
	assert_int_equal(plan_spis(&hash, &table, &ask, plan, &why), -EDOM);
	assert_int_equal(indir_fill(&table, 128, 4), 0);
	ask.queue = 4;
	assert_int_equal(plan_spis(&hash, &table, &ask, plan, &why), -EINVAL);
	ask = (struct plan_ask){.low = 3, .high = 2, .queue = -1, .count = 1};
	assert_int_equal(plan_spis(&hash, &table, &ask, plan, &why), -EINVAL);
	ask = (struct plan_ask){.low = 3, .high = 65536, .queue = -1, .count = 1};
	assert_int_equal(plan_spis(&hash, &table, &ask, plan, &why), -EINVAL);
	ask = (struct plan_ask){.low = 3, .high = 5, .queue = -1};
	assert_int_equal(plan_spis(&hash, &table, &ask, plan, &why), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_cases),
		cmocka_unit_test(test_all_of_them),
		cmocka_unit_test(test_key_that_cannot),
		cmocka_unit_test(test_bad_input),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
