/* SPDX-License-Identifier: GPL-2.0-only */
/* Made-up maps to take a snapshot of. */
#ifndef TESTS_UNIT_SNAPSHOT_FIXTURE_H
#define TESTS_UNIT_SNAPSHOT_FIXTURE_H

#include "cmd/show/print.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BITS = 6, SLOTS = SA_BUCKET_SLOTS << BITS, CPUS = 8, MOVES = 4 };

#define NOW 1000000000000ull

/* Ring numbers: SAs on CPU 0 to 3 are 1 to 4, then strays on 3 and IKE on 0. */
enum { STRAY_RING = 5, IKE_RING = 6, RINGS = 7 };

static inline void *zeroed(size_t n, size_t size)
{
	void *memory = NULL;

	assert_int_equal(posix_memalign(&memory, 128, n * size), 0);
	memset(memory, 0, n * size);
	return memory;
}

static inline void make_rings(struct maps *maps)
{
	for (__u32 i = 1; i <= 4; i++) {
		maps->rings[i] = (struct ring){RING_SA, i - 1};
		maps->host->sa_cpu[i] = i < 4;
	}
	maps->rings[STRAY_RING] = (struct ring){RING_STRAY, 3};
	maps->rings[IKE_RING] = (struct ring){RING_IKE, 0};
	for (int i = 0; i < STRAY_TABLE_SIZE; i++) {
		maps->host->stray_ring[STRAYS_CONFINED][i] = STRAY_RING;
		maps->host->stray_ring[STRAYS_SPREAD][i] = (__u16)(1 + i % 3);
	}
	maps->host->ike_ring = IKE_RING;
	maps->host->rings = RINGS;
}

/* One interface, four SA rings (CPU 3 no longer takes SAs), no SA. */
static inline int setup(void **state)
{
	struct maps *maps = zeroed(1, sizeof(*maps));

	maps->host = zeroed(1, sizeof(*maps->host));
	maps->table = zeroed(1 << BITS, sizeof(*maps->table));
	maps->warm = zeroed(SLOTS, sizeof(*maps->warm));
	maps->rare = zeroed(SLOTS, sizeof(*maps->rare));
	maps->cold = zeroed(SLOTS, sizeof(*maps->cold));
	maps->elements[MAP_SA_COLD] = SLOTS;
	maps->rings = zeroed(SA_RINGS, sizeof(*maps->rings));
	maps->ring_states = zeroed((size_t)CPUS * RING_KINDS, sizeof(*maps->ring_states));
	maps->cpu_states = zeroed(CPUS, sizeof(*maps->cpu_states));
	maps->report = zeroed(1, sizeof(*maps->report));
	maps->records = zeroed(MOVES, sizeof(*maps->records));
	maps->host->magic = LAYOUT_MAGIC;
	maps->host->layout = LAYOUT_VERSION;
	maps->host->shape.bits = BITS;
	maps->host->cpus = CPUS;
	maps->host->moves = MOVES;
	maps->host->nice_value = maps->report->nice_seen = 10;
	maps->host->ring_frames = 512;
	maps->host->max_sas = 100;
	maps->host->heartbeat_ns = NOW - 400000000;
	maps->host->attended = 1;
	maps->host->interface[2] =
		(struct host_interface){.ifindex = 7, .method = "xdp", .name = "eth7"};
	make_rings(maps);
	*state = maps;
	return 0;
}

static inline int teardown(void **state)
{
	struct maps *maps = *state;

	free(maps->host);
	free(maps->table);
	free(maps->warm);
	free(maps->rare);
	free(maps->cold);
	free(maps->rings);
	free(maps->ring_states);
	free(maps->cpu_states);
	free(maps->report);
	free(maps->records);
	free(maps);
	return 0;
}

static inline struct ring_state *ring_state(const struct maps *maps, __u32 ring)
{
	return &maps->ring_states[ring_place(maps->rings[ring].kind, maps->rings[ring].cpu, CPUS)];
}

static inline void set_word(struct maps *maps, __u32 slot, __u32 spi, __u32 to, __u32 own,
			    __u32 flags)
{
	__u64 *place = &maps->table[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS];

	__atomic_store_n(place, sa_word((__u64)spi << 12 | 5, to, own, flags), __ATOMIC_RELEASE);
}

/* Cold sides are not where slots are: taken from the end. */
static inline __u32 cold_of(__u32 slot)
{
	return SLOTS - 1 - slot;
}

/* An SA at rest on a ring, with packets split over the pairs; its slot is its number too. */
static inline struct sa_cold *add(struct maps *maps, __u32 slot, __u32 spi, __u32 ring,
				  __u64 packets)
{
	struct sa_cold *cold = &maps->cold[cold_of(slot)];

	maps->warm[slot] = (struct sa_warm){
		.count = {packets / 3, packets},
		.record = NO_MOVE,
		.cold = cold_of(slot),
	};
	maps->rare[slot] = (struct sa_rare){.count = {packets - packets / 3, 99 * packets}};
	*cold = (struct sa_cold){
		.references = 1,
		.pcpu = NO_CPU,
		.hand = NO_CPU,
		.file = NO_CPU,
		.replay_window = 64,
		.family = AF_INET,
		.protocol = IPPROTO_ESP,
	};
	cold->src[0] = htonl(0x0a000001);
	cold->dst[0] = htonl(0x0a000002);
	set_word(maps, slot, spi, ring, ring, 0);
	return cold;
}

/* Counters that tell the interface's place apart from all others. */
static inline int made_up_counts(const struct maps *maps, unsigned int index,
				 struct interface_counts *sum)
{
	memset(sum, 0, sizeof(*sum));
	if (index == 2)
		for (int which = 0; which < CLASSES; which++)
			sum->by_class[which] =
				(struct count){10 + (__u64)which, 1000 + (__u64)which};
	sum->by_class[CLASS_BEYOND] = (struct count){0}; /* else each test has a warning more */
	if (index == 9)
		sum->by_class[CLASS_IKE] = (struct count){100, 5000};
	return 0;
}

static inline struct snapshot take(const struct maps *maps)
{
	struct snapshot s;

	assert_int_equal(snapshot_take(&s, maps, made_up_counts, NOW), 0);
	return s;
}

static inline void make_round(struct maps *maps)
{
	maps->report->round = (struct round_state){
		.time_ns = NOW - 100000000,
		.rounds = 12,
		.why = ROUND_BOUND,
		.moves = 3,
		.before = 900000,
		.after = 800000,
		.fair = 500000,
		.heaviest = 1,
		.heaviest_key = (__u64)0x701 << 12 | 5,
		.heaviest_load = 750000,
		.interval_ms = 500,
		.packet_ps = 1234000,
		.byte_ps = 700,
	};
	maps->report->cpu[0] = (struct report_cpu){.load = 750000, .other = 50000};
	maps->report->cpu[1] = (struct report_cpu){.load = 250000};
}

#endif
