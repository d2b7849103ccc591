// SPDX-License-Identifier: GPL-2.0-only
/* The learner: what is learned, what is not, and what floods can and cannot do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "sad/learn.h"

#define MS	  1000000ull
#define SECOND	  1000000000ull
#define LIMIT	  16384
#define REAL	  16
#define REAL_SPI  0xc0000000u
#define PEER	  0xc0000201u
#define FLOOD_PPS 10000
#define FLOOD_SEC 120

static struct learn_packet packet_of(uint64_t ms, uint32_t src, uint32_t spi, uint32_t sequence)
{
	struct learn_packet packet = {
		.time_ns = ms * MS,
		.id = {.family = AF_INET, .protocol = IPPROTO_ESP, .spi = spi},
		.sequence = sequence,
	};

	packet.id.dst[0] = htonl(0xc0000202);
	packet.src[0] = htonl(src);
	return packet;
}

static int feed(struct learn *learn, uint64_t ms, uint32_t src, uint32_t spi, uint32_t sequence)
{
	struct learn_packet packet = packet_of(ms, src, spi, sequence);
	struct sa sa;

	return learn_packet(learn, &packet, &sa);
}

static struct learn *new_learn(size_t limit)
{
	struct learn *learn = learn_new(limit, 0x1234567);

	assert_non_null(learn);
	return learn;
}

static void third_rising_packet_is_learned(void **state)
{
	struct learn *learn = new_learn(LIMIT);
	struct learn_packet packet = packet_of(1000, PEER, 7, 5);
	struct sa sa;

	packet.encap = true;
	packet.sport = 1024;
	packet.dport = 4500;
	assert_int_equal(learn_packet(learn, &packet, &sa), 0);
	packet.sequence = 6;
	assert_int_equal(learn_packet(learn, &packet, &sa), 0);
	packet.sequence = 900;
	packet.time_ns += SECOND;
	assert_int_equal(learn_packet(learn, &packet, &sa), 1);
	assert_memory_equal(&sa.id, &packet.id, sizeof(sa.id));
	assert_memory_equal(sa.src, packet.src, sizeof(sa.src));
	assert_int_equal(sa.source, SA_LEARNED);
	assert_int_equal(sa.encap, 1);
	assert_int_equal(sa.encap_sport, 1024);
	assert_int_equal(sa.encap_dport, 4500);
	assert_int_equal(sa.pcpu, -1);
	assert_int_equal(sa.cpu, -1);
	assert_int_equal(learn_count(learn), 1);
	learn_forget(learn, &sa);
	assert_int_equal(learn_count(learn), 0);
	learn_free(learn);
}

static void what_is_not_learned(void **state)
{
	struct learn *learn = new_learn(LIMIT);
	uint32_t i;

	for (i = 0; i < 10; i++) {
		/* the same number; falling numbers; too slow; every time from elsewhere; SPI 0 */
		assert_int_equal(feed(learn, i * 10, PEER, 1, 5), 0);
		assert_int_equal(feed(learn, i * 10, PEER, 2, 100 - i), 0);
		assert_int_equal(feed(learn, 10000 + i * 501, PEER, 3, i), 0);
		assert_int_equal(feed(learn, 10000 + i * 501, PEER + i, 4, i), 0);
		assert_int_equal(feed(learn, 10000 + i * 501, PEER, 0, i), 0);
	}
	/* two sources take turns, for so many SPIs that some share their places */
	for (i = 0; i < 80000; i++)
		assert_int_equal(feed(learn, 20000 + i, PEER + i % 2, 10 + i / 4, i), 0);
	assert_int_equal(learn_count(learn), 0);
	learn_free(learn);
}

static void any_three_in_a_row_do(void **state)
{
	struct learn *learn = new_learn(LIMIT);

	assert_int_equal(feed(learn, 0, PEER, 1, 1), 0);
	assert_int_equal(feed(learn, 900, PEER, 1, 2), 0);
	assert_int_equal(feed(learn, 1200, PEER, 1, 3), 0);
	assert_int_equal(feed(learn, 1500, PEER, 1, 4), 1);
	/* one late packet starts the count anew */
	assert_int_equal(feed(learn, 2000, PEER, 2, 1), 0);
	assert_int_equal(feed(learn, 2001, PEER, 2, 3), 0);
	assert_int_equal(feed(learn, 2002, PEER, 2, 2), 0);
	assert_int_equal(feed(learn, 2003, PEER, 2, 4), 0);
	assert_int_equal(feed(learn, 2004, PEER, 2, 5), 1);
	learn_free(learn);
}

static int learn_one(struct learn *learn, uint64_t ms, uint32_t src, uint32_t spi)
{
	feed(learn, ms, src, spi, 1);
	feed(learn, ms, src, spi, 2);
	return feed(learn, ms, src, spi, 3);
}

static void one_source_has_its_share(void **state)
{
	struct learn *learn = new_learn(64);
	uint32_t spi, learned = 0;
	uint64_t ms = 0;

	/* 16 for a source, 2 of them at once (2 more are kept for what lasts), then one in 8 s */
	for (spi = 1; spi <= 100; spi++)
		learned += (uint32_t)learn_one(learn, 0, PEER, spi);
	assert_int_equal(learned, 2);
	assert_int_equal(learn_stats(learn)->source_rate, 98);
	assert_int_equal(learn_one(learn, 7999, PEER, 200), 0);
	assert_int_equal(learn_one(learn, 8000, PEER, 201), 1);
	for (ms = 10000; ms < 300000; ms += 10)
		learned += (uint32_t)learn_one(learn, ms, PEER, ++spi);
	assert_int_equal(learn_count(learn), 16);
	assert_true(learn_stats(learn)->source_limit > 0);
	/* others still can, until all is taken: 48 more */
	for (; ms < 900000; ms += 10)
		learn_one(learn, ms, PEER + (uint32_t)(ms / 10 % 1000), ++spi);
	assert_int_equal(learn_count(learn), 64);
	assert_true(learn_stats(learn)->limit > 0);
	learn_free(learn);
}

static void a_source_of_ipv6_is_its_64(void **state)
{
	struct learn *learn = new_learn(64);
	struct learn_packet packet = {.id = {AF_INET6, IPPROTO_ESP, 0, 1, {0}}};
	uint32_t learned = 0;
	struct sa sa;

	for (packet.id.spi = 1; packet.id.spi <= 100; packet.id.spi++) {
		packet.src[3]++;
		for (packet.sequence = 1; packet.sequence <= 3; packet.sequence++)
			learned += (uint32_t)learn_packet(learn, &packet, &sa);
	}
	assert_int_equal(learned, 2);
	packet.src[1]++;
	for (packet.sequence = 1; packet.sequence <= 3; packet.sequence++)
		learned += (uint32_t)learn_packet(learn, &packet, &sa);
	assert_int_equal(learned, 3);
	learn_free(learn);
}

static void smallest_limit(void **state)
{
	struct learn *learn = new_learn(1);
	struct learn_packet packet = packet_of(0, PEER, 1, 1);
	struct sa sa = {.id = packet.id};

	memcpy(sa.src, packet.src, sizeof(sa.src));
	assert_int_equal(learn_one(learn, 0, PEER, 1), 1);
	assert_int_equal(learn_one(learn, 500000, PEER, 2), 0);
	learn_forget(learn, &sa);
	assert_int_equal(learn_one(learn, 500000, PEER, 3), 1);
	learn_free(learn);
}

/* A source without learned SAs is a stranger again. */
static void forgotten_sources_start_anew(void **state)
{
	struct learn *learn = new_learn(64);
	struct learn_packet packet = packet_of(0, PEER, 1, 1);
	struct sa sa = {.id = packet.id};
	uint32_t spi;

	memcpy(sa.src, packet.src, sizeof(sa.src));
	for (spi = 1; spi <= 2; spi++)
		assert_int_equal(learn_one(learn, 0, PEER, spi), 1);
	assert_int_equal(learn_one(learn, 0, PEER, 5), 0);
	for (spi = 1; spi <= 2; spi++)
		learn_forget(learn, &sa);
	learn_forget(learn, &sa);
	assert_int_equal(learn_count(learn), 0);
	assert_int_equal(learn_one(learn, 0, PEER, 6), 1);
	learn_free(learn);
}

/* Packets of several CPUs come in any order. */
static void time_may_step_back(void **state)
{
	struct learn *learn = new_learn(64);
	uint32_t spi, learned = 0;

	assert_int_equal(feed(learn, 1000, PEER, 1, 1), 0);
	assert_int_equal(feed(learn, 999, PEER, 1, 2), 0);
	assert_int_equal(feed(learn, 1000, PEER, 1, 3), 1);
	for (spi = 2; spi <= 200; spi++)
		learned += (uint32_t)learn_one(learn, 1000 - spi % 3, PEER, spi);
	assert_int_equal(learned, 1);
	learn_free(learn);
}

/* Half of what a source may have at once is for SPIs that have lasted a second, however refused. */
static void what_lasts_has_its_half(void **state)
{
	struct learn *learn = new_learn(64);
	uint32_t spi, ms;

	for (spi = 1; spi <= 100; spi++)
		learn_one(learn, 0, PEER, spi);
	assert_int_equal(learn_count(learn), 2);
	for (ms = 0; ms < 1000; ms += 100)
		for (spi = 201; spi <= 203; spi++)
			assert_int_equal(feed(learn, ms, PEER, spi, 1 + ms), 0);
	/* a late packet takes nothing from its age */
	assert_int_equal(feed(learn, 999, PEER, 201, 1), 0);
	assert_int_equal(feed(learn, 999, PEER, 201, 1001), 0);
	assert_int_equal(feed(learn, 1000, PEER, 201, 1002), 1);
	assert_int_equal(feed(learn, 1000, PEER, 202, 1002), 1);
	assert_int_equal(feed(learn, 1000, PEER, 203, 1002), 0);
	assert_int_equal(learn_stats(learn)->learned, 4);
	learn_free(learn);
}

/* New SAs of a peer in whose name a flood has taken all that newcomers may have. */
static void a_flood_is_outlasted(void **state)
{
	struct learn *learn = new_learn(LIMIT / 8);
	bool known[REAL] = {false};
	uint32_t i, learned = 0;
	uint64_t ms;

	for (ms = 0; ms < 33000; ms++) {
		for (i = 1; i <= 3; i++)
			feed(learn, ms, PEER, 1 + (uint32_t)ms, i);
		for (i = 0; ms >= 30000 && ms % 10 == 0 && i < REAL; i++) {
			if (known[i] || !feed(learn, ms, PEER, REAL_SPI + i, (uint32_t)ms))
				continue;
			known[i] = true;
			learned++;
		}
	}
	assert_int_equal(learned, REAL);
	learn_free(learn);
}

static void adopted_sas_count(void **state)
{
	struct learn *learn = new_learn(64);
	struct learn_packet packet = packet_of(0, PEER, 1, 1);
	struct sa sa = {.id = packet.id};
	uint32_t spi;

	memcpy(sa.src, packet.src, sizeof(sa.src));
	for (spi = 1; spi <= 16; spi++)
		assert_int_equal(learn_adopt(learn, &sa, SECOND), 0);
	assert_int_equal(learn_count(learn), 16);
	assert_int_equal(learn_one(learn, 1000, PEER, 99), 0);
	learn_forget(learn, &sa);
	assert_int_equal(learn_one(learn, 1000, PEER, 99), 1);
	learn_free(learn);
}

static void full_of_candidates(void **state)
{
	struct learn *learn = new_learn(LIMIT);
	uint32_t spi;

	feed(learn, 0, PEER, 0xffff, 1);
	for (spi = 1; spi <= 3 * LEARN_CANDIDATES; spi++)
		feed(learn, 1, PEER, spi, 1);
	assert_true(learn_stats(learn)->crowded > LEARN_CANDIDATES);
	/* the one that was first keeps its place, and all are free again when they went quiet */
	feed(learn, 2, PEER, 0xffff, 2);
	assert_int_equal(feed(learn, 3, PEER, 0xffff, 3), 1);
	assert_int_equal(learn_one(learn, 1002, PEER, 3 * LEARN_CANDIDATES + 1), 1);
	learn_free(learn);
}

/* A gateway under a flood: the learner and the set together, on a made-up clock. */
struct gateway {
	struct learn *learn;
	struct sad *sad;
	uint64_t now;
	uint64_t real_last[REAL];
	bool real_known[REAL];
	unsigned int real_learned, real_removed, removed;
	size_t most;
};

static bool is_real(const struct sa *sa)
{
	return sa->id.spi >= REAL_SPI && sa->id.spi < REAL_SPI + REAL;
}

static void on_added(void *arg, const struct sa *sa)
{
	struct gateway *g = arg;

	if (!is_real(sa))
		return;
	g->real_known[sa->id.spi - REAL_SPI] = true;
	g->real_learned++;
}

static void on_removed(void *arg, const struct sa *sa)
{
	struct gateway *g = arg;

	g->real_removed += is_real(sa);
	g->removed++;
	learn_forget(g->learn, sa);
}

static void on_changed(void *arg, const struct sa *was, const struct sa *now)
{
	fail();
}

static uint64_t last_packet(void *arg, const struct sa *sa)
{
	const struct gateway *g = arg;

	return is_real(sa) ? g->real_last[sa->id.spi - REAL_SPI] : 0;
}

static void stray(struct gateway *g, uint32_t src, uint32_t spi, uint32_t sequence)
{
	struct learn_packet packet = packet_of(0, src, spi, sequence);
	struct sa sa;

	packet.time_ns = g->now;
	if (sad_find(g->sad, &packet.id))
		return;
	if (learn_packet(g->learn, &packet, &sa) == 1)
		assert_int_equal(sad_learned_add(g->sad, &sa, g->now), 0);
}

/* Each real SA has 50 packets a second. */
static void real_packets(struct gateway *g, uint32_t sequence)
{
	uint32_t i;

	for (i = 0; i < REAL; i++) {
		stray(g, PEER, REAL_SPI + i, sequence);
		g->real_last[i] = g->now;
	}
}

static void run_flood(struct gateway *g, uint32_t (*source)(uint32_t number),
		      uint32_t real_from_sec)
{
	uint32_t i, sequence = 1;

	for (i = 0; i < FLOOD_PPS * FLOOD_SEC; i++) {
		g->now += SECOND / FLOOD_PPS;
		/* three packets for each SPI, spread over some milliseconds */
		stray(g, source(i / 192 * 64 + i % 64), 1 + i / 192 * 64 + i % 64, 1 + i / 64 % 3);
		if (i >= real_from_sec * FLOOD_PPS && i % (FLOOD_PPS / 50) == 0)
			real_packets(g, sequence++);
		if (i % FLOOD_PPS == 0)
			sad_learned_idle(g->sad, g->now, LEARN_IDLE_NS, last_packet, g);
		if (learn_count(g->learn) > g->most)
			g->most = learn_count(g->learn);
	}
}

static uint32_t one_other(uint32_t number)
{
	return 0xcb007101;
}

static uint32_t the_peer(uint32_t number)
{
	return PEER;
}

static uint32_t anybody(uint32_t number)
{
	return 0x0a000000 + number * 2654435761u % 0x1000000;
}

static void flood(uint32_t (*source)(uint32_t number), uint32_t real_from_sec, size_t most)
{
	static const struct sad_ops ops = {
		.added = on_added, .changed = on_changed, .removed = on_removed};
	struct gateway g = {.learn = new_learn(LIMIT), .now = SECOND};

	g.sad = sad_new(&ops, &g);
	assert_non_null(g.sad);
	run_flood(&g, source, real_from_sec);
	/* each once, and not one lost */
	assert_int_equal(g.real_learned, REAL);
	assert_int_equal(g.real_removed, 0);
	assert_int_equal(learn_count(g.learn), sad_count(g.sad));
	assert_true(g.most <= most);
	assert_true(g.removed > 0);
	/* when it stops, what it left goes */
	g.now += 61 * SECOND;
	real_packets(&g, 1000000);
	sad_learned_idle(g.sad, g.now, LEARN_IDLE_NS, last_packet, &g);
	assert_int_equal(learn_count(g.learn), REAL);
	sad_close(g.sad);
	learn_free(g.learn);
}

/* The real SAs are there first, or come when the flood has been running for a minute and a half. */
static void flood_from_one_source(void **state)
{
	flood(one_other, 0, LIMIT / 4 + REAL - 1);
	flood(one_other, 90, LIMIT / 4 + REAL - 1);
}

static void flood_with_the_peers_address(void **state)
{
	flood(the_peer, 0, LIMIT / 4 - 1);
	flood(the_peer, 90, LIMIT / 4 - 1);
}

static void flood_from_everywhere(void **state)
{
	flood(anybody, 0, LIMIT - 1);
	flood(anybody, 90, LIMIT - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(third_rising_packet_is_learned),
		cmocka_unit_test(what_is_not_learned),
		cmocka_unit_test(any_three_in_a_row_do),
		cmocka_unit_test(one_source_has_its_share),
		cmocka_unit_test(a_source_of_ipv6_is_its_64),
		cmocka_unit_test(smallest_limit),
		cmocka_unit_test(forgotten_sources_start_anew),
		cmocka_unit_test(time_may_step_back),
		cmocka_unit_test(what_lasts_has_its_half),
		cmocka_unit_test(a_flood_is_outlasted),
		cmocka_unit_test(adopted_sas_count),
		cmocka_unit_test(full_of_candidates),
		cmocka_unit_test(flood_from_one_source),
		cmocka_unit_test(flood_with_the_peers_address),
		cmocka_unit_test(flood_from_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
