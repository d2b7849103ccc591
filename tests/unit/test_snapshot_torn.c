// SPDX-License-Identifier: GPL-2.0-only
// A snapshot of maps with nonsense in them, and of maps that are being written.
#include "cmd/show/print.h"
#include "snapshot_fixture.h"

#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

/* Nonsense in every word must not lead out of bounds (the sanitizers look). */
static void nonsense(void **state)
{
	struct maps *maps = *state;
	__u32 bits = maps->host->shape.bits;
	struct snapshot s;
	struct out *out;
	FILE *sink = fopen("/dev/null", "w");

	assert_non_null(sink);
	memset(maps->host, 0xff, sizeof(*maps->host));
	memset(maps->table, 0xff, sizeof(*maps->table) << BITS);
	memset(maps->warm, 0xff, sizeof(*maps->warm) * SLOTS);
	memset(maps->cold, 0xff, sizeof(*maps->cold) * SLOTS);
	memset(maps->rings, 0xff, sizeof(*maps->rings) * SA_RINGS);
	memset(maps->cpu_states, 0xff, sizeof(*maps->cpu_states) * CPUS);
	memset(maps->report, 0xff, sizeof(*maps->report));
	memset(maps->records, 0xff, sizeof(*maps->records) * MOVES);
	/* maps_open() checks these. */
	maps->host->shape.bits = bits;
	maps->host->moves = MOVES;
	maps->host->cpus = CPUS;
	s = take(maps);
	assert_int_equal(s.sas, 0); /* no cold side has such a number */
	snapshot_free(&s);
	for (__u32 slot = 0; slot < SLOTS; slot++)
		maps->warm[slot].cold = cold_of(slot);
	for (int json = 0; json < 2; json++) {
		struct show_view view = {.all = true, .wide = true, .interfaces = HOST_INTERFACES};

		s = take(maps);
		assert_int_equal(s.sas, SLOTS);
		assert_int_equal(s.cpus, 0);
		assert_int_equal(s.interfaces, HOST_INTERFACES);
		assert_true(s.stray_limit == INT64_MAX);
		out = out_new(sink, json);
		assert_non_null(out);
		show_print(out, &s, &view);
		assert_int_equal(out_close(out), 0);
		snapshot_free(&s);
	}
	fclose(sink);
}

/* Rings of CPUs that this machine does not have: their states would lie outside of the map. */
static void nonsense_rings(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;

	maps->host->rings = SA_RINGS + 100;
	for (__u32 i = 0; i < SA_RINGS; i++)
		maps->rings[i] = (struct ring){RING_IKE, CPUS + i};
	add(maps, 1, 0x301, 1, 5)->pcpu = 5000;
	s = take(maps);
	assert_int_equal(s.cpus, 0);
	assert_int_equal(s.ike_cpu, -1);
	assert_int_equal(s.sa[0].cpu, -1);
	assert_int_equal(s.sa[0].pcpu, -1);
	assert_int_equal(CPU_COUNT(&s.stray_cpus), 0);
	snapshot_free(&s);
}

/*
 * A writer puts SAs in and takes them out, as table.c does: cold first, then the word. The cold
 * side of the last that went is the next one's. No SPI comes twice: who sees one before and after
 * may then say that it was there all the time.
 */
struct writer {
	struct maps *maps;
	__u32 spare;
	int stop;
	unsigned long rounds;
};

static void *write_on(void *arg)
{
	struct writer *w = arg;

	while (!__atomic_load_n(&w->stop, __ATOMIC_ACQUIRE)) {
		__u32 slot = (__u32)(w->rounds % 32);
		__u32 spi = 0x1000 + (__u32)w->rounds;
		__u32 next = w->spare;
		struct sa_cold *cold = &w->maps->cold[next];
		__u64 *word = &w->maps->table[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS];

		__atomic_store_n(word, 0, __ATOMIC_RELEASE);
		w->spare = w->maps->warm[slot].cold;
		__atomic_store_n(&w->maps->warm[slot].cold, next, __ATOMIC_RELEASE);
		__atomic_store_n(&cold->replay_window, spi, __ATOMIC_RELEASE);
		__atomic_store_n(&cold->reqid, spi, __ATOMIC_RELEASE);
		set_word(w->maps, slot, spi, 1 + spi % 3, 1 + spi % 3, 0);
		__atomic_add_fetch(&w->rounds, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void while_written(void **state)
{
	struct writer writer = {.maps = *state, .spare = 32};
	pthread_t thread;

	for (__u32 slot = 0; slot < 32; slot++)
		writer.maps->warm[slot].cold = slot;

	assert_int_equal(pthread_create(&thread, NULL, write_on, &writer), 0);
	for (int i = 0; i < 2000 || __atomic_load_n(&writer.rounds, __ATOMIC_RELAXED) < 1000; i++) {
		struct snapshot s = take(*state);

		assert_true(s.sas <= 32);
		for (size_t j = 0; j < s.sas; j++) {
			assert_in_range(s.sa[j].spi, 0x1000, UINT32_MAX);
			assert_int_equal(s.sa[j].cpu, s.sa[j].spi % 3);
			/* Of one SA, not half of the next in its slot. */
			assert_int_equal(s.sa[j].replay_window, s.sa[j].spi);
			assert_int_equal(s.sa[j].reqid, s.sa[j].spi);
		}
		snapshot_free(&s);
	}
	__atomic_store_n(&writer.stop, 1, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
}

#define ON_MAPS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MAPS(nonsense),
		ON_MAPS(nonsense_rings),
		ON_MAPS(while_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
