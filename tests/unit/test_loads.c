// SPDX-License-Identifier: GPL-2.0-only
// Loads from counters, on plain memory: who is busy, who is idle, and that nothing is missed.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "core/random.h"
#include "sas/loads.h"

enum { BITS = 4, SLOTS = SA_BUCKET_SLOTS << BITS, SAS = 40, CPU = 1, RING = 1, OLD_RING = 2 };

static const uint64_t SECOND = 1000000000;

struct fixture {
	struct sas sas;
	struct sas_loads *loads;
	uint64_t now_ns;
};

static void *zeros(size_t number, size_t size)
{
	void *memory = calloc(number, size);

	assert_non_null(memory);
	return memory;
}

/* An SA comes to a slot, at a cold side of its own, as table_put() and place.c would have it. */
static void come(struct fixture *f, __u32 slot)
{
	struct maps *maps = &f->sas.maps;

	maps->table[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS] =
		sa_word(slot + 1, RING, RING, 0);
	maps->warm[slot] = (struct sa_warm){.cold = SLOTS - 1 - slot};
	maps->cold[SLOTS - 1 - slot] =
		(struct sa_cold){.load = LOAD_UNKNOWN, .placed_ns = ++f->now_ns};
	slots_add(&f->sas.known, slot);
}

static void go(struct fixture *f, __u32 slot)
{
	f->sas.maps.table[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS] = 0;
	slots_remove(&f->sas.known, slot);
}

/* Its ring and the SA itself count a packet. */
static void packets(struct fixture *f, __u32 slot, __u64 count)
{
	struct maps *maps = &f->sas.maps;

	maps->warm[slot].count.packets += count;
	maps->warm[slot].count.bytes += count * 1000;
	maps_ring_state(maps, RING)->runs += count;
}

static void look(struct fixture *f)
{
	f->now_ns += SECOND / 10;
	sas_loads_sample(f->loads, f->now_ns);
}

static __u32 shown(const struct fixture *f, __u32 slot)
{
	return f->sas.maps.cold[SLOTS - 1 - slot].load;
}

static int setup(void **state)
{
	struct fixture *f = zeros(1, sizeof(*f));
	struct maps *maps = &f->sas.maps;

	maps->host = zeros(1, sizeof(*maps->host));
	maps->host->shape = (struct sa_table_shape){.bits = BITS};
	maps->host->cpus = CPU + 1;
	maps->host->rings = RING + 1;
	maps->table = aligned_alloc(64, sizeof(*maps->table) << BITS);
	maps->warm = aligned_alloc(64, SLOTS * sizeof(*maps->warm));
	maps->ring_states = aligned_alloc(128, RING_KINDS * (CPU + 1) * sizeof(struct ring_state));
	maps->cpu_states = aligned_alloc(128, (CPU + 1) * sizeof(struct cpu_state));
	assert_true(maps->table && maps->warm && maps->ring_states && maps->cpu_states);
	memset(maps->table, 0, sizeof(*maps->table) << BITS);
	memset(maps->warm, 0, SLOTS * sizeof(*maps->warm));
	memset(maps->ring_states, 0, RING_KINDS * (CPU + 1) * sizeof(struct ring_state));
	memset(maps->cpu_states, 0, (CPU + 1) * sizeof(struct cpu_state));
	maps->rare = zeros(SLOTS, sizeof(*maps->rare));
	maps->cold = zeros(SLOTS, sizeof(*maps->cold));
	maps->elements[MAP_SA_COLD] = SLOTS;
	maps->rings = zeros(SA_RINGS, sizeof(*maps->rings));
	maps->rings[RING] = (struct ring){.kind = RING_SA, .cpu = CPU};
	f->sas.table = maps_table(maps);
	assert_int_equal(slots_init(&f->sas.known, SLOTS), 0);
	f->loads = sas_loads_new(&f->sas);
	assert_non_null(f->loads);
	f->now_ns = SECOND;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	struct maps *maps = &f->sas.maps;
	void *memory[] = {maps->host,  maps->table,	  maps->warm,	    maps->cold,
			  maps->rings, maps->ring_states, maps->cpu_states, maps->rare};

	sas_loads_free(f->loads);
	slots_free(&f->sas.known);
	for (size_t i = 0; i < sizeof(memory) / sizeof(*memory); i++)
		free(memory[i]);
	free(f);
	return 0;
}

/* A new SA is busy until it is known to be idle; a packet makes it busy again, and is counted. */
static void test_idle_and_awake(void **state)
{
	struct fixture *f = *state;

	look(f);
	come(f, 3);
	come(f, 4);
	look(f);
	assert_int_equal(f->sas.known.busy, 2);
	packets(f, 3, 1000);
	look(f);
	assert_int_equal(f->sas.known.busy, 1);
	assert_int_equal(f->sas.known.slot[0], 3);
	assert_int_equal(shown(f, 4), 0);
	assert_true(sas_loads_of(f->loads, 3, NULL) > 0);
	packets(f, 4, 5000);
	look(f);
	assert_int_equal(f->sas.known.busy, 2);
	assert_true(load_packets(&f->loads->sa[SLOTS - 1 - 4].rate) == 50000);
	assert_true(shown(f, 4) > shown(f, 3));
	assert_true(fabs(f->loads->cpu[CPU].sas - sas_loads_of(f->loads, 3, NULL) -
			 sas_loads_of(f->loads, 4, NULL)) < 1e-9);
}

/* One that comes to the slot of an idle one is another SA, though it has as many packets. */
static void test_slot_of_an_idle_one(void **state)
{
	struct fixture *f = *state;

	look(f);
	come(f, 9);
	look(f);
	look(f);
	assert_int_equal(f->sas.known.busy, 0);
	go(f, 9);
	come(f, 9);
	look(f);
	assert_int_equal(f->sas.known.busy, 1);
	assert_int_equal(shown(f, 9), LOAD_UNKNOWN);
}

/* The mean for SAs that are new is over all that are known, idle ones too. */
static void test_mean(void **state)
{
	struct fixture *f = *state;

	look(f);
	for (__u32 slot = 0; slot < 10; slot++)
		come(f, slot);
	look(f);
	for (int i = 0; i < 3; i++) {
		packets(f, 5, 1000);
		look(f);
	}
	assert_int_equal(f->sas.known.busy, 1);
	assert_true(fabs(f->loads->mean - sas_loads_of(f->loads, 5, NULL) / 10) < 1e-12);
	assert_false(f->loads->quiet);
}

static void set_word(const struct fixture *f, __u32 slot, __u32 to, __u32 own, __u32 flags)
{
	f->sas.maps.table[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS] =
		sa_word(slot + 1, to, own, flags);
}

/* What came in an interval: of the SA, and for each of the two CPUs. */
static void came(const struct fixture *f, __u32 slot, double all, double before, double now)
{
	const struct sas_load_sa *sa = &f->loads->sa[SLOTS - 1 - slot];

	assert_true(fabs(load_packets(&sa->rate) * 0.1 - all) < 1e-6 * all);
	assert_true(f->loads->cpu[0].packets == before);
	assert_true(f->loads->cpu[CPU].packets == now);
}

/* During a move the new ring counts by the second pair, the old one may finish by the first. */
static void test_move(void **state)
{
	struct fixture *f = *state;
	struct maps *maps = &f->sas.maps;

	maps->rings[OLD_RING] = (struct ring){.kind = RING_SA, .cpu = 0};
	look(f);
	come(f, 7);
	set_word(f, 7, OLD_RING, OLD_RING, 0);
	look(f);
	packets(f, 7, 1000);
	look(f);
	came(f, 7, 1000, 1000, 0);
	set_word(f, 7, OLD_RING, RING, SA_PAIR);
	packets(f, 7, 400);
	maps->rare[7].count.packets += 600;
	look(f);
	came(f, 7, 1000, 400, 600);
	maps->rare[7].count.packets += 300;
	set_word(f, 7, RING, RING, 0);
	maps->cold[SLOTS - 1 - 7].moves++;
	packets(f, 7, 700);
	look(f);
	came(f, 7, 1000, 0, 1000);
}

/* What came while the NIC decrypted is no load afterwards, and until then there is none. */
static void test_hands_off(void **state)
{
	struct fixture *f = *state;

	look(f);
	come(f, 7);
	look(f);
	packets(f, 7, 1000);
	look(f);
	assert_true(sas_loads_of(f->loads, 7, NULL) > 0);
	set_word(f, 7, RING, RING, SA_HANDS_OFF);
	packets(f, 7, 1000000);
	look(f);
	assert_true(isnan(sas_loads_of(f->loads, 7, NULL)));
	assert_int_equal(shown(f, 7), LOAD_UNKNOWN);
	assert_true(f->loads->quiet);
	set_word(f, 7, RING, RING, 0);
	packets(f, 7, 1000000);
	look(f);
	assert_true(isnan(sas_loads_of(f->loads, 7, NULL)));
	packets(f, 7, 1000);
	look(f);
	came(f, 7, 1000, 0, 1000);
}

/* In a step it comes, goes, has packets or has none. */
static void step(struct fixture *f, __u32 slot, uint64_t *seed, __u64 *sent)
{
	uint32_t dice = random_below(seed, 100);

	if (!f->sas.known.place[slot]) {
		if (dice < 5)
			come(f, slot);
		*sent = 0;
	} else if (dice < 1) {
		go(f, slot);
	} else if (dice < 10) {
		packets(f, slot, 1 + random_below(seed, 5000));
		*sent = f->sas.maps.warm[slot].count.packets;
	}
}

/* No packet of an SA is missed; the idle ones are those that are not busy, and will sleep on. */
static void agree(const struct fixture *f, const __u64 *sent)
{
	for (__u32 i = 0; i < f->sas.known.count; i++) {
		__u32 slot = f->sas.known.slot[i];
		bool busy = f->sas.known.place[slot] <= f->sas.known.busy;

		assert_int_equal(f->loads->sa[SLOTS - 1 - slot].packets[0], sent[slot]);
		assert_int_equal(!busy, sas_loads_of(f->loads, slot, NULL) == 0);
		assert_true(busy || f->loads->idle[slot] == (__u32)sent[slot]);
	}
}

static void test_random(void **state)
{
	struct fixture *f = *state;
	__u64 sent[SLOTS] = {0};
	uint64_t seed = 1;

	look(f);
	for (int i = 0; i < 3000; i++) {
		for (__u32 slot = 0; slot < SAS; slot++)
			step(f, slot, &seed, &sent[slot]);
		look(f);
		agree(f, sent);
	}
}

/* What the kernel alone counts, as of rules of the NIC and of RPS, is a load as any other. */
static void test_counted_by_the_kernel(void **state)
{
	struct fixture *f = *state;

	f->sas.counted_elsewhere = true;
	come(f, 3);
	look(f);
	sas_count(&f->sas, 3, 1000, 1000000);
	look(f);
	assert_true(sas_loads_of(f->loads, 3, NULL) > 0);
	assert_true(shown(f, 3) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_counted_by_the_kernel, setup, teardown),
		cmocka_unit_test_setup_teardown(test_idle_and_awake, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slot_of_an_idle_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mean, setup, teardown),
		cmocka_unit_test_setup_teardown(test_move, setup, teardown),
		cmocka_unit_test_setup_teardown(test_hands_off, setup, teardown),
		cmocka_unit_test_setup_teardown(test_random, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
