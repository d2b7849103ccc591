// SPDX-License-Identifier: GPL-2.0-only
// The simulator's time, user space, and scheduler.
#include "handover_sim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

__u32 pick(struct sim *sim, __u32 below)
{
	sim->random ^= sim->random << 13;
	sim->random ^= sim->random >> 7;
	sim->random ^= sim->random << 17;
	return (sim->random >> 11) % below;
}

__u64 coarse(const struct sim *sim)
{
	return sim->now_ns - sim->now_ns % COARSE_NS;
}
void sim_pass(struct sim *sim, __u64 ns)
{
	for (int i = 0; i < sim->config.receivers; i++) {
		struct receiver *r = &sim->receiver[i];

		while (r->stage != IDLE && r->poll_ns + POLL_NS < sim->now_ns + ns)
			receiver_step(sim, r);
	}
	for (__u32 i = 1; i < RINGS; i++) {
		struct thread *t = &sim->thread[i];

		while (thread_in_program(t) && t->read_ns + POLL_NS < sim->now_ns + ns)
			thread_step(sim, t);
	}
	if (oldest(sim) < sim->now_ns + ns - LONG_NS)
		drain_rings(sim);
	sim->now_ns += ns;
}

/* Some seeds are all bursts and pauses, some run evenly; one ring may stand still for a while. */
static void choose_weights(struct sim *sim)
{
	for (__u32 i = 0; i < RECEIVERS + RINGS; i++)
		sim->weight[i] = 1 + pick(sim, pick(sim, 2) ? 4 : 64);
	for (int i = sim->config.receivers; i < RECEIVERS; i++)
		sim->weight[i] = 0;
	sim->weight[RECEIVERS] = 0; /* ring number 0 */
	if (!pick(sim, 2))
		sim->weight[RECEIVERS + 1 + pick(sim, RINGS - 1)] = 0;
	if (!pick(sim, 3))
		sim->weight[pick(sim, RECEIVERS)] = 0;
	sim->weight[RECEIVERS + RINGS] = 1 + pick(sim, 4);
}

/* The CPU of a ring goes offline for a moment: its thread runs elsewhere from then on. */
static void lose_a_cpu(struct sim *sim)
{
	struct thread *t = &sim->thread[1 + pick(sim, RINGS - 1)];

	t->astray |= t->stage == IDLE && !pick(sim, 4);
}

static void pass_some(struct sim *sim)
{
	__u32 chance = pick(sim, 20000);

	if (!chance)
		sim_pass(sim, HANDOVER_SILENCE_NS + pick(sim, 1000) * 1000000ull);
	else if (chance < 20)
		sim_pass(sim, pick(sim, 200) * 1000000ull);
	else
		sim_pass(sim, pick(sim, sim->step_ns));
}

static __u32 known_sa(struct sim *sim)
{
	__u32 first = pick(sim, sim->config.sas);

	for (int i = 0; i < sim->config.sas; i++)
		if (sim->sa[(first + i) % sim->config.sas].known)
			return (first + i) % sim->config.sas;
	return SAS;
}

static void user_move(struct sim *sim)
{
	__u32 sa = known_sa(sim), into = 1 + pick(sim, SA_RINGS_USED);
	int slot;

	if (sa == SAS || sim->config.no_moves)
		return;
	slot = table_find(&sim->table, sim->sa[sa].key);
	assert_true(slot >= 0);
	sim->result.begun += !moves_begin(&sim->moves, slot, into, sim->now_ns);
}

static void user_delete(struct sim *sim)
{
	__u32 at = known_sa(sim);
	int slot;

	if (at == SAS || sim->config.no_deletes)
		return;
	slot = table_find(&sim->table, sim->sa[at].key);
	table_remove(&sim->table, slot, sim->now_ns);
	moves_forget(&sim->moves, slot, sim->now_ns);
	memset(&sim->sa[at], 0, sizeof(sim->sa[at]));
	sim->sa[at].key = (__u64)++sim->spi << 12;
}

/* A stray becomes known: on its stray ring first, if it came within the last second. */
static void user_insert(struct sim *sim, struct sa_state *sa)
{
	bool late = sa->stray_ns && sim->now_ns < sa->stray_ns + HANDOVER_SILENCE_NS;
	int slot = table_free_slot(&sim->table, sa->key, sim->now_ns), record = -1;
	__u32 own = 1 + pick(sim, SA_RINGS_USED), taken;
	struct entry entry = {.to = own, .own = own, .record = NO_MOVE};

	if (slot < 0)
		return;
	if (late && !sim->config.unprotected) {
		record = moves_reserve(&sim->moves, STRAY_RING, own, sim->now_ns);
		if (record < 0)
			return;
		entry.to = STRAY_RING;
		entry.record = record;
		moves_bind(&sim->moves, record, slot);
	}
	assert_int_equal(table_insert(&sim->table, sa->key, &entry, sim->now_ns, &taken), 0);
	assert_int_equal(taken, slot);
	sa->known = true;
	sim->result.begun += record >= 0;
}

static void step(struct sim *sim, bool user);

/* User space is interrupted now and then, and the others go on. */
static void hold_up(struct sim *sim)
{
	for (__u32 i = pick(sim, 3) ? 0 : pick(sim, 300); i; i--)
		step(sim, false);
}

static void user_step(struct sim *sim)
{
	__u32 chance = pick(sim, 100);
	struct sa_state *sa = &sim->sa[pick(sim, sim->config.sas)];
	__u64 now_ns;

	if (chance < 60) {
		now_ns = sim->now_ns;
		hold_up(sim);
		sim->result.finished += moves_poll(&sim->moves, now_ns);
	} else if (chance < 90) {
		user_move(sim);
	} else if (chance < 97) {
		if (!sa->known)
			user_insert(sim, sa);
	} else if (chance < 98) {
		user_delete(sim);
	} else {
		moves_init(&sim->moves, &sim->maps, &sim->table); /* adopted by the next daemon */
	}
}

static void step(struct sim *sim, bool user)
{
	__u32 sum = 0, at, actors = RECEIVERS + RINGS + user;

	for (__u32 i = 0; i < actors; i++)
		sum += sim->weight[i];
	at = pick(sim, sum);
	for (sum = 0;; sum++) {
		if (at < sim->weight[sum])
			break;
		at -= sim->weight[sum];
	}
	if (sum < RECEIVERS)
		receiver_step(sim, &sim->receiver[sum]);
	else if (sum < RECEIVERS + RINGS)
		thread_step(sim, &sim->thread[sum - RECEIVERS]);
	else
		user_step(sim);
	pass_some(sim);
}

int __real_table_set(struct table *table, __u32 slot, __u64 expected, __u64 word);
int __wrap_table_set(struct table *table, __u32 slot, __u64 expected, __u64 word);

/* User space has looked and decided; much may happen before its word is set, and after. */
int __wrap_table_set(struct table *table, __u32 slot, __u64 expected, __u64 word)
{
	struct sim *sim = (void *)((char *)table - offsetof(struct sim, table));
	int err;

	if (sim->calm)
		return __real_table_set(table, slot, expected, word);
	hold_up(sim);
	SHARED(table->warm[slot].at_rest) = 0;
	hold_up(sim);
	err = __real_table_set(table, slot, expected, word);
	hold_up(sim);
	return err;
}

struct sim *sim_new(const struct config *config)
{
	struct sim *sim = calloc(1, sizeof(*sim));

	assert_non_null(sim);
	sim->config = *config;
	sim->random = (config->seed + 1) * 0x9e3779b97f4a7c15ull;
	sim->now_ns = 5000000000ull;
	sim->step_ns = 1000ull << pick(sim, 14);
	sim->period = 512 << pick(sim, 5);
	sim->host = (struct host){.cpus = RECEIVERS, .moves = RECORDS, .rings = RINGS};
	sim->host.shape = (struct sa_table_shape){.bits = BITS, .seed = config->seed};
	sim->host.batch = config->batch ? config->batch : config->gro ? BATCH + GRO_MAX : BATCH;
	sim->maps = (struct maps){.host = &sim->host,
				  .report = &sim->report,
				  .table = sim->buckets,
				  .warm = sim->warm,
				  .rare = sim->rare,
				  .cold = sim->cold,
				  .ring_states = sim->ring_state,
				  .records = sim->record,
				  .lines = sim->line};
	sim->table = (struct table){.shape = sim->host.shape,
				    .buckets = sim->buckets,
				    .overflows = sim->overflows,
				    .warm = sim->warm,
				    .rare = sim->rare,
				    .cold = sim->cold,
				    .colds = SLOTS,
				    .spare = sim->spare};
	for (int i = 0; i < SLOTS; i++)
		sim->warm[i].record = NO_MOVE;
	assert_int_equal(table_take_stock(&sim->table), 0);
	for (int i = 0; i < RINGS; i++) {
		sim->thread[i].queue.limit = pick(sim, 3) ? FIFO_MAX : 16 + pick(sim, 64);
		sim->thread[i].passed.limit = FIFO_MAX;
	}
	for (int i = 0; i < config->sas; i++)
		sim->sa[i].key = (__u64)++sim->spi << 12;
	moves_init(&sim->moves, &sim->maps, &sim->table);
	for (int i = 0; i < config->sas && config->no_moves; i++)
		user_insert(sim, &sim->sa[i]);
	sim->moves.unprotected = config->unprotected;
	return sim;
}

/* The wire falls silent: every move must end, and every frame must have been counted once. */
static void settle(struct sim *sim)
{
	sim->quiet = true;
	for (int i = 0; i < 40; i++) {
		sim_pass(sim, HANDOVER_SILENCE_NS / 10);
		drain_rings(sim);
		sim->result.finished += moves_poll(&sim->moves, sim->now_ns);
	}
	for (int i = 0; i < sim->config.sas; i++) {
		__u64 word;
		int slot = table_lookup(&sim->table, sim->sa[i].key, &word);

		if (slot < 0)
			continue;
		sim->result.stuck |= sa_word_to(word) != sa_word_own(word);
		sim->result.miscounted |= maps_counted(&sim->maps, (__u32)slot).packets !=
					  sim->sa[i].counted;
	}
	sim->result.stuck |= sim->moves.active != 0;
}

void sim_receive(struct sim *sim, int receiver, int frames)
{
	struct receiver *r = &sim->receiver[receiver];

	receiver_step(sim, r);
	r->budget = frames;
	while (r->stage != IDLE)
		receiver_step(sim, r);
}

void sim_batch(struct sim *sim, __u32 ring)
{
	do
		thread_step(sim, &sim->thread[ring]);
	while (sim->thread[ring].stage != IDLE);
}

struct result sim_run(const struct config *config)
{
	struct sim *sim = sim_new(config);
	struct result result;

	for (int i = 0; i < config->steps; i++) {
		if (!(i % sim->period)) {
			choose_weights(sim);
			lose_a_cpu(sim);
		}
		step(sim, true);
	}
	settle(sim);
	result = sim->result;
	free(sim);
	return result;
}
