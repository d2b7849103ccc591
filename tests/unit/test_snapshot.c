// SPDX-License-Identifier: GPL-2.0-only
// What a snapshot tells of made-up maps.
#include "cmd/show/print.h"
#include "snapshot_fixture.h"

#include <arpa/inet.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>

#include <cmocka.h>

static int no_counts(const struct maps *maps, unsigned int index, struct interface_counts *sum)
{
	return -EIO;
}

static void empty_host(void **state)
{
	struct snapshot s = take(*state);

	assert_int_equal(s.sas, 0);
	assert_int_equal(s.slots, SLOTS);
	assert_int_equal(s.interfaces, 1);
	assert_int_equal(s.interface[0].ifindex, 7);
	assert_string_equal(s.interface[0].name, "eth7");
	assert_string_equal(s.interface[0].method_name, "xdp");
	assert_ptr_equal(s.interface[0].method, method_find("xdp"));
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
	assert_int_equal(s.by_class[CLASS_IKE].packets, 10 + CLASS_IKE + 100);
	assert_int_equal(s.by_class[CLASS_IKE].bytes, 1000 + CLASS_IKE + 5000);
	assert_int_equal(s.by_class[CLASS_STRAY].packets, 10 + CLASS_STRAY);
	assert_int_equal(s.by_class[CLASS_LIMITED].bytes, 1000 + CLASS_LIMITED);
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
	add(maps, 2, 0x202, 1, 1)->flags = COLD_LARVAL | COLD_UDP | COLD_ANY_PORT;
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
	assert_true(find(&s, 0x202)->any_port);
	assert_false(find(&s, 0x201)->any_port);
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

#define ON_MAPS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_MAPS(empty_host), ON_MAPS(classes), ON_MAPS(cpus_and_imbalance),
		ON_MAPS(states),     ON_MAPS(loads),   ON_MAPS(moves_and_waits),
		ON_MAPS(heartbeats), ON_MAPS(sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
