// SPDX-License-Identifier: GPL-2.0-only
// Moves: the promise of docs/moves.md over many simulated runs, and user space's part by itself.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include "handover_sim.h"

static struct config config_of(__u64 seed)
{
	return (struct config){
		.seed = seed,
		.receivers = 1 + seed % 3,
		.sas = 1 + seed / 3 % SAS,
		.gro = seed / 12 % 2,
		.no_room = seed / 24 % 2,
		.no_deletes = seed / 48 % 2,
		.share_cpus = seed / 96 % 2,
		.steps = 20000,
	};
}

static __u64 from_environment(const char *name, __u64 otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : otherwise;
}

static void add(struct result *sum, const struct result *one)
{
	sum->late += one->late;
	sum->lost += one->lost;
	sum->strewn += one->strewn;
	sum->sent += one->sent;
	sum->begun += one->begun;
	sum->finished += one->finished;
	if (one->worst > sum->worst)
		sum->worst = one->worst;
	if (one->worst_seq > sum->worst_seq)
		sum->worst_seq = one->worst_seq;
}

/* HANDOVER_SEEDS and HANDOVER_FIRST choose other seeds than the 2,000 from 0. */
static void test_promise(void **state)
{
	__u64 first = from_environment("HANDOVER_FIRST", 0);
	__u64 seeds = from_environment("HANDOVER_SEEDS", 2000);
	struct result sum[2] = {0};

	for (__u64 seed = first; seed < first + seeds; seed++) {
		struct config config = config_of(seed);
		struct result r = sim_run(&config);

		if (r.worst >= (config.gro ? BATCH + GRO_MAX : BATCH) || r.strewn || r.miscounted ||
		    r.stuck)
			fail_msg("seed %llu: worst %u, strewn %u, miscounted %d, stuck %d",
				 (unsigned long long)seed, r.worst, r.strewn, r.miscounted,
				 r.stuck);
		add(&sum[config.gro], &r);
	}
	for (int gro = 0; gro < 2; gro++)
		print_message(
			"%s: %u sent, %u lost, %u moves begun, %u finished, %u late, worst %u "
			"frames, %u by number\n",
			gro ? "GRO" : "no GRO", sum[gro].sent, sum[gro].lost, sum[gro].begun,
			sum[gro].finished, sum[gro].late, sum[gro].worst, sum[gro].worst_seq);
	assert_true(sum[0].finished > seeds && sum[0].lost);
}

static void test_order_without_moves(void **state)
{
	struct result sum = {0};

	for (__u64 seed = 0; seed < 300; seed++) {
		struct config config = config_of(seed);
		struct result r;

		config.no_moves = config.no_deletes = true;
		r = sim_run(&config);
		assert_false(r.miscounted || r.stuck || r.strewn);
		add(&sum, &r);
	}
	assert_int_equal(sum.late, 0);
	assert_true(sum.sent > 100000);
}

/* That the simulator sees what the hand-over is for. */
static void test_unprotected_is_seen(void **state)
{
	struct result sum = {0};

	for (__u64 seed = 0; seed < 50; seed++) {
		struct config config = config_of(seed);
		struct result r;

		config.unprotected = true;
		r = sim_run(&config);
		add(&sum, &r);
	}
	print_message("%u moves, %u late, worst %u\n", sum.begun, sum.late, sum.worst);
	assert_true(sum.worst >= BATCH + GRO_MAX);
}

/*
 * One frame at a time, each on a way that is empty: a move must end by its tickets, well before
 * silence would end it.
 */
static void test_moves_end(void **state)
{
	for (__u64 seed = 0; seed < 96; seed++) {
		struct config config = config_of(seed);
		__u64 word, began_ns;
		struct sim *sim;
		int slot;

		config.no_moves = true;
		config.sas = 1;
		sim = sim_new(&config);
		sim->calm = true;
		began_ns = sim->now_ns;
		slot = table_lookup(&sim->table, sim->sa[0].key, &word);
		assert_int_equal(moves_begin(&sim->moves, slot,
					     1 + sa_word_own(word) % SA_RINGS_USED, sim->now_ns),
				 0);
		while (sim->moves.active && sim->now_ns < began_ns + HANDOVER_SILENCE_NS) {
			for (int i = 0; i < config.receivers; i++) {
				sim_receive(sim, i, 1);
				drain_rings(sim);
			}
			sim_pass(sim, 5000000);
			moves_poll(&sim->moves, sim->now_ns);
		}
		assert_true(sim->now_ns < began_ns + HANDOVER_SILENCE_NS / 2);
		assert_int_equal(table_cold(&sim->table, slot)->moves, 1);
		assert_int_equal(sim->result.late, 0);
		free(sim);
	}
}

/* Sends frames of one SA, as one receiving CPU in one poll. */
static void send_frames(struct sim *sim, __u32 sa, int frames)
{
	sim->burst = sa;
	sim_receive(sim, 0, frames);
}

static void poll_until(struct sim *sim, __u64 ns)
{
	for (__u64 end = sim->now_ns + ns; sim->now_ns < end; sim->now_ns += 5000000)
		moves_poll(&sim->moves, sim->now_ns);
}

/*
 * GRO on the old ring holds three frames of before the move, and a hundred more go another way: by
 * less than GRO may hold and a batch, however long it takes.
 */
static void test_held_by_gro(void **state)
{
	enum { FROM = 1, INTO = 2 };
	const struct config config = {.receivers = 1, .sas = 2, .no_moves = true, .gro = true};
	struct sim *sim = sim_new(&config);
	__u64 word;
	int slot;

	sim->calm = true;
	for (int i = 0; i < RINGS; i++)
		sim->thread[i].queue.limit = FIFO_MAX;
	for (int i = 0; i < 2; i++) {
		slot = table_lookup(&sim->table, sim->sa[i].key, &word);
		assert_int_equal(
			table_set(&sim->table, slot, word, sa_word(sim->sa[i].key, FROM, FROM, 0)),
			0);
	}
	send_frames(sim, 1, 3);
	send_frames(sim, 0, 10); /* of the other SA, so that the ring is never empty */
	sim_batch(sim, FROM);
	assert_int_equal(moves_begin(&sim->moves, slot, INTO, sim->now_ns), 0);
	poll_until(sim, 2 * HANDOVER_REST_NS);
	send_frames(sim, 1, 1); /* with a ticket that is late enough */
	send_frames(sim, 0, 30);
	for (int i = 0; i < 3; i++)
		sim_batch(sim, FROM);
	assert_int_equal(sim->thread[FROM].passed.count, 3 + 5 + 3 * BATCH - 1);
	for (int i = 0; i < 100; i++)
		send_frames(sim, 1, 1);
	while (sim->thread[INTO].queue.count)
		sim_batch(sim, INTO);
	drain_rings(sim);
	assert_int_equal(sim->sa[1].delivered[0], 104);
	print_message("%u late, worst %u\n", sim->result.late, sim->result.worst);
	assert_true(sim->result.worst < BATCH + GRO_MAX);
	free(sim);
}

/* A simulator of which only user space runs, with one SA at rest in *slot. */
static struct sim *still(int *slot, __u64 *word)
{
	const struct config config = {.receivers = 1, .sas = 1, .no_moves = true};
	struct sim *sim = sim_new(&config);

	sim->calm = true;
	*slot = table_lookup(&sim->table, sim->sa[0].key, word);
	return sim;
}

static int poll_after(struct sim *sim, __u64 ns)
{
	sim->now_ns += ns;
	return moves_poll(&sim->moves, sim->now_ns);
}

static int begin(struct sim *sim, __u32 slot, __u32 into)
{
	return moves_begin(&sim->moves, slot, into, sim->now_ns);
}

static void test_begin(void **state)
{
	__u32 other;
	__u64 word;
	int slot;
	struct sim *sim = still(&slot, &word);

	other = 1 + sa_word_own(word) % SA_RINGS_USED;
	assert_int_equal(begin(sim, slot, sa_word_own(word)), -EALREADY);
	assert_int_equal(begin(sim, slot ^ 1, other), -ENOENT);
	assert_int_equal(begin(sim, slot, other), 0);
	assert_int_equal(
		table_word(&sim->table, slot),
		sa_word(sa_word_key(word), sa_word_to(word), other, sa_word_flags(word) ^ SA_PAIR));
	assert_int_equal(begin(sim, slot, other), -EBUSY);
	assert_int_equal(sim->moves.active, 1);
	assert_int_equal(poll_after(sim, 0), 0);
	assert_int_equal(poll_after(sim, HANDOVER_SILENCE_NS + HANDOVER_REST_NS), 0);
	assert_int_equal(poll_after(sim, 1), 0);
	assert_int_equal(poll_after(sim, HANDOVER_REST_NS), 1);
	assert_int_equal(sa_word_to(table_word(&sim->table, slot)), other);
	assert_false(sa_word_flags(table_word(&sim->table, slot)) & SA_PAIR);
	/* Over, but somebody may still go by the old word. */
	assert_int_equal(begin(sim, slot, other), -EALREADY);
	assert_int_equal(begin(sim, slot, sa_word_own(word)), -EBUSY);
	assert_int_equal(poll_after(sim, 5 * HANDOVER_REST_NS), 0);
	assert_int_equal(sim->moves.active, 0);
	assert_int_equal(begin(sim, slot, sa_word_own(word)), -EBUSY);
	sim->now_ns += HANDOVER_REST_NS;
	assert_int_equal(begin(sim, slot, sa_word_own(word)), 0);
	assert_int_equal(table_cold(&sim->table, slot)->moves, 1);
	free(sim);
}

/* A record is used by one move at a time, and rests for the time of silence. */
static void test_records(void **state)
{
	__u64 word;
	int slot, first;
	struct sim *sim = still(&slot, &word);

	for (int i = 0; i < RECORDS; i++)
		assert_int_equal(moves_reserve(&sim->moves, 1, 2, sim->now_ns), i);
	assert_int_equal(moves_reserve(&sim->moves, 1, 2, sim->now_ns), -EAGAIN);
	assert_int_equal(begin(sim, slot, 1 + sa_word_own(word) % SA_RINGS_USED), -EAGAIN);
	first = sim->record[3].generation;
	moves_drop(&sim->moves, 3, sim->now_ns);
	sim->now_ns += HANDOVER_SILENCE_NS - 1;
	assert_int_equal(moves_reserve(&sim->moves, 1, 2, sim->now_ns), -EAGAIN);
	sim->now_ns++;
	assert_int_equal(moves_reserve(&sim->moves, 1, 2, sim->now_ns), 3);
	assert_int_not_equal(sim->record[3].generation, first);
	assert_int_equal(sim->moves.active, RECORDS);
	free(sim);
}

/* What a daemon that died left is put in order by the next one. */
static void test_left_half_way(void **state)
{
	__u32 other;
	__u64 word;
	int slot;
	struct sim *sim = still(&slot, &word);

	other = 1 + sa_word_own(word) % SA_RINGS_USED;
	moves_reserve(&sim->moves, 1, 2, sim->now_ns); /* no more than reserved */
	sim->warm[slot].record = 1;
	moves_reserve(&sim->moves, sa_word_to(word), other, sim->now_ns);
	moves_bind(&sim->moves, 1, slot); /* the word not yet set */
	moves_init(&sim->moves, &sim->maps, &sim->table);
	assert_int_equal(sim->moves.active, 2);
	assert_int_equal(poll_after(sim, 0), 0);
	assert_int_equal(sim->moves.active, 0);
	assert_int_equal(table_word(&sim->table, slot), word);
	sim->now_ns += HANDOVER_REST_NS;
	assert_int_equal(begin(sim, slot, other), 0);
	/* The move under way is finished by whoever comes next. */
	moves_init(&sim->moves, &sim->maps, &sim->table);
	for (int i = 0; i < 8; i++)
		poll_after(sim, HANDOVER_SILENCE_NS);
	assert_int_equal(sim->moves.active, 0);
	assert_int_equal(sa_word_to(table_word(&sim->table, slot)), other);
	free(sim);
}
int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_promise),
		cmocka_unit_test(test_order_without_moves),
		cmocka_unit_test(test_unprotected_is_seen),
		cmocka_unit_test(test_moves_end),
		cmocka_unit_test(test_held_by_gro),
		cmocka_unit_test(test_begin),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_left_half_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
