// SPDX-License-Identifier: GPL-2.0-only
/* core/toeplitz.h: published vectors, and the bit-by-bit form on random keys and inputs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <cmocka.h>
#include "core/toeplitz.h"
#include "core/random.h"
#include "toeplitz_ref.h"

#define INPUTS 100000

/* The key of Microsoft's "Verifying the RSS Hash Calculation". */
static const __u8 microsoft[40] = {
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3,
	0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3,
	0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
};

static struct toeplitz *new_tables(const __u8 *key, size_t key_len)
{
	struct toeplitz *t = malloc(sizeof(*t));

	assert_non_null(t);
	memset(t, 0xa5, sizeof(*t));
	assert_int_equal(toeplitz_init(t, key, key_len), 0);
	return t;
}

/* src|dst to bytes; returns how many. */
static size_t addresses(__u8 *input, const char *src, const char *dst)
{
	int family = strchr(src, ':') ? AF_INET6 : AF_INET;
	size_t size = family == AF_INET ? 4 : 16;

	assert_int_equal(inet_pton(family, src, input), 1);
	assert_int_equal(inet_pton(family, dst, input + size), 1);
	return 2 * size;
}

static void microsoft_vectors(void **state)
{
	static const struct {
		const char *src, *dst;
		__u16 sport, dport;
		__u32 addresses, ports;
	} vectors[] = {
		{"66.9.149.187", "161.142.100.80", 2794, 1766, 0x323e8fc2, 0x51ccc178},
		{"199.92.111.2", "65.69.140.83", 14230, 4739, 0xd718262a, 0xc626b0ea},
		{"24.19.198.95", "12.22.207.184", 12898, 38024, 0xd2d0a5de, 0x5c2b394a},
		{"38.27.205.30", "209.142.163.6", 48228, 2217, 0x82989176, 0xafc7327f},
		{"153.39.163.191", "202.188.127.2", 44251, 1303, 0x5d1809c5, 0x10e828a2},
		{"3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", 2794, 1766, 0x2cc18cd5, 0x40207d3d},
		{"3ffe:501:8::260:97ff:fe40:efab", "ff02::1", 14230, 4739, 0x0f0c461c, 0xdde51bbf},
		{"3ffe:1900:4545:3:200:f8ff:fe21:67cf", "fe80::200:f8ff:fe21:67cf", 44251, 38024,
		 0x4b61e985, 0x02d1feef},
	};
	struct toeplitz *t = new_tables(microsoft, sizeof(microsoft));

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		__u8 input[TOEPLITZ_INPUT_MAX];
		size_t n = addresses(input, vectors[i].src, vectors[i].dst);
		__be16 ports[2] = {htons(vectors[i].sport), htons(vectors[i].dport)};

		memcpy(input + n, ports, 4);
		assert_int_equal(toeplitz_hash(t, input, n), vectors[i].addresses);
		assert_int_equal(toeplitz_hash(t, input, n + 4), vectors[i].ports);
		assert_int_equal(toeplitz_ref(microsoft, input, n + 4), vectors[i].ports);
	}
	free(t);
}

/* src|dst|SPI: the natural convention of software; made for this project, not published. */
static void esp_vectors(void **state)
{
	static const struct {
		const char *src, *dst;
		__u32 spi, hash;
	} vectors[] = {
		{"66.9.149.187", "161.142.100.80", 0x100, 0xac9f5e05},
		{"66.9.149.187", "161.142.100.80", 0xc0ffee01, 0xd12f9e3d},
		{"66.9.149.187", "161.142.100.80", 0x12345678, 0x1b12b571},
		{"3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", 0x100, 0xb11edad5},
		{"3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", 0xc0ffee01, 0x41aa7b6e},
		{"3ffe:2501:200:1fff::7", "3ffe:2501:200:3::1", 0x12345678, 0xa6510191},
		{NULL, NULL, 0x100, 0x6d12ad87},
		{NULL, NULL, 0xc0ffee01, 0x01518449},
		{NULL, NULL, 0x12345678, 0x1479d23c},
	};
	struct toeplitz *t = new_tables(microsoft, sizeof(microsoft));

	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		__u8 input[TOEPLITZ_INPUT_MAX];
		size_t n = vectors[i].src ? addresses(input, vectors[i].src, vectors[i].dst) : 0;
		__be32 spi = htonl(vectors[i].spi);

		memcpy(input + n, &spi, 4);
		assert_int_equal(toeplitz_hash(t, input, n + 4), vectors[i].hash);
		assert_int_equal(toeplitz_hash(t, input, n) ^ toeplitz_part(t, n, spi),
				 vectors[i].hash);
	}
	free(t);
}

static void fill(uint64_t *random, __u8 *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bytes[i] = (__u8)random_next(random);
}

/* The inputs lie in memory of exactly their size, at any alignment. */
static void tables_agree_with_the_definition(void **state)
{
	struct toeplitz *t = malloc(sizeof(*t));
	uint64_t random = 1;
	__u8 key[52];

	assert_non_null(t);
	memset(t, 0xa5, sizeof(*t));
	for (int i = 0; i < INPUTS; i++) {
		size_t key_len =
			TOEPLITZ_KEY_MIN + random_below(&random, 52 - TOEPLITZ_KEY_MIN + 1);
		size_t most = key_len - 4 < TOEPLITZ_INPUT_MAX ? key_len - 4 : TOEPLITZ_INPUT_MAX;
		size_t n = 4 + random_below(&random, most - 4 + 1);
		size_t shift = random_below(&random, 4);
		__u8 *input = malloc(shift + n);

		fill(&random, key, key_len);
		fill(&random, input, shift + n);
		assert_int_equal(toeplitz_init(t, key, key_len), 0);
		assert_int_equal(t->input_max, most);
		assert_int_equal(toeplitz_hash(t, input + shift, n),
				 toeplitz_ref(key, input + shift, n));
		free(input);
	}
	free(t);
}

/* hash(a ^ b) = hash(a) ^ hash(b), and a hash is the sum of its words' parts. */
static void it_is_linear(void **state)
{
	uint64_t random = 2;
	struct toeplitz *t;
	__u8 key[40];

	fill(&random, key, sizeof(key));
	t = new_tables(key, sizeof(key));
	for (int i = 0; i < INPUTS; i++) {
		__u8 a[TOEPLITZ_INPUT_MAX], b[TOEPLITZ_INPUT_MAX], both[TOEPLITZ_INPUT_MAX];
		__u32 parts = 0;

		fill(&random, a, sizeof(a));
		fill(&random, b, sizeof(b));
		for (size_t j = 0; j < sizeof(a); j++)
			both[j] = a[j] ^ b[j];
		assert_int_equal(toeplitz_hash(t, both, sizeof(both)),
				 toeplitz_hash(t, a, sizeof(a)) ^ toeplitz_hash(t, b, sizeof(b)));
		for (__u32 at = 0; at < sizeof(a); at += 4)
			parts ^= toeplitz_part(t, at, load_be32(a + at));
		assert_int_equal(parts, toeplitz_hash(t, a, sizeof(a)));
	}
	free(t);
}

static void a_short_key_ends_the_input(void **state)
{
	struct toeplitz *t = new_tables(microsoft, TOEPLITZ_KEY_MIN);
	__u8 input[TOEPLITZ_INPUT_MAX];

	memset(input, 0xff, sizeof(input));
	assert_int_equal(t->input_max, 12);
	assert_int_equal(toeplitz_hash(t, input, 12), toeplitz_ref(microsoft, input, 12));
	assert_int_equal(toeplitz_hash(t, input, 36), toeplitz_ref(microsoft, input, 12));
	assert_int_equal(toeplitz_hash(t, input, 0), 0);
	free(t);
}

static void a_key_too_short_changes_nothing(void **state)
{
	struct toeplitz *t = new_tables(microsoft, sizeof(microsoft));
	struct toeplitz *was = new_tables(microsoft, sizeof(microsoft));

	for (size_t n = 0; n < TOEPLITZ_KEY_MIN; n++) {
		__u8 *key = calloc(1, n ? n : 1);

		assert_int_equal(toeplitz_init(t, key, n), -EINVAL);
		assert_memory_equal(t, was, sizeof(*t));
		free(key);
	}
	free(was);
	free(t);
}

/* A key is not read past its end, whatever its length. */
static void keys_of_exactly_their_size(void **state)
{
	uint64_t random = 3;

	for (size_t n = TOEPLITZ_KEY_MIN; n <= 64; n++) {
		__u8 *key = malloc(n);
		struct toeplitz *t;

		fill(&random, key, n);
		t = new_tables(key, n);
		free(key);
		assert_int_equal(t->input_max, n < 40 ? n - 4 : 36);
		free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(microsoft_vectors),
		cmocka_unit_test(esp_vectors),
		cmocka_unit_test(tables_agree_with_the_definition),
		cmocka_unit_test(it_is_linear),
		cmocka_unit_test(a_short_key_ends_the_input),
		cmocka_unit_test(a_key_too_short_changes_nothing),
		cmocka_unit_test(keys_of_exactly_their_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
