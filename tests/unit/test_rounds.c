// SPDX-License-Identifier: GPL-2.0-only
// Rounds on plain memory: who takes part in them, and that idle SAs get where they belong all the
// same.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include "daemon/rounds.h"
#include "nic/cpus.h"
#include "place/assign.h"
#include "plain_sas.h"

enum { SAS = 256, CPUS = 4, ROUNDS = 20 };

static const uint64_t MS = 1000000;

struct fixture {
	struct plain_sas plain;
	struct run_options options;
	struct event_base *base;
	unsigned int pending;
	struct rounds *rounds;
	__u32 slot[SAS];
};

/* The time is what a test says. */
static uint64_t now_ns;

int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_cpus_times_read(const char *path, struct cpus_times *times);

int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	*time = (struct timespec){(time_t)(now_ns / 1000000000), (long)(now_ns % 1000000000)};
	return 0;
}

/* The CPUs do nothing but what we do not see of them. */
int __wrap_cpus_times_read(const char *path, struct cpus_times *times)
{
	return -ENOENT;
}

/* With CPUs that do nothing no SA costs anything: what the SA in this slot is said to. */
static double heavy_load;
static __u32 heavy_slot;

double __real_sas_loads_of(const struct sas_loads *loads, __u32 slot, double *doubt);
double __wrap_sas_loads_of(const struct sas_loads *loads, __u32 slot, double *doubt);

double __wrap_sas_loads_of(const struct sas_loads *loads, __u32 slot, double *doubt)
{
	double load = __real_sas_loads_of(loads, slot, doubt);

	return heavy_load > 0 && slot == heavy_slot ? heavy_load : load;
}

/* How many SAs had a part in the last round that decided something. */
static size_t took_part;

int __real_assign_round(struct assign *assign, const struct assign_limits *limits,
			const struct assign_sa *sa, size_t sas, const struct assign_cpu *cpu,
			size_t cpus, struct assign_result *result);
int __wrap_assign_round(struct assign *assign, const struct assign_limits *limits,
			const struct assign_sa *sa, size_t sas, const struct assign_cpu *cpu,
			size_t cpus, struct assign_result *result);

int __wrap_assign_round(struct assign *assign, const struct assign_limits *limits,
			const struct assign_sa *sa, size_t sas, const struct assign_cpu *cpu,
			size_t cpus, struct assign_result *result)
{
	took_part = sas;
	return __real_assign_round(assign, limits, sa, sas, cpu, cpus, result);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	now_ns = 1000 * MS;
	heavy_load = 0;
	f->options.interval = 500;
	f->base = event_base_new();
	assert_non_null(f->base);
	assert_int_equal(plain_sas_open(&f->plain, SAS + 8, CPUS), 0);
	f->rounds = rounds_new(f->base, &f->plain.sas, &f->options, &f->pending);
	assert_non_null(f->rounds);
	for (__u32 i = 0; i < SAS; i++) {
		int slot = plain_sas_add(&f->plain, 0x1000 + i, now_ns);

		assert_true(slot >= 0);
		f->slot[i] = (__u32)slot;
	}
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	rounds_free(f->rounds);
	event_base_free(f->base);
	plain_sas_close(&f->plain);
	free(f);
	return 0;
}

/* The first SA, on CPU 0, brings so many packets in each round, the others none. */
static void run(struct fixture *f, int rounds, __u64 packets)
{
	for (int round = 0; round < rounds; round++) {
		now_ns += 100 * MS;
		plain_sas_packets(&f->plain, f->slot[0], packets);
		rounds_run(f->rounds);
	}
}

static __u32 on(const struct fixture *f, __u32 cpu)
{
	__u32 sas = 0;

	for (int i = 0; i < SAS; i++)
		sas += sas_cpu(&f->plain.sas, f->slot[i]) == cpu;
	return sas;
}

static void use(struct fixture *f, __u32 cpu, bool used)
{
	if (used)
		CPU_SET(cpu, &f->plain.sas.roles.sas);
	else
		CPU_CLR(cpu, &f->plain.sas.roles.sas);
	f->plain.sas.homes++;
}

/* New SAs are expected to be as the others: where none has load they have no part. */
static void test_new_ones_without_load(void **state)
{
	struct fixture *f = *state;

	took_part = SAS;
	run(f, 1, 0);
	assert_int_equal(took_part, 0);
}

static void test_busy_are_those_with_load(void **state)
{
	struct fixture *f = *state;

	run(f, 3, 1000);
	assert_int_equal(f->plain.sas.known.busy, 1);
	assert_int_equal(f->plain.sas.known.count, SAS);
}

/* Idle ones too leave a CPU that is no longer used, however many rounds it takes. */
static void test_idle_leave_a_cpu(void **state)
{
	struct fixture *f = *state;

	run(f, 3, 1000);
	assert_true(on(f, 3) > 0);
	use(f, 3, false);
	run(f, ROUNDS, 1000);
	assert_int_equal(on(f, 3), 0);
	assert_int_equal(f->plain.sas.placed[3], 0);
}

/* An idle one that was put on a CPU by hand comes back to it once that is used again. */
static void test_idle_come_home(void **state)
{
	struct fixture *f = *state;
	struct sas *sas = &f->plain.sas;
	__u32 slot = f->slot[SAS - 1];
	int err;

	run(f, 3, 1000);
	err = sas_move_by_hand(sas, slot, 2, now_ns);
	assert_true(!err || err == -EALREADY);
	use(f, 2, false);
	run(f, ROUNDS, 1000);
	assert_int_not_equal(sas_cpu(sas, slot), 2);
	use(f, 2, true);
	run(f, 2, 1000);
	assert_int_equal(sas_cpu(sas, slot), 2);
}

/* What a file says of an idle SA may change; that moves it too. */
static void test_idle_follow_their_line(void **state)
{
	struct fixture *f = *state;
	struct sas *sas = &f->plain.sas;
	__u32 slot = f->slot[SAS - 1], to = (sas_cpu(sas, slot) + 1) % CPUS;
	struct sa sa = plain_sas_sa(0x1000 + SAS - 1);

	run(f, 3, 1000);
	sa.cpu = (int32_t)to;
	assert_int_equal(sas_update(sas, &sa), 0);
	run(f, 1, 1000);
	assert_int_equal(sas_cpu(sas, slot), to);
}

/* Idle ones had to go while nothing could be moved: they go when it can. */
static void test_still_then_not(void **state)
{
	struct fixture *f = *state;
	struct sas *sas = &f->plain.sas;

	run(f, 3, 1000);
	sas->placed_elsewhere = true;
	run(f, 2, 1000);
	use(f, 1, false);
	run(f, 3, 1000);
	assert_true(on(f, 1) > 0);
	sas->placed_elsewhere = false;
	run(f, ROUNDS, 1000);
	assert_int_equal(on(f, 1), 0);
}

/* A busy one leaves its CPU in a gap of its traffic, where its method wants that, and no sooner. */
static void test_busy_leaves_in_a_gap(void **state)
{
	struct fixture *f = *state;
	struct sas *sas = &f->plain.sas;

	sas->gap_ns = 40 * MS;
	sas->maps.labels[0].other = 1;
	run(f, 3, 1000);
	use(f, 0, false);
	for (int round = 0; round < ROUNDS; round++) {
		sas->maps.rare[f->slot[0]].seen = seen_time(now_ns + 90 * MS);
		run(f, 1, 1000);
	}
	assert_int_equal(sas_cpu(sas, f->slot[0]), 0);
	assert_int_equal(on(f, 0), 1);
	run(f, ROUNDS, 1000);
	assert_int_equal(on(f, 0), 0);
}

/* A rekeyed SA is where its predecessor is, and is known from its first round on. */
static void test_a_rekey_inherits(void **state)
{
	struct fixture *f = *state;
	struct sas *sas = &f->plain.sas;
	struct sa old = plain_sas_sa(0x2000), new = plain_sas_sa(0x2001);
	enum first_why why;

	old.reqid = new.reqid = 7;
	plain_sas_remove(&f->plain, 0x1000 + SAS - 1, now_ns);
	assert_int_equal(sas_add(sas, &old, now_ns, &why), 0);
	f->slot[0] = (__u32)sas_find(sas, &old.id);
	run(f, 5, 1000);
	plain_sas_remove(&f->plain, 0x1000 + SAS - 2, now_ns);
	assert_int_equal(sas_add(sas, &new, now_ns + 1, &why), 0);
	f->slot[1] = (__u32)sas_find(sas, &new.id);
	assert_int_equal(sas_cpu(sas, f->slot[1]), sas_cpu(sas, f->slot[0]));
	run(f, 1, 1000);
	assert_int_equal(table_cold(&sas->table, f->slot[1])->load, 0);
	f->slot[0] = f->slot[1];
	run(f, 1, 1000);
	assert_true(table_cold(&sas->table, f->slot[0])->load > 0);
	assert_int_not_equal(table_cold(&sas->table, f->slot[0])->load, LOAD_UNKNOWN);
}

/* Another one is not known before it has been seen for a round. */
static void test_a_new_one_is_unknown(void **state)
{
	struct fixture *f = *state;
	int slot;

	run(f, 5, 1000);
	plain_sas_remove(&f->plain, 0x1000 + SAS - 1, now_ns);
	slot = plain_sas_add(&f->plain, 0x2000, now_ns + 1);
	assert_true(slot >= 0);
	run(f, 1, 1000);
	assert_int_equal(table_cold(&f->plain.sas.table, (__u32)slot)->load, LOAD_UNKNOWN);
}

/* The heir of a heavy SA may stay beside it until it is the heavy one, though it is idle yet. */
static void test_heir_stays_on_the_kept_cpu(void **state)
{
	struct fixture *f = *state;
	struct sas *sas = &f->plain.sas;
	const struct kept *kept = rounds_kept(f->rounds);
	struct sa old = plain_sas_sa(0x2000), new = plain_sas_sa(0x2001);
	enum first_why why;

	old.reqid = new.reqid = 7;
	assert_int_equal(sas_add(sas, &old, now_ns, &why), 0);
	f->slot[0] = heavy_slot = (__u32)sas_find(sas, &old.id);
	heavy_load = 0.8;
	run(f, 30 + ROUNDS, 1000);
	assert_int_equal(kept->cpu, sas_cpu(sas, f->slot[0]));
	assert_int_equal(sas_add(sas, &new, now_ns + 1, &why), 0);
	f->slot[1] = (__u32)sas_find(sas, &new.id);
	assert_int_equal(sas_cpu(sas, f->slot[1]), kept->cpu);
	sas->homes++; /* all take part */
	run(f, 3, 1000);
	assert_int_equal(sas_cpu(sas, f->slot[1]), kept->cpu);
}

/* A per-CPU SA begins on its CPU, and leaves it as any other when that is taken or busy. */
static void test_per_cpu_sas_are_moved_too(void **state)
{
	struct fixture *f = *state;
	struct sas *sas = &f->plain.sas;
	struct sa sa[2] = {plain_sas_sa(0x2000), plain_sas_sa(0x2001)};
	enum first_why why;
	__u32 slot[2];

	for (int i = 0; i < 2; i++) {
		sa[i].pcpu = 2 + i;
		assert_int_equal(sas_add(sas, &sa[i], now_ns, &why), 0);
		slot[i] = (__u32)sas_find(sas, &sa[i].id);
		assert_int_equal(why, FIRST_ANY);
		assert_int_equal(sas_cpu(sas, slot[i]), 2 + i);
	}
	use(f, 3, false);
	run(f, ROUNDS, 1000);
	assert_int_not_equal(sas_cpu(sas, slot[1]), 3);
	assert_int_equal(sas_cpu(sas, slot[0]), 2);
	use(f, 3, true);
	assert_int_equal(sas_move_by_hand(sas, f->slot[0], 2, now_ns), 0);
	heavy_slot = f->slot[0];
	heavy_load = 0.8;
	run(f, 30 + ROUNDS, 1000);
	assert_int_equal(rounds_kept(f->rounds)->cpu, 2);
	assert_int_not_equal(sas_cpu(sas, slot[0]), 2);
	assert_int_equal(sas_move_by_hand(sas, slot[1], 3, now_ns), 0);
}

/* One whose CPU takes no SAs is placed as any other; the heir of one that was moved stays with it.
 */
static void test_a_per_cpu_number_is_a_wish(void **state)
{
	struct fixture *f = *state;
	struct sas *sas = &f->plain.sas;
	struct sa sa = plain_sas_sa(0x2000);
	enum first_why why;
	__u32 slot;

	use(f, 3, false);
	sa.pcpu = 3;
	sa.reqid = 7;
	assert_int_equal(sas_add(sas, &sa, now_ns, &why), 0);
	assert_int_equal(why, FIRST_ANY);
	slot = f->slot[0] = (__u32)sas_find(sas, &sa.id);
	assert_int_not_equal(sas_cpu(sas, slot), 3);
	run(f, 5, 1000);
	use(f, 3, true);
	run(f, 1, 1000);
	sa.id.spi = 0x2001;
	assert_int_equal(sas_add(sas, &sa, now_ns + 1, &why), 0);
	assert_int_equal(sas_cpu(sas, (__u32)sas_find(sas, &sa.id)), sas_cpu(sas, slot));
}

/*
 * An SA that was placed before its number was known goes to its CPU once, idle or not, unless it
 * was put elsewhere by hand.
 */
static void test_a_number_that_comes_late(void **state)
{
	struct fixture *f = *state;
	struct sas *sas = &f->plain.sas;
	__u32 slot = f->slot[SAS - 1], hand = f->slot[SAS - 2];
	__u32 to = (sas_cpu(sas, slot) + 1) % CPUS, then;
	struct sa sa = plain_sas_sa(0x1000 + SAS - 1);

	run(f, 3, 1000);
	sa.pcpu = (int32_t)to;
	assert_int_equal(sas_update(sas, &sa), 0);
	assert_int_equal(sas_wished_cpu(sas, slot), to);
	run(f, 1, 1000);
	assert_int_equal(sas_cpu(sas, slot), to);
	assert_int_equal(sas_wished_cpu(sas, slot), -1);
	use(f, to, false);
	run(f, ROUNDS, 1000);
	use(f, to, true);
	assert_int_equal(sas_update(sas, &sa), 0);
	assert_int_equal(sas_wished_cpu(sas, slot), -1);

	then = sas_cpu(sas, hand);
	assert_int_equal(sas_move_by_hand(sas, hand, then, now_ns), -EALREADY);
	sa = plain_sas_sa(0x1000 + SAS - 2);
	sa.pcpu = (int32_t)((then + 1) % CPUS);
	assert_int_equal(sas_update(sas, &sa), 0);
	run(f, ROUNDS, 1000);
	assert_int_equal(sas_cpu(sas, hand), then);
}

/* A heavy SA has its CPU for itself: idle ones leave it, and none comes, until it is heavy no more. */
static void test_heavy_keeps_a_cpu(void **state)
{
	struct fixture *f = *state;
	const struct kept *kept = rounds_kept(f->rounds);
	__u32 cpu;

	heavy_slot = f->slot[0];
	heavy_load = 0.8;
	run(f, 10, 1000);
	assert_int_equal(kept->cpu, -1); /* for a second is not long enough */
	run(f, 30 + ROUNDS, 1000);
	cpu = sas_cpu(&f->plain.sas, f->slot[0]);
	assert_int_equal(kept->cpu, cpu);
	assert_int_equal(kept_slot(kept, &f->plain.sas), f->slot[0]);
	assert_int_equal(on(f, cpu), 1);
	assert_int_equal(f->plain.sas.maps.report->round.kept_cpu, cpu);
	for (__u32 i = 0; i < 8; i++) {
		int slot = plain_sas_add(&f->plain, 0x2000 + i, now_ns);

		assert_true(slot >= 0);
		assert_int_not_equal(sas_cpu(&f->plain.sas, (__u32)slot), cpu);
	}
	heavy_load = 0.1;
	run(f, 90, 1000);
	assert_int_equal(kept->cpu, cpu);
	run(f, 20, 1000);
	assert_int_equal(kept->cpu, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_new_ones_without_load, setup, teardown),
		cmocka_unit_test_setup_teardown(test_busy_are_those_with_load, setup, teardown),
		cmocka_unit_test_setup_teardown(test_idle_leave_a_cpu, setup, teardown),
		cmocka_unit_test_setup_teardown(test_idle_come_home, setup, teardown),
		cmocka_unit_test_setup_teardown(test_idle_follow_their_line, setup, teardown),
		cmocka_unit_test_setup_teardown(test_still_then_not, setup, teardown),
		cmocka_unit_test_setup_teardown(test_busy_leaves_in_a_gap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_rekey_inherits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_new_one_is_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_per_cpu_sas_are_moved_too, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_number_that_comes_late, setup, teardown),
		cmocka_unit_test_setup_teardown(test_a_per_cpu_number_is_a_wish, setup, teardown),
		cmocka_unit_test_setup_teardown(test_heavy_keeps_a_cpu, setup, teardown),
		cmocka_unit_test_setup_teardown(test_heir_stays_on_the_kept_cpu, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
