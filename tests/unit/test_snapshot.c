/* SPDX-License-Identifier: GPL-2.0-only */
/* steer/snapshot.h on made-up maps, and what `show` prints of it. */
#include <arpa/inet.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <json-c/json.h>
#include "cmd/show/pick.h"
#include "cmd/show/print.h"
#include "view/human.h"

enum { BITS = 6, SLOTS = SA_BUCKET_SLOTS << BITS, CPUS = 8, MOVES = 4 };

#define NOW 1000000000000ull

/* Ring numbers: SAs on CPU 0 to 3 are 1 to 4, then strays on 3 and IKE on 0. */
enum { STRAY_RING = 5, IKE_RING = 6, RINGS = 7 };

static void *zeroed(size_t n, size_t size)
{
	void *memory = NULL;

	assert_int_equal(posix_memalign(&memory, 128, n * size), 0);
	memset(memory, 0, n * size);
	return memory;
}

static void make_rings(struct maps *maps)
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
static int setup(void **state)
{
	struct maps *maps = zeroed(1, sizeof(*maps));

	maps->host = zeroed(1, sizeof(*maps->host));
	maps->table = zeroed(1 << BITS, sizeof(*maps->table));
	maps->warm = zeroed(SLOTS, sizeof(*maps->warm));
	maps->cold = zeroed(SLOTS, sizeof(*maps->cold));
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
		(struct host_interface){.ifindex = 7, .mode = MODE_NATIVE, .name = "eth7"};
	make_rings(maps);
	*state = maps;
	return 0;
}

static int teardown(void **state)
{
	struct maps *maps = *state;

	free(maps->host);
	free(maps->table);
	free(maps->warm);
	free(maps->cold);
	free(maps->rings);
	free(maps->ring_states);
	free(maps->cpu_states);
	free(maps->report);
	free(maps->records);
	free(maps);
	return 0;
}

static struct ring_state *ring_state(const struct maps *maps, __u32 ring)
{
	return &maps->ring_states[ring_place(maps->rings[ring].kind, maps->rings[ring].cpu, CPUS)];
}

static void set_word(struct maps *maps, __u32 slot, __u32 spi, __u32 to, __u32 own, __u32 flags)
{
	__u64 *place = &maps->table[slot / SA_BUCKET_SLOTS].slot[slot % SA_BUCKET_SLOTS];

	__atomic_store_n(place, sa_word((__u64)spi << 12 | 5, to, own, flags), __ATOMIC_RELEASE);
}

/* Cold sides are not where slots are: taken from the end. */
static __u32 cold_of(__u32 slot)
{
	return SLOTS - 1 - slot;
}

/* An SA at rest on a ring, with packets split over the pairs; its slot is its number too. */
static struct sa_cold *add(struct maps *maps, __u32 slot, __u32 spi, __u32 ring, __u64 packets)
{
	struct sa_cold *cold = &maps->cold[cold_of(slot)];

	maps->warm[slot] = (struct sa_warm){
		.pair = {{packets / 3, packets}, {packets - packets / 3, 99 * packets}},
		.record = NO_MOVE,
		.cold = cold_of(slot),
	};
	*cold = (struct sa_cold){
		.references = 1,
		.pcpu = NO_CPU,
		.hand = NO_CPU,
		.file = NO_CPU,
		.replay_window = 64,
		.family = 4,
		.protocol = IPPROTO_ESP,
	};
	cold->src[0] = htonl(0x0a000001);
	cold->dst[0] = htonl(0x0a000002);
	set_word(maps, slot, spi, ring, ring, 0);
	return cold;
}

/* Counters that tell the interface's place apart from all others. */
static int made_up_counts(const struct maps *maps, unsigned int index, struct interface_counts *sum)
{
	memset(sum, 0, sizeof(*sum));
	if (index == 2)
		for (int class = 0; class < CLASSES; class ++)
			sum->class[class] =
				(struct count){10 + (__u64) class, 1000 + (__u64) class};
	sum->class[CLASS_BEYOND] = (struct count){0}; /* else each test has a warning more */
	if (index == 9)
		sum->class[CLASS_IKE] = (struct count){100, 5000};
	return 0;
}

/* One interface, all of whose frames have their headers beyond the first buffer. */
static int all_beyond(const struct maps *maps, unsigned int index, struct interface_counts *sum)
{
	memset(sum, 0, sizeof(*sum));
	if (index == 2)
		sum->class[CLASS_BEYOND] = (struct count){31000, 277000000};
	return 0;
}

/* One interface, 198,000 strays. */
static int many_strays(const struct maps *maps, unsigned int index, struct interface_counts *sum)
{
	memset(sum, 0, sizeof(*sum));
	if (index == 2)
		sum->class[CLASS_STRAY] = (struct count){198001, 277000000};
	return 0;
}

static int no_counts(const struct maps *maps, unsigned int index, struct interface_counts *sum)
{
	return -EIO;
}

static int zero_counts(const struct maps *maps, unsigned int index, struct interface_counts *sum)
{
	memset(sum, 0, sizeof(*sum));
	return 0;
}

static struct snapshot take(const struct maps *maps)
{
	struct snapshot s;

	assert_int_equal(snapshot_take(&s, maps, made_up_counts, NOW), 0);
	return s;
}

static void empty_host(void **state)
{
	struct snapshot s = take(*state);

	assert_int_equal(s.sas, 0);
	assert_int_equal(s.slots, SLOTS);
	assert_int_equal(s.interfaces, 1);
	assert_int_equal(s.interface[0].ifindex, 7);
	assert_string_equal(s.interface[0].name, "eth7");
	assert_int_equal(s.interface[0].mode, MODE_NATIVE);
	assert_int_equal(s.interface[0].other.packets, 10 + CLASS_OTHER);
	/* The CPUs that SAs may be placed on, and no other. */
	assert_int_equal(s.cpus, 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(s.cpu[i].cpu, i);
	assert_true(isnan(s.imbalance));
	assert_true(s.alive);
	assert_int_equal(s.heartbeat_age_ns, 400000000);
	assert_true(s.threads_seen && s.nice_seen == -10 && s.nice_wanted == -10);
	assert_int_equal(s.ring_frames, 512);
	assert_int_equal(s.ike_cpu, 0);
	assert_int_equal(CPU_COUNT(&s.stray_cpus), 1);
	assert_true(CPU_ISSET(3, &s.stray_cpus));
	snapshot_free(&s);
	snapshot_free(&s);
}

static void classes(void **state)
{
	struct snapshot s = take(*state);

	/* What interfaces counted that are no longer there is the host's still. */
	assert_int_equal(s.class[CLASS_IKE].packets, 10 + CLASS_IKE + 100);
	assert_int_equal(s.class[CLASS_IKE].bytes, 1000 + CLASS_IKE + 5000);
	assert_int_equal(s.class[CLASS_STRAY].packets, 10 + CLASS_STRAY);
	assert_int_equal(s.class[CLASS_LIMITED].bytes, 1000 + CLASS_LIMITED);
	snapshot_free(&s);
	assert_int_equal(snapshot_take(&s, *state, no_counts, NOW), -EIO);
}

static void cpus_and_imbalance(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;

	add(maps, 0, 0x100, 1, 300);
	add(maps, 9, 0x101, 1, 300);
	add(maps, 17, 0x102, 2, 200);
	/* CPU 3 takes no new SAs, but has one; CPU 2 has none. */
	add(maps, SLOTS - 1, 0x103, 4, 400);
	ring_state(maps, 2)->drops = 11;
	ring_state(maps, STRAY_RING)->drops = 5;
	ring_state(maps, IKE_RING)->drops = 2;
	s = take(maps);
	assert_int_equal(s.sas, 4);
	assert_int_equal(s.cpus, 4);
	assert_int_equal(s.cpu[0].sas, 2);
	assert_int_equal(s.cpu[0].total.packets, 600);
	assert_int_equal(s.cpu[0].total.bytes, 60000);
	assert_int_equal(s.cpu[0].drops, 0);
	assert_int_equal(s.cpu[1].total.packets, 200);
	assert_int_equal(s.cpu[1].drops, 11);
	assert_int_equal(s.cpu[2].sas, 0);
	assert_int_equal(s.cpu[3].cpu, 3);
	assert_int_equal(s.cpu[3].total.packets, 400);
	assert_int_equal(s.cpu[3].drops, 0);
	assert_int_equal(s.drops[RING_SA], 11);
	assert_int_equal(s.drops[RING_STRAY], 5);
	assert_int_equal(s.drops[RING_IKE], 2);
	assert_float_equal(s.imbalance, 600 / (1200 / 4.0), 1e-9);
	snapshot_free(&s);
}

static const struct snapshot_sa *find(const struct snapshot *s, __u32 spi)
{
	for (size_t i = 0; i < s->sas; i++)
		if (s->sa[i].spi == spi)
			return &s->sa[i];
	fail_msg("no SA 0x%08x", spi);
	return NULL;
}

static void states(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;

	add(maps, 1, 0x201, 1, 1);
	add(maps, 2, 0x202, 1, 1)->flags = COLD_LARVAL | COLD_UDP;
	add(maps, 3, 0x203, 1, 1)->flags = COLD_LEARNED;
	add(maps, 4, 0x204, 1, 1)->flags = COLD_FILE;
	add(maps, 5, 0x205, 1, 1)->flags = COLD_LARVAL;
	set_word(maps, 5, 0x205, STRAY_RING, 2, SA_PAIR);
	add(maps, 6, 0x206, 1, 1)->pcpu = 2;
	set_word(maps, 6, 0x206, 1, 1, SA_HANDS_OFF);
	s = take(maps);
	assert_int_equal(find(&s, 0x201)->state, SA_VALID);
	assert_int_equal(find(&s, 0x201)->source, SA_KERNEL);
	assert_int_equal(find(&s, 0x201)->pcpu, -1);
	assert_false(find(&s, 0x201)->udp);
	assert_int_equal(find(&s, 0x202)->state, SA_LARVAL);
	assert_true(find(&s, 0x202)->udp);
	assert_int_equal(find(&s, 0x203)->state, SA_STATE_LEARNED);
	assert_int_equal(find(&s, 0x203)->source, SA_LEARNED);
	assert_int_equal(find(&s, 0x204)->state, SA_VALID);
	assert_int_equal(find(&s, 0x204)->source, SA_FILE);
	/* An SA that moves is on the CPU it moves to. */
	assert_int_equal(find(&s, 0x205)->state, SA_MOVING);
	assert_int_equal(find(&s, 0x205)->cpu, 1);
	/* Hands off: on no ring, so on no CPU of ours. */
	assert_int_equal(find(&s, 0x206)->state, SA_STATE_HANDS_OFF);
	assert_int_equal(find(&s, 0x206)->cpu, -1);
	assert_int_equal(find(&s, 0x206)->pcpu, 2);
	assert_int_equal(s.cpu[0].sas, 4);
	assert_int_equal(s.cpu[1].sas, 1);
	snapshot_free(&s);
}

static void make_round(struct maps *maps)
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

static void loads(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;

	add(maps, 1, 0x701, 1, 1)->load = 750000;
	add(maps, 2, 0x702, 2, 100)->load = 250000;
	add(maps, 3, 0x703, 2, 0)->load = LOAD_UNKNOWN;
	s = take(maps); /* no round was made: packets are all we have */
	assert_false(s.measured);
	assert_true(isnan(s.cpu[0].load) && isnan(find(&s, 0x701)->load));
	assert_float_equal(s.imbalance, 100 / (101 / 3.0), 1e-9);
	assert_float_equal(snapshot_share(&s, NAN, 1), 1 / 101.0, 1e-9);
	snapshot_free(&s);
	make_round(maps);
	s = take(maps);
	assert_true(s.measured);
	assert_int_equal(s.round.why, ROUND_BOUND);
	assert_int_equal(s.round.heaviest, 0x701);
	assert_float_equal(s.round.packet_ns, 1234, 1e-9);
	assert_float_equal(s.cpu[0].load, 0.75, 1e-9);
	assert_float_equal(s.cpu[0].other, 0.05, 1e-9);
	assert_float_equal(s.imbalance, 2.25, 1e-9);
	assert_true(isnan(find(&s, 0x703)->load));
	assert_float_equal(snapshot_share(&s, 0.25, 100), 0.25, 1e-9);
	snapshot_sort(&s, snapshot_by_weight);
	assert_int_equal(s.sa[0].spi, 0x701); /* by load, not by packets */
	snapshot_free(&s);
	maps->report->round.time_ns = NOW - HEARTBEAT_OLD_NS - 1000000001;
	s = take(maps);
	assert_false(s.measured);
	snapshot_free(&s);
}

static void moves_and_waits(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;

	add(maps, 1, 0x711, 1, 1);
	maps->warm[1].record = 2;
	set_word(maps, 1, 0x711, 1, 2, 0);
	maps->records[2] = (struct move_record){.slot = 1, .started_ns = NOW - 30000000};
	add(maps, 2, 0x712, 1, 1);
	maps->warm[2].record = 3; /* not seen to have begun yet */
	set_word(maps, 2, 0x712, 1, 2, 0);
	maps->records[3] = (struct move_record){.slot = 2};
	add(maps, 3, 0x713, 1, 1);
	maps->warm[3].record = MOVES + 7;
	set_word(maps, 3, 0x713, 1, 2, 0);
	add(maps, 4, 0x714, 1, 1);
	maps->warm[4].record = 2; /* of an earlier move */
	s = take(maps);
	assert_int_equal(s.moves.pending, 3);
	assert_int_equal(s.moves.oldest_ns, 30000000);
	assert_int_equal(find(&s, 0x711)->waiting_ns, 30000000);
	assert_int_equal(find(&s, 0x712)->waiting_ns, 0);
	assert_int_equal(find(&s, 0x713)->waiting_ns, 0);
	assert_int_equal(find(&s, 0x714)->waiting_ns, -1);
	assert_int_equal(s.moves.done, 0);
	assert_true(isnan(s.moves.median_ms));
	snapshot_free(&s);
	maps->report->move_times = (struct move_times){.done = 3, .wait_us = {9000, 1000, 2000}};
	s = take(maps);
	assert_int_equal(s.moves.done, 3);
	assert_float_equal(s.moves.median_ms, 2, 1e-9);
	assert_float_equal(s.moves.worst_ms, 9, 1e-9);
	snapshot_free(&s);
}

static void heartbeats(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;

	maps->host->heartbeat_ns = NOW - HEARTBEAT_OLD_NS;
	s = take(maps);
	assert_true(s.alive);
	snapshot_free(&s);
	maps->host->heartbeat_ns = NOW - HEARTBEAT_OLD_NS - 1;
	s = take(maps);
	assert_false(s.alive);
	/* Then strays are spread. */
	assert_int_equal(CPU_COUNT(&s.stray_cpus), 3);
	snapshot_free(&s);
	maps->host->heartbeat_ns = 0;
	s = take(maps);
	assert_false(s.alive);
	assert_true(s.heartbeat_age_ns == UINT64_MAX);
	snapshot_free(&s);
	/* Written between our look at the clock and at the map. */
	maps->host->heartbeat_ns = NOW + 1;
	s = take(maps);
	assert_true(s.alive);
	assert_int_equal(s.heartbeat_age_ns, 0);
	snapshot_free(&s);
}

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

static void sorted(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;

	add(maps, 1, 0x303, 1, 5);
	add(maps, 2, 0x301, 1, 7);
	add(maps, 3, 0x302, 1, 5);
	/* A destination that is higher in network byte order and lower as a number. */
	add(maps, 4, 0x300, 1, 1)->dst[0] = htonl(0x0b000000);
	s = take(maps);
	snapshot_sort(&s, snapshot_by_weight);
	assert_int_equal(s.sa[0].spi, 0x301);
	assert_int_equal(s.sa[1].spi, 0x302);
	assert_int_equal(s.sa[2].spi, 0x303);
	assert_int_equal(s.sa[3].spi, 0x300);
	snapshot_sort(&s, snapshot_by_name);
	assert_int_equal(s.sa[0].spi, 0x301);
	assert_int_equal(s.sa[2].spi, 0x303);
	assert_int_equal(s.sa[3].spi, 0x300);
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

/* --- what show prints --- */

static char *print_to(struct snapshot *s, bool json, struct show_view view, bool terminal)
{
	struct bar_style style = {.fill = terminal};
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	struct out *out;

	assert_non_null(file);
	out = out_new(file, json);
	assert_non_null(out);
	out_set_style(out, &style);
	show_print(out, s, &view);
	assert_int_equal(out_close(out), 0);
	fclose(file);
	return text;
}

static char *print(struct snapshot *s, bool json, struct show_view view)
{
	return print_to(s, json, view, false);
}

static struct json_object *print_json(struct snapshot *s)
{
	struct show_view view = {.interfaces = s->interfaces};
	char *text = print(s, true, view);
	struct json_object *root = json_tokener_parse(text);

	assert_non_null(root);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	free(text);
	return root;
}

static struct json_object *member(struct json_object *object, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, key, &value))
		fail_msg("no key \"%s\" in %s", key, json_object_to_json_string(object));
	return value;
}

/* Keys with a letter for the type: o object, a array, s string, i integer, d real, b bool, n null.
 */
static void has(struct json_object *object, const char *types, ...)
{
	va_list keys;

	va_start(keys, types);
	for (; *types; types++) {
		const char *key = va_arg(keys, const char *);
		struct json_object *value = member(object, key);
		static const char letters[] = {
			[json_type_null] = 'n',	  [json_type_boolean] = 'b',
			[json_type_double] = 'd', [json_type_int] = 'i',
			[json_type_object] = 'o', [json_type_array] = 'a',
			[json_type_string] = 's',
		};

		if (letters[json_object_get_type(value)] != *types)
			fail_msg("\"%s\" is %s, not %c", key, json_object_to_json_string(value),
				 *types);
	}
	va_end(keys);
}

static void has_string(struct json_object *object, const char *key, const char *value)
{
	assert_string_equal(json_object_get_string(member(object, key)), value);
}

static void has_int(struct json_object *object, const char *key, int64_t value)
{
	assert_int_equal(json_object_get_int64(member(object, key)), value);
}

static void has_counts(struct json_object *object, const char *key, int64_t packets, int64_t bytes)
{
	struct json_object *counts = member(object, key);

	has(counts, "ii", "packets", "bytes");
	has_int(counts, "packets", packets);
	has_int(counts, "bytes", bytes);
}

/* The keys that issue 2 promises, and their types. */
static void json_host(void **state)
{
	struct maps *maps = *state;
	struct json_object *root, *first;
	struct snapshot s;

	add(maps, 1, 0x401, 1, 3);
	add(maps, 2, 0x402, 2, 2);
	ring_state(maps, 2)->drops = 4;
	ring_state(maps, 1)->runs = 7;
	ring_state(maps, 1)->bytes = 900;
	s = take(maps);
	root = print_json(&s);
	has(root, "iaadaoooooooooaonn", "version", "interfaces", "cpus", "imbalance", "sas", "strays",
	    "ike", "fragments", "hands_off", "transit", "drops", "settings", "table", "daemon",
	    "warnings", "moves", "rounds", "costs");
	has_int(root, "version", 1);
	assert_float_equal(json_object_get_double(member(root, "imbalance")), 3 / (5 / 3.0), 1e-9);
	assert_int_equal(json_object_array_length(member(root, "interfaces")), 1);
	first = json_object_array_get_idx(member(root, "interfaces"), 0);
	has(first, "ssso", "interface", "method", "mode", "other");
	has_string(first, "interface", "eth7");
	has_string(first, "method", "xdp");
	has_counts(first, "other", 10, 1000);
	assert_int_equal(json_object_array_length(member(root, "cpus")), 3);
	/* What the ring took, whatever SAs are on the CPU now. */
	first = json_object_array_get_idx(member(root, "cpus"), 0);
	has(first, "iiii", "cpu", "sas", "packets", "bytes");
	has_int(first, "packets", 7);
	has_int(first, "bytes", 900);
	has_counts(root, "strays", 10 + CLASS_STRAY, 1000 + CLASS_STRAY);
	has_counts(root, "ike", 110 + CLASS_IKE, 6000 + CLASS_IKE);
	has_counts(root, "fragments", 10 + CLASS_FRAGMENT, 1000 + CLASS_FRAGMENT);
	has_counts(root, "hands_off", 10 + CLASS_HANDS_OFF, 1000 + CLASS_HANDS_OFF);
	has_counts(root, "transit", 10 + CLASS_TRANSIT, 1000 + CLASS_TRANSIT);
	has_int(member(root, "drops"), "rings", 4);
	has_int(member(root, "drops"), "stray_limit", 10 + CLASS_LIMITED);
	json_object_put(root);
	snapshot_free(&s);
}

static void json_loads(void **state)
{
	struct maps *maps = *state;
	struct json_object *root, *first;
	struct snapshot s;

	add(maps, 1, 0x701, 1, 1)->load = 750000;
	add(maps, 2, 0x702, 2, 100)->load = LOAD_UNKNOWN;
	make_round(maps);
	s = take(maps);
	root = print_json(&s);
	has(member(root, "moves"), "ininn", "pending", "longest_pending_ms", "done", "median_ms",
	    "worst_ms");
	has(member(root, "rounds"), "iisiidddsd", "interval_ms", "made", "last", "moved", "drained",
	    "most", "most_after", "fair", "heaviest", "heaviest_load");
	has_string(member(root, "rounds"), "last", "bound");
	has_string(member(root, "rounds"), "heaviest", "0x00000701");
	has(member(root, "costs"), "ddd", "packet_ns", "byte_ns", "receive_ns");
	first = json_object_array_get_idx(member(root, "cpus"), 0);
	has(first, "ddd", "load", "other", "share");
	assert_float_equal(json_object_get_double(member(first, "load")), 0.75, 1e-9);
	first = json_object_array_get_idx(member(root, "sas"), 0);
	has(first, "ddn", "load", "share", "waiting_ms");
	has(json_object_array_get_idx(member(root, "sas"), 1), "nd", "load", "share");
	/* The bound, with what helps. */
	assert_int_equal(json_object_array_length(member(root, "warnings")), 1);
	assert_non_null(strstr(json_object_to_json_string(member(root, "warnings")), "RFC 9611"));
	json_object_put(root);
	snapshot_free(&s);
}

static void json_sas(void **state)
{
	struct maps *maps = *state;
	struct sa_cold *cold = add(maps, 1, 0xc0ffee01, 1, 3);
	struct json_object *root, *sa;
	struct snapshot s;

	cold->reqid = 4294967295;
	cold->moves = 2;
	cold->if_id = 8;
	cold = add(maps, 2, 0x5, 2, 9000000000000ull);
	cold->flags = COLD_UDP | COLD_LEARNED;
	cold->family = 6;
	cold->pcpu = 1;
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", cold->src), 1);
	assert_int_equal(inet_pton(AF_INET6, "2001:db8::2", cold->dst), 1);
	cold = add(maps, 3, 0x6, 2, 1);
	cold->protocol = IPPROTO_AH;
	memset(cold->src, 0, sizeof(cold->src));
	set_word(maps, 3, 0x6, 2, 2, SA_HANDS_OFF);
	s = take(maps);
	root = print_json(&s);
	assert_int_equal(json_object_array_length(member(root, "sas")), 3);
	sa = json_object_array_get_idx(member(root, "sas"), 0);
	has(sa, "nsssniiniiisii", "src", "dst", "spi", "protocol", "cpu", "packets", "bytes",
	    "pcpu", "replay_window", "reqid", "if_id", "state", "moves", "references");
	has_string(sa, "spi", "0x00000006");
	has_string(sa, "protocol", "ah");
	has_string(sa, "state", "hands_off");
	sa = json_object_array_get_idx(member(root, "sas"), 1);
	has(sa, "sssssiiiniiisi", "src", "dst", "spi", "protocol", "encap", "cpu", "packets",
	    "bytes", "pcpu", "replay_window", "reqid", "if_id", "state", "moves");
	has_string(sa, "src", "10.0.0.1");
	has_string(sa, "dst", "10.0.0.2");
	has_string(sa, "spi", "0xc0ffee01");
	has_string(sa, "protocol", "esp");
	has_string(sa, "encap", "none");
	has_string(sa, "source", "kernel");
	has_string(sa, "state", "valid");
	has_int(sa, "cpu", 0);
	has_int(sa, "replay_window", 64);
	has_int(sa, "reqid", 4294967295);
	has_int(sa, "moves", 2);
	has_int(sa, "if_id", 8);
	sa = json_object_array_get_idx(member(root, "sas"), 2);
	has_string(sa, "dst", "2001:db8::2");
	has_string(sa, "encap", "udp");
	has_string(sa, "state", "learned");
	has_string(sa, "source", "learned");
	has_int(sa, "pcpu", 1);
	/* Exact, where the text says "9.00 T". */
	has_int(sa, "packets", 9000000000000);
	json_object_put(root);
	snapshot_free(&s);
}

/* Nothing is steered: the same keys, empty. */
static void json_nothing(void **state)
{
	struct snapshot s = {0};
	struct json_object *root = print_json(&s);

	has(root, "iaanaoooooo", "version", "interfaces", "cpus", "imbalance", "sas", "strays",
	    "ike", "fragments", "hands_off", "transit", "drops");
	assert_int_equal(json_object_array_length(member(root, "interfaces")), 0);
	assert_int_equal(json_object_array_length(member(root, "cpus")), 0);
	assert_int_equal(json_object_array_length(member(root, "sas")), 0);
	assert_int_equal(json_object_array_length(member(root, "warnings")), 0);
	json_object_put(root);
}

/* Runs of blanks and line ends are one blank. */
static char *flat(const char *text)
{
	char *copy = calloc(1, strlen(text) + 1), *to = copy;

	assert_non_null(copy);
	for (; *text; text++)
		if (!strchr(" \n", *text))
			*to++ = *text;
		else if (to != copy && to[-1] != ' ')
			*to++ = ' ';
	return copy;
}

/* However its lines are filled. */
static bool has_words(const char *text, const char *part)
{
	char *a = flat(text), *b = flat(part);
	bool found = strstr(a, b);

	free(a);
	free(b);
	return found;
}

static void contains(const char *text, const char *part)
{
	if (!has_words(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
	if (has_words(text, part))
		fail_msg("\"%s\" is in:\n%s", part, text);
}

static size_t occurrences(const char *text, const char *part)
{
	size_t n = 0;

	while ((text = strstr(text, part))) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void text_nothing(void **state)
{
	struct snapshot s = {0};
	char *text = print(&s, false, (struct show_view){0});

	assert_int_equal(occurrences(text, "\n"), 1);
	contains(text, "Nothing is steered");
	free(text);
	text = print(&s, false, (struct show_view){.only = "eth1"});
	assert_string_equal(text, "eth1 is not steered.\n");
	free(text);
}

static void text_host(void **state)
{
	struct maps *maps = *state;
	struct show_view view = {.interfaces = 1};
	struct snapshot s;
	char *text;

	for (__u32 i = 0; i < 25; i++)
		add(maps, i, 0x500 + i, 1 + i % 3, 1000 * (i + 1));
	assert_int_equal(snapshot_take(&s, maps, zero_counts, NOW), 0);
	text = print(&s, false, view);
	assert_memory_equal(text, "eth7 is steered by xdp (native): 25 SAs on 3 CPUs, imbalance ",
			    61);
	/* The 20 heaviest, the heaviest first, and a word about the others. */
	assert_int_equal(occurrences(text, "0x000005"), 20);
	assert_true(strstr(text, "0x00000518") < strstr(text, "0x00000517"));
	assert_null(strstr(text, "0x00000500"));
	contains(text, "5 lighter SAs");
	contains(text, "25.0 k");
	contains(text, "no packet of an SA lost");
	assert_null(strstr(text, "Settings"));
	assert_null(strstr(text, "warning"));
	free(text);
	text = print_to(&s, false, view, true);
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (human_width(line) > 80)
			fail_msg("over 80 columns: %s", line);
	free(text);
	view.all = true;
	text = print(&s, false, view);
	assert_int_equal(occurrences(text, "0x000005"), 25);
	free(text);
	view.wide = true;
	text = print(&s, false, view);
	contains(text, "Settings: rings of 512 frames, nice -10, strays on CPU 3, IKE on CPU 0, no");
	contains(text, "Table: 25 SAs in 512 places, made for 100; 0 found no place.");
	contains(text, "Daemon: alive, last at work 0.4 s ago.");
	free(text);
	snapshot_free(&s);
}

/* Only what was asked for, in the order that was asked for. */
static void text_picked(void **state)
{
	struct maps *maps = *state;
	struct show_pick pick = {.cpu = -1, .by_reqid = true, .reqid = 7};
	struct show_view view = {.interfaces = 1, .picked = true, .sort = snapshot_by_spi};
	struct snapshot s;
	char *text;

	for (__u32 i = 0; i < 25; i++)
		add(maps, i, 0x500 + i, 1 + i % 3, 1000 * (i + 1))->reqid = i < 5 ? 7 : 8;
	s = take(maps);
	assert_true(show_picks(&pick));
	show_pick(&s, &pick);
	text = print(&s, false, view);
	assert_int_equal(occurrences(text, "0x000005"), 5);
	assert_true(strstr(text, "0x00000500") < strstr(text, "0x00000501"));
	assert_null(strstr(text, "other packets"));
	free(text);
	snapshot_free(&s);
	s = take(maps);
	pick = (struct show_pick){.cpu = 1, .spi = 0x504};
	show_pick(&s, &pick);
	assert_int_equal(s.sas, 1);
	assert_int_equal(s.used, 25);
	snapshot_free(&s);
	s = take(maps);
	pick = (struct show_pick){.cpu = -1, .peer = {.family = AF_INET, .bytes = {10, 0, 0, 9}}};
	show_pick(&s, &pick);
	assert_int_equal(s.sas, 0);
	snapshot_free(&s);
}

/* Who is fixed where is told: else `move SPI auto` is a guess. */
static void text_fixed(void **state)
{
	struct maps *maps = *state;
	struct json_object *root, *sas;
	struct snapshot s;
	char *text;

	add(maps, 1, 0x501, 1, 10);
	s = take(maps);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	assert_null(strstr(text, "fixed by"));
	free(text);
	snapshot_free(&s);
	add(maps, 2, 0x502, 1, 9)->hand = 0;
	add(maps, 3, 0x503, 1, 8)->file = 0;
	s = take(maps);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text, "fixed by");
	contains(text, "hand");
	free(text);
	root = print_json(&s);
	sas = member(root, "sas");
	has(json_object_array_get_idx(sas, 0), "n", "fixed");
	has_string(json_object_array_get_idx(sas, 1), "fixed", "hand");
	has_string(json_object_array_get_idx(sas, 2), "fixed", "file");
	json_object_put(root);
	snapshot_free(&s);
}

/* All that arrives is unknown: the loudest of warnings, and no word of "no packets". */
static void text_unknown(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;
	char *text;

	maps->report->lately.mark[0] = (struct mark){.time_ns = NOW - 12000000000ull, .strays = 1};
	assert_int_equal(snapshot_take(&s, maps, many_strays, NOW), 0);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text, "no packet of an SA yet");
	lacks(text, "no packets");
	lacks(text, "lost");
	contains(text, "warning: all of the IPsec that arrives (198 k packets in the last 12 s) is "
		       "of SAs");
	contains(text, "--learn");
	contains(text, "namespace");
	free(text);
	snapshot_free(&s);
	/* Half as many of known SAs: that is no cause for alarm. */
	ring_state(maps, 1)->runs = 300000;
	assert_int_equal(snapshot_take(&s, maps, many_strays, NOW), 0);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	assert_null(strstr(text, "warning"));
	free(text);
	snapshot_free(&s);
}

/* Alone on its CPU since the other one is busy with something else: the sentence says so. */
static void text_other_work(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;
	char *text;

	add(maps, 1, 0x501, 1, 1000);
	make_round(maps);
	maps->report->round.why = ROUND_EVEN;
	maps->report->cpu[1].other = 340000;
	s = take(maps);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text, "CPU 1 is 34% busy with other work, which counts too.");
	free(text);
	maps->report->cpu[1].other = 0;
	snapshot_free(&s);
	s = take(maps);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	lacks(text, "busy with");
	free(text);
	snapshot_free(&s);
}

/* A loss is told with its time, and is news for an hour. */
static void text_losses(void **state)
{
	struct maps *maps = *state;
	struct lately *lately = &maps->report->lately;
	struct snapshot s;
	char *text;

	maps->host->stray_limit = 745;
	lately->mark[0] = (struct mark){.time_ns = NOW - 22000000000ull};
	lately->mark[1] = (struct mark){.time_ns = NOW - 12000000000ull,
					.lost = {[LOSS_STRAY_LIMIT] = 16}};
	lately->last_ns[LOSS_STRAY_RING] = NOW - 240000000000ull;
	lately->mark[0].lost[LOSS_STRAY_RING] = lately->mark[1].lost[LOSS_STRAY_RING] = 3;
	ring_state(maps, 1)->drops = 1234567;
	ring_state(maps, STRAY_RING)->drops = 3;
	s = take(maps);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text, "lost 1.23 M packets of SAs since the start (1.23 M in the last 22 s)");
	contains(text, "warning: full rings lost 3 strays since the start (the last 4 min ago)");
	contains(text, "--stray-limit 745 dropped 16 strays since the start (16 in the last 22 s)");
	contains(text, "1.23 M packets of SAs lost");
	free(text);
	snapshot_free(&s);
	/* An hour and a half later, without more of it: not a word, but of the SAs' in the headline. */
	lately->mark[0].time_ns += 5400000000000ull;
	lately->mark[1].time_ns += 5400000000000ull;
	lately->mark[0].lost[LOSS_SA_RING] = lately->mark[1].lost[LOSS_SA_RING] = 1234567;
	lately->mark[0].lost[LOSS_STRAY_LIMIT] = 16;
	lately->last_ns[LOSS_SA_RING] = lately->last_ns[LOSS_STRAY_LIMIT] = NOW;
	maps->host->heartbeat_ns = NOW + 5400000000000ull;
	assert_int_equal(snapshot_take(&s, maps, made_up_counts, NOW + 5400000000000ull), 0);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	assert_null(strstr(text, "warning"));
	contains(text, "1.23 M packets of SAs lost (the last 90 min ago).");
	free(text);
	snapshot_free(&s);
}

static void text_warnings(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;
	struct json_object *root;
	char *text;

	maps->host->heartbeat_ns = NOW - 34000000000ull;
	maps->report->table_full = 12;
	maps->report->lately.mark[0] = (struct mark){
		.time_ns = NOW - 12000000000ull, .known = 100, .lost = {[LOSS_STRAY_LIMIT] = 16}};
	ring_state(maps, 1)->drops = 1234567;
	ring_state(maps, STRAY_RING)->drops = 3;
	ring_state(maps, IKE_RING)->drops = 4;
	s = take(maps);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text, "warning: no daemon for 34 s");
	contains(text, "warning: the table is full: 12 SAs");
	contains(text, "warning: full rings lost 1.23 M packets of SAs");
	contains(text, "warning: full rings lost 3 strays");
	contains(text, "warning: full rings lost 4 packets of IKE");
	free(text);
	root = print_json(&s);
	assert_int_equal(json_object_array_length(member(root, "warnings")), 5);
	json_object_put(root);
	snapshot_free(&s);
}

/* Where the programs cannot read headers, nothing is steered: not a word would be the worst answer.
 */
static void text_headers_out_of_reach(void **state)
{
	struct maps *maps = *state;
	struct snapshot s;
	struct json_object *root;
	char *text;

	assert_int_equal(snapshot_take(&s, maps, all_beyond, NOW), 0);
	text = print(&s, false, (struct show_view){.interfaces = 1});
	contains(text, "warning: 31.0 k packets of IPsec were not steered");
	contains(text, "out of reach");
	free(text);
	root = print_json(&s);
	has_counts(root, "beyond", 31000, 277000000);
	json_object_put(root);
	snapshot_free(&s);
}

#define ON_MAPS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MAPS(empty_host),
		ON_MAPS(classes),
		ON_MAPS(cpus_and_imbalance),
		ON_MAPS(states),
		ON_MAPS(loads),
		ON_MAPS(moves_and_waits),
		ON_MAPS(heartbeats),
		ON_MAPS(nonsense),
		ON_MAPS(nonsense_rings),
		ON_MAPS(sorted),
		ON_MAPS(while_written),
		ON_MAPS(json_host),
		ON_MAPS(json_loads),
		ON_MAPS(json_sas),
		cmocka_unit_test(json_nothing),
		cmocka_unit_test(text_nothing),
		ON_MAPS(text_host),
		ON_MAPS(text_picked),
		ON_MAPS(text_fixed),
		ON_MAPS(text_unknown),
		ON_MAPS(text_other_work),
		ON_MAPS(text_losses),
		ON_MAPS(text_warnings),
		ON_MAPS(text_headers_out_of_reach),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
