// SPDX-License-Identifier: GPL-2.0-only
// Placements on a trace, round by round.
#include "predict/placed.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_ROOM = 1024,
	QUIET_ROUNDS = 40, /* rounds without a packet after which nothing is remembered any more */
	BEST_ROUNDS = 1000,
};

/*
 * CPUs 0 to n - 1, with the roles that `run` gives them: those for SAs come first, for the one set
 * aside for strays is the last.
 */
static void take_roles(uint32_t n, struct cpu_roles *roles, size_t *sas, int *stray)
{
	cpu_set_t cpus, none;

	CPU_ZERO(&cpus);
	CPU_ZERO(&none);
	for (uint32_t cpu = 0; cpu < n; cpu++)
		CPU_SET(cpu, &cpus);
	first_roles(&cpus, &none, -1, roles);
	*sas = CPU_COUNT(&roles->sas);
	*stray = (int)n - 1;
}

static int on_init(struct placed_on *on, uint32_t cpus)
{
	on->number = cpus;
	take_roles(cpus, &on->roles, &on->cpus, &on->stray);
	on->assign = assign_new(FIRST_ROOM, on->cpus);
	on->cpu = malloc(FIRST_ROOM * sizeof(*on->cpu));
	if (!on->assign || !on->cpu)
		return -ENOMEM;
	return spread_init(&on->spread, cpus);
}

static void on_free(struct placed_on *on)
{
	assign_free(on->assign);
	free(on->cpu);
	spread_free(&on->spread);
}

int placed_init(struct placed *placed, struct flows *flows, const uint32_t *cpus, size_t numbers)
{
	*placed = (struct placed){.flows = flows, .room = FIRST_ROOM, .numbers = numbers};
	placed->sa = malloc(FIRST_ROOM * sizeof(*placed->sa));
	placed->scratch = malloc(FIRST_ROOM * sizeof(*placed->scratch));
	placed->on = calloc(numbers ? numbers : 1, sizeof(*placed->on));
	if (!placed->sa || !placed->scratch || !placed->on)
		goto failed;
	for (size_t i = 0; i < numbers; i++)
		if (on_init(&placed->on[i], cpus[i]))
			goto failed;
	return 0;
failed:
	placed_free(placed);
	return -ENOMEM;
}

void placed_free(struct placed *placed)
{
	for (size_t i = 0; placed->on && i < placed->numbers; i++)
		on_free(&placed->on[i]);
	free(placed->on);
	free(placed->sa);
	free(placed->scratch);
	*placed = (struct placed){0};
}

static int enlarge(void *array, size_t size)
{
	void **memory = array, *larger = realloc(*memory, size);

	if (!larger)
		return -ENOMEM;
	*memory = larger;
	return 0;
}

static int on_enlarge(struct placed_on *on, uint32_t room)
{
	struct assign *assign = assign_new(room, on->cpus);

	if (!assign)
		return -ENOMEM;
	assign_free(on->assign);
	on->assign = assign;
	return enlarge(&on->cpu, room * sizeof(*on->cpu));
}

static int make_room(struct placed *placed)
{
	uint32_t room = placed->room * 2;
	int err;

	if (placed->sas < placed->room)
		return 0;
	err = enlarge(&placed->sa, room * sizeof(*placed->sa));
	if (!err)
		err = enlarge(&placed->scratch, room * sizeof(*placed->scratch));
	for (size_t i = 0; i < placed->numbers && !err; i++)
		err = on_enlarge(&placed->on[i], room);
	if (!err)
		placed->room = room;
	return err;
}

/* SAs come into being with their first packet, or, if they were named, before it. */
static int appear(struct placed *placed, uint32_t sa)
{
	while (placed->sas <= sa) {
		int err = make_room(placed);

		if (err)
			return err;
		placed->sa[placed->sas] = (struct placed_sa){0};
		for (size_t i = 0; i < placed->numbers; i++) {
			struct placed_on *on = &placed->on[i];
			int cpu = first_cpu(&on->roles.sas, on->counts, on->loads);

			on->cpu[placed->sas] = cpu;
			on->counts[cpu]++;
		}
		placed->sas++;
	}
	return 0;
}

/* What came since the last round came where the SAs are now. */
static int deliver(const struct placed *placed, struct placed_on *on)
{
	int err = 0;

	for (uint32_t i = 0; i < placed->sas && !err; i++)
		if (placed->sa[i].now.packets)
			err = spread_add(&on->spread, on->cpu[i], i, &placed->sa[i].now);
	return err;
}

static void move(struct placed_on *on, const struct assign_move *move, double load)
{
	on->counts[on->cpu[move->sa]]--;
	on->loads[on->cpu[move->sa]] -= load;
	on->cpu[move->sa] = move->to;
	on->counts[move->to]++;
	on->loads[move->to] += load;
	on->moves++;
}

static void decide(const struct placed *placed, struct placed_on *on)
{
	static const struct assign_cpu idle[CPU_SETSIZE];
	const struct assign_limits limits = assign_defaults(placed->sas);
	struct assign_result result;

	memset(on->loads, 0, on->cpus * sizeof(*on->loads));
	for (uint32_t i = 0; i < placed->sas; i++) {
		placed->scratch[i].cpu = on->cpu[i];
		on->loads[on->cpu[i]] += fmax(placed->scratch[i].load, 0);
	}
	if (assign_round(on->assign, &limits, placed->scratch, placed->sas, idle, on->cpus,
			 &result))
		return;
	for (size_t i = 0; i < result.moves; i++)
		move(on, &result.move[i], fmax(placed->scratch[result.move[i].sa].load, 0));
}

static int make_round(struct placed *placed)
{
	const struct cost cost = cost_start();
	int err = 0;

	for (size_t i = 0; i < placed->numbers && !err; i++)
		err = deliver(placed, &placed->on[i]);
	for (uint32_t i = 0; i < placed->sas; i++) {
		struct placed_sa *sa = &placed->sa[i];
		double load;

		load_add(&sa->rate, (double)sa->now.packets, (double)sa->now.bytes,
			 PLACED_ROUND_NS / 1e9);
		load = load_share(&sa->rate, &cost);
		placed->scratch[i] =
			(struct assign_sa){.load = load, .doubt = load * load_doubt(&sa->rate)};
		sa->now = (struct spread_queue){0};
	}
	for (size_t i = 0; i < placed->numbers; i++)
		decide(placed, &placed->on[i]);
	return err;
}

/* Rounds up to this packet. Where the trace's clock goes back, another file begins. */
static int pass_time(struct placed *placed, uint64_t ns)
{
	int err = 0;

	if (placed->last_ns && ns > placed->last_ns)
		placed->clock_ns += ns - placed->last_ns;
	placed->last_ns = ns;
	for (int i = 0; placed->clock_ns >= placed->round_ns && i < QUIET_ROUNDS && !err; i++) {
		if (placed->round_ns)
			err = make_round(placed);
		placed->round_ns += PLACED_ROUND_NS;
	}
	if (placed->clock_ns >= placed->round_ns)
		placed->round_ns = placed->clock_ns + PLACED_ROUND_NS;
	return err;
}

int placed_packet(struct placed *placed, uint32_t index, uint32_t bytes, uint64_t ns)
{
	const struct flows_flow *flow = &placed->flows->flow[index];
	struct spread_queue *now;
	int err = pass_time(placed, ns);

	if (err || flow->sa == FLOWS_NONE)
		return err;
	err = appear(placed, flow->sa);
	if (err)
		return err;
	now = &placed->sa[flow->sa].now;
	now->packets++;
	now->bytes += bytes;
	now->fragments += flow->flow.kind == FLOW_FRAGMENT;
	return 0;
}

/* Strays, and fragments that follow nothing. */
static int deliver_strays(const struct flows *flows, struct spread *spread, int stray)
{
	int err = 0;

	for (uint32_t i = 0; i < flows->count && !err; i++) {
		const struct flows_flow *flow = &flows->flow[i];

		if (flow->of != FLOWS_SA)
			err = spread_add_flow(spread, stray, flow, flow->packets, flow->bytes);
	}
	return err;
}

int placed_finish(struct placed *placed)
{
	int err = 0;

	for (size_t i = 0; i < placed->numbers && !err; i++) {
		struct placed_on *on = &placed->on[i];

		err = deliver(placed, on);
		if (!err)
			err = deliver_strays(placed->flows, &on->spread, on->stray);
		spread_finish(&on->spread);
	}
	return err;
}

/* All SAs are new in the first round; what can be bettered then is bettered in further ones. */
static int solve(struct assign *assign, struct assign_sa *sas, uint32_t n, size_t cpus)
{
	static const struct assign_cpu idle[CPU_SETSIZE];
	const struct assign_limits limits = {.gain = 1e-9, .budget = SIZE_MAX};
	struct assign_result result = {.moves = 1};
	int err = 0;

	for (int round = 0; round < BEST_ROUNDS && result.moves && !err; round++) {
		err = assign_round(assign, &limits, sas, n, idle, cpus, &result);
		for (size_t i = 0; i < result.moves && !err; i++)
			sas[result.move[i].sa].cpu = result.move[i].to;
	}
	return err;
}

int placed_best(const struct flows *flows, uint32_t cpus, struct spread *spread)
{
	struct assign_sa *sas = malloc((flows->sas + 1) * sizeof(*sas));
	struct cpu_roles roles;
	struct assign *assign;
	size_t for_sas;
	int stray, err;

	take_roles(cpus, &roles, &for_sas, &stray);
	assign = assign_new(flows->sas, for_sas);
	err = sas && assign ? 0 : -ENOMEM;
	for (uint32_t i = 0; i < flows->sas && !err; i++)
		sas[i] = (struct assign_sa){.load = (double)flows->sa[i].packets, .cpu = -1};
	if (!err)
		err = solve(assign, sas, flows->sas, for_sas);
	for (uint32_t i = 0; i < flows->count && !err; i++) {
		const struct flows_flow *flow = &flows->flow[i];

		if (flow->of == FLOWS_SA)
			err = spread_add_flow(spread, sas[flow->sa].cpu, flow, flow->packets,
					      flow->bytes);
	}
	if (!err)
		err = deliver_strays(flows, spread, stray);
	spread_finish(spread);
	assign_free(assign);
	free(sas);
	return err;
}
