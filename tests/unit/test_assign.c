// SPDX-License-Identifier: GPL-2.0-only
// Placement: what assign_round() promises, on random cases, and against exhaustive search.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include "place/assign.h"
#include "core/random.h"

enum { SAS = 300, CPUS = 16, CASES = 3000, ROUNDS = 200 };

struct world {
	struct assign *assign;
	struct assign_limits limits;
	struct assign_sa sa[SAS];
	struct assign_cpu cpu[CPUS];
	size_t sas, cpus;
};

static double random_real(uint64_t *state)
{
	return (double)(random_next(state) >> 11) * 0x1p-53;
}

/* Loads of many shapes: alike, heavy-tailed, some of nothing, one above all. */
static double random_load(uint64_t *state, unsigned int shape)
{
	double r = random_real(state);

	if (random_below(state, 10) == 0)
		return 0;
	if (shape == 0)
		return 0.01;
	if (shape == 1)
		return r * 0.02;
	return shape == 2 ? 0.002 / (r + 0.001) : 0.001 / (r * r + 0.0005);
}

static void make(struct world *w, uint64_t *state)
{
	unsigned int shape = random_below(state, 4);

	w->cpus = 1 + random_below(state, CPUS);
	w->sas = random_below(state, SAS + 1);
	w->limits = assign_defaults(w->sas);
	w->limits.budget = random_below(state, 40);
	for (size_t i = 0; i < w->cpus; i++)
		w->cpu[i] = (struct assign_cpu){
			.other = random_below(state, 3) ? 0 : random_real(state) * 0.3,
		};
	for (size_t i = 0; i < w->sas; i++)
		w->sa[i] = (struct assign_sa){
			.load = random_load(state, shape),
			.cpu = (int)random_below(state, (uint32_t)w->cpus),
			.flags = random_below(state, 8) ? 0 : 1U << random_below(state, 2),
		};
}

/* Some CPUs leave, but not all; some SAs are new, some of unknown load. */
static void disturb(struct world *w, uint64_t *state)
{
	size_t stays = random_below(state, (uint32_t)w->cpus);

	for (size_t i = 0; i < w->cpus; i++)
		w->cpu[i].leaving = i != stays && !random_below(state, 3);
	for (size_t i = 0; i < w->sas; i++) {
		if (!random_below(state, 5))
			w->sa[i].cpu = -1;
		if (!random_below(state, 10))
			w->sa[i].load = random_below(state, 2) ? -1 : NAN;
	}
}

static struct assign_result round_of(struct world *w)
{
	struct assign_result result;

	assert_int_equal(
		assign_round(w->assign, &w->limits, w->sa, w->sas, w->cpu, w->cpus, &result), 0);
	return result;
}

/* Each move is of one SA, from where it is, to another CPU that does not leave. */
static size_t apply(struct world *w, const struct assign_result *r)
{
	size_t budgeted = 0;

	for (size_t i = 0; i < r->moves; i++) {
		const struct assign_move *m = &r->move[i];

		assert_in_range(m->sa, i ? r->move[i - 1].sa + 1 : 0, w->sas - 1);
		assert_int_equal(m->from, w->sa[m->sa].cpu);
		assert_in_range(m->to, 0, w->cpus - 1);
		assert_int_not_equal(m->from, m->to);
		assert_false(w->cpu[m->to].leaving);
		if (m->from >= 0) {
			budgeted++;
			assert_false(w->sa[m->sa].flags & ASSIGN_BUSY);
			assert_false(w->sa[m->sa].flags & ASSIGN_FIXED && !w->cpu[m->from].leaving);
		}
		w->sa[m->sa].cpu = m->to;
	}
	assert_true(budgeted <= w->limits.budget);
	return budgeted;
}

static double maximum(const struct world *w)
{
	double load[CPUS], max = 0;

	for (size_t i = 0; i < w->cpus; i++)
		load[i] = w->cpu[i].other;
	for (size_t i = 0; i < w->sas; i++)
		if (w->sa[i].cpu >= 0)
			load[w->sa[i].cpu] += w->sa[i].load;
	for (size_t i = 0; i < w->cpus; i++)
		max = load[i] > max ? load[i] : max;
	return max;
}

/* Rounds until nothing moves any more. How many moves. */
static size_t come_to_rest(struct world *w)
{
	struct assign_result r;
	size_t moves = 0;

	for (int i = 0; i < ROUNDS; i++) {
		r = round_of(w);
		moves += apply(w, &r);
		if (!r.moves)
			return moves;
	}
	fail_msg("still moving after %d rounds", ROUNDS);
	return moves;
}

static void each_case(struct world *w, void (*check)(struct world *w, uint64_t *state))
{
	w->assign = assign_new(SAS, CPUS);
	assert_non_null(w->assign);
	for (uint64_t seed = 1; seed <= CASES; seed++) {
		uint64_t state = seed;

		make(w, &state);
		check(w, &state);
	}
	assign_free(w->assign);
}

static void check_maximum(struct world *w, uint64_t *state)
{
	for (int i = 0; i < 20; i++) {
		double before = maximum(w), after;
		struct assign_result r = round_of(w);

		apply(w, &r);
		after = maximum(w);
		assert_true(fabs(r.before - before) <= 1e-9 * (1 + before));
		assert_true(fabs(r.after - after) <= 1e-9 * (1 + after));
		assert_true(after <= before * (1 + 1e-12));
	}
}

static void never_a_worse_maximum(void **state)
{
	struct world w;

	each_case(&w, check_maximum);
}

/* apply() holds each round to the rules. */
static void check_disturbed(struct world *w, uint64_t *state)
{
	struct assign_result r;

	for (int i = 0; i < 10; i++) {
		disturb(w, state);
		r = round_of(w);
		apply(w, &r);
		for (size_t k = 0; k < w->sas; k++)
			assert_true(w->sa[k].cpu >= 0);
	}
}

static void rules_hold_when_disturbed(void **state)
{
	struct world w;

	each_case(&w, check_disturbed);
}

/* With a budget, all that may leave a CPU has left it in the end, and all comes to rest. */
static void check_rest(struct world *w, uint64_t *state)
{
	if (random_below(state, 2))
		disturb(w, state);
	w->limits.budget += 20;
	come_to_rest(w);
	for (size_t i = 0; i < w->sas; i++)
		assert_true(!w->cpu[w->sa[i].cpu].leaving || w->sa[i].flags & ASSIGN_BUSY);
	assert_int_equal(come_to_rest(w), 0);
}

static void terminates_and_is_stable(void **state)
{
	struct world w;

	each_case(&w, check_rest);
}

/* An SA above the fair share ends up alone, but for idle ones, if those beside it may be moved. */
static void check_heavy(struct world *w, uint64_t *state)
{
	struct assign_result r;
	uint32_t heavy;

	if (w->sas < 2 || w->cpus < 2)
		return;
	for (size_t i = 0; i < w->sas; i++)
		w->sa[i].flags = 0;
	for (size_t i = 0; i < w->cpus; i++)
		w->cpu[i].other = 0;
	heavy = random_below(state, (uint32_t)w->sas);
	w->sa[heavy].load = 100 + random_real(state);
	w->limits.budget += 20;
	come_to_rest(w);
	r = round_of(w);
	assert_int_equal(r.heaviest, heavy);
	assert_true(r.bound && r.share > 1);
	assert_true(r.floor == w->sa[heavy].load && r.after == r.floor);
	for (size_t i = 0; i < w->sas; i++)
		assert_true(i == heavy || w->sa[i].load == 0 || w->sa[i].cpu != w->sa[heavy].cpu);
}

static void heavy_sits_alone(void **state)
{
	struct world w;

	each_case(&w, check_heavy);
}

static double exhaust(const struct world *w, double *load, size_t sa, double best)
{
	double max = 0;

	for (size_t i = 0; i < w->cpus; i++)
		max = load[i] > max ? load[i] : max;
	if (max >= best)
		return best;
	if (sa == w->sas)
		return max;
	for (size_t i = 0; i < w->cpus; i++) {
		load[i] += w->sa[sa].load;
		best = exhaust(w, load, sa + 1, best);
		load[i] -= w->sa[sa].load;
	}
	return best;
}

/* Steps of one SA or two find the best placement, or one at most a quarter above it. */
static void near_exhaustive(void **state)
{
	struct world w = {.assign = assign_new(SAS, CPUS)};
	unsigned int equal = 0, near = 0, cases = 0;
	double worst = 1;

	for (uint64_t seed = 1; seed <= 1000; seed++) {
		uint64_t random = seed;
		double load[CPUS] = {0}, best, ratio;

		w.cpus = 2 + random_below(&random, 3);
		w.sas = w.cpus + random_below(&random, 10 - (uint32_t)w.cpus);
		w.limits = (struct assign_limits){.gain = 1e-6, .budget = 1000};
		for (size_t i = 0; i < w.sas; i++)
			w.sa[i] = (struct assign_sa){.load = random_real(&random)};
		for (size_t i = 0; i < w.cpus; i++)
			w.cpu[i] = (struct assign_cpu){random_real(&random) * 0.2, false};
		come_to_rest(&w);
		for (size_t i = 0; i < w.cpus; i++)
			load[i] = w.cpu[i].other;
		best = exhaust(&w, load, 0, INFINITY);
		ratio = maximum(&w) / best;
		assert_true(ratio >= 1 - 1e-9);
		worst = ratio > worst ? ratio : worst;
		equal += ratio <= 1 + 1e-9;
		near += ratio <= 1.05;
		cases++;
	}
	print_message("%u of %u equal to exhaustive search, %u within 5%%, worst %.3f\n", equal,
		      cases, near, worst);
	assert_true(worst <= 1.25);
	assert_true(near >= cases * 8 / 10);
	assign_free(w.assign);
}

/* Without any load known, SAs are spread by number. */
static void unknown_loads_are_spread(void **state)
{
	struct world w = {.assign = assign_new(SAS, CPUS), .sas = 64, .cpus = 8};
	struct assign_result r;
	unsigned int count[8] = {0};

	w.limits = assign_defaults(w.sas);
	for (size_t i = 0; i < w.sas; i++)
		w.sa[i] = (struct assign_sa){.load = -1, .cpu = -1};
	r = round_of(&w);
	assert_int_equal(r.moves, 64);
	apply(&w, &r);
	for (size_t i = 0; i < w.sas; i++)
		count[w.sa[i].cpu]++;
	for (int i = 0; i < 8; i++)
		assert_int_equal(count[i], 8);
	assert_int_equal(round_of(&w).moves, 0);
	assign_free(w.assign);
}

/* SAs without load take no part: what becomes of the others is what it would be without them. */
static void idle_sas_change_nothing(void **state)
{
	struct world w = {.assign = assign_new(SAS, CPUS)}, busy;
	struct assign_result all, alone;

	for (uint64_t seed = 1; seed <= CASES; seed++) {
		uint64_t random = seed;
		struct assign_move moves[SAS];

		make(&w, &random);
		busy = w;
		busy.sas = 0;
		for (size_t i = 0; i < w.sas; i++)
			if (w.sa[i].load > 0)
				busy.sa[busy.sas++] = w.sa[i];
		all = round_of(&w);
		memcpy(moves, all.move, all.moves * sizeof(*moves));
		alone = round_of(&busy);
		assert_int_equal(all.moves, alone.moves);
		assert_true(all.after == alone.after && all.fair == alone.fair);
		for (size_t i = 0; i < all.moves; i++)
			assert_true(w.sa[moves[i].sa].load == busy.sa[alone.move[i].sa].load);
	}
	assign_free(w.assign);
}

/* A little unevenness is left alone; what is beyond it is evened, further than to its edge. */
static void hysteresis(void **state)
{
	struct world w = {.assign = assign_new(SAS, CPUS), .sas = 200, .cpus = 2};
	struct assign_result r;

	w.limits = assign_defaults(w.sas);
	w.limits.on = 0.02;
	for (size_t i = 0; i < w.sas; i++)
		w.sa[i] = (struct assign_sa){.load = 0.005, .cpu = i >= 101};
	assert_int_equal(round_of(&w).moves, 0);
	for (size_t i = 101; i < 104; i++)
		w.sa[i].cpu = 0;
	r = round_of(&w);
	assert_int_equal(r.moves, 4);
	assert_true(fabs(r.after - 0.5) < 1e-9);
	for (size_t i = 0; i < w.sas; i++)
		w.sa[i].load /= 1000; /* as uneven, but of nothing */
	assert_int_equal(round_of(&w).moves, 0);
	assign_free(w.assign);
}

/*
 * 110 SAs to 90: what is off is ten times as much as the doubt about an SA, and about as much as
 * that about all of a CPU. With a third of the doubt it is no noise any more.
 */
static void noise_is_not_evened(void **state)
{
	struct world w = {.assign = assign_new(SAS, CPUS), .sas = 200, .cpus = 2};

	w.limits = assign_defaults(w.sas);
	for (size_t i = 0; i < w.sas; i++)
		w.sa[i] = (struct assign_sa){.load = 0.005, .doubt = 0.005, .cpu = i >= 110};
	assert_int_equal(round_of(&w).moves, 0);
	for (size_t i = 0; i < w.sas; i++)
		w.sa[i].doubt /= 3;
	assert_int_equal(round_of(&w).moves, 10);
	assign_free(w.assign);
}

/* A CPU that comes is filled, one that goes is drained, its per-CPU SAs too, within the budget. */
static void cpus_come_and_go(void **state)
{
	struct world w = {.assign = assign_new(SAS, CPUS), .sas = 120, .cpus = 3};
	struct assign_result r;

	w.limits = assign_defaults(w.sas);
	for (size_t i = 0; i < w.sas; i++)
		w.sa[i] = (struct assign_sa){.load = 0.01, .cpu = i % 2};
	come_to_rest(&w);
	assert_true(fabs(maximum(&w) - 0.4) < 1e-9);
	w.sa[0].flags = ASSIGN_FIXED;
	w.cpu[w.sa[0].cpu].leaving = true;
	r = round_of(&w);
	assert_int_equal(r.moves, w.limits.budget);
	assert_true(r.waiting);
	apply(&w, &r);
	come_to_rest(&w);
	assert_false(w.cpu[w.sa[0].cpu].leaving);
	assert_true(fabs(maximum(&w) - 0.6) < 1e-9);
	assign_free(w.assign);
}

static void wrong_arguments(void **state)
{
	struct world w = {.assign = assign_new(2, 2), .sas = 3, .cpus = 1};
	struct assign_result r = {.moves = 77};

	w.limits = assign_defaults(3);
	assert_int_equal(assign_round(w.assign, &w.limits, w.sa, 3, w.cpu, 1, &r), -EINVAL);
	assert_int_equal(assign_round(w.assign, &w.limits, w.sa, 2, w.cpu, 3, &r), -EINVAL);
	assert_int_equal(assign_round(w.assign, &w.limits, w.sa, 2, w.cpu, 0, &r), -EINVAL);
	w.cpu[0].leaving = w.cpu[1].leaving = true;
	assert_int_equal(assign_round(w.assign, &w.limits, w.sa, 2, w.cpu, 2, &r), -EINVAL);
	assert_int_equal(r.moves, 77);
	w.cpu[1].leaving = false;
	assert_int_equal(assign_round(w.assign, &w.limits, w.sa, 0, w.cpu, 2, &r), 0);
	assert_int_equal(r.moves, 0);
	assert_true(r.heaviest == -1 && !r.bound);
	assign_free(w.assign);
	assert_null(assign_new(1, ASSIGN_CPUS_MAX + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_a_worse_maximum),
		cmocka_unit_test(rules_hold_when_disturbed),
		cmocka_unit_test(terminates_and_is_stable),
		cmocka_unit_test(heavy_sits_alone),
		cmocka_unit_test(near_exhaustive),
		cmocka_unit_test(unknown_loads_are_spread),
		cmocka_unit_test(idle_sas_change_nothing),
		cmocka_unit_test(hysteresis),
		cmocka_unit_test(noise_is_not_evened),
		cmocka_unit_test(cpus_come_and_go),
		cmocka_unit_test(wrong_arguments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
