// SPDX-License-Identifier: GPL-2.0-only
// The oracle of bench/balance: the very best on small cases, and never worse than place/assign.
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <math.h>
#include "../../bench/oracle.h"
#include "core/random.h"
#include "place/assign.h"

enum { SAS = 300, CPUS = 16 };

struct problem {
	double load[SAS];
	size_t n, cpus;
	int cpu[SAS];
};

static double real(uint64_t *state)
{
	return (double)(random_next(state) >> 11) * 0x1p-53;
}

/* Alike, uniform, heavy-tailed, and with some that are idle. */
static void make(struct problem *p, uint64_t *state, size_t max_sas, size_t max_cpus)
{
	uint32_t shape = random_below(state, 4);

	p->n = random_below(state, (uint32_t)max_sas + 1);
	p->cpus = 1 + random_below(state, (uint32_t)max_cpus);
	for (size_t i = 0; i < p->n; i++) {
		double r = real(state);

		p->load[i] = shape == 0 ? 0.25 : shape == 1 ? r : 0.01 / (r + 0.01);
		if (shape == 3 && r < 0.3)
			p->load[i] = 0;
		p->cpu[i] = -1;
	}
}

static double largest(const struct problem *p, const int *cpu)
{
	double load[CPUS] = {0}, max = 0;

	for (size_t i = 0; i < p->n; i++) {
		assert_in_range(cpu[i], 0, p->cpus - 1);
		load[cpu[i]] += p->load[i];
	}
	for (size_t c = 0; c < p->cpus; c++)
		max = fmax(max, load[c]);
	return max;
}

/* Every one of cpus^n placements, one after the other: no thought, so no mistake. */
static double exhaust(const struct problem *p)
{
	int cpu[SAS] = {0};
	double best = INFINITY;
	size_t i = 0;

	do {
		best = fmin(best, largest(p, cpu));
		for (i = 0; i < p->n && ++cpu[i] == (int)p->cpus; i++)
			cpu[i] = 0;
	} while (i < p->n);
	return best;
}

static double solve(struct problem *p)
{
	struct oracle *oracle = oracle_new(SAS, CPUS);
	double max;

	assert_non_null(oracle);
	max = oracle_solve(oracle, p->load, p->n, p->cpus, p->cpu);
	oracle_free(oracle);
	assert_true(fabs(max - largest(p, p->cpu)) < 1e-9);
	return max;
}

static void equals_exhaustive_search(void **state)
{
	struct problem p;

	for (uint64_t seed = 1; seed <= 1000; seed++) {
		uint64_t random = seed;

		make(&p, &random, 8, ORACLE_EXACT_CPUS);
		assert_true(fabs(solve(&p) - exhaust(&p)) < 1e-9);
	}
	p = (struct problem){.n = ORACLE_EXACT_SAS, .cpus = 3, .load = {5, 5, 4, 4, 3, 3, 3}};
	assert_true(fabs(solve(&p) - 9) < 1e-9); /* the heaviest first would make it 11 */
	p = (struct problem){
		.n = ORACLE_EXACT_SAS, .cpus = 3, .load = {8, 7, 6, 5, 4, 3, 2, 1, 9, 2}};
	assert_true(fabs(solve(&p) - exhaust(&p)) < 1e-9);
}

/* Where Espalier's rounds come to rest from where the problem's SAs are. */
static void assign(struct problem *p)
{
	struct assign_limits limits = {.gain = 1e-6, .budget = SAS};
	struct assign *a = assign_new(SAS, CPUS);
	struct assign_cpu cpus[CPUS] = {0};
	struct assign_result result = {.moves = 1};
	struct assign_sa sas[SAS];

	for (size_t i = 0; i < p->n; i++)
		sas[i] = (struct assign_sa){.load = p->load[i], .cpu = p->cpu[i]};
	for (int round = 0; round < 100 && result.moves; round++) {
		assert_int_equal(assign_round(a, &limits, sas, p->n, cpus, p->cpus, &result), 0);
		for (size_t i = 0; i < result.moves; i++)
			sas[result.move[i].sa].cpu = result.move[i].to;
	}
	for (size_t i = 0; i < p->n; i++)
		p->cpu[i] = sas[i].cpu;
	assign_free(a);
}

/* Never worse than what it was given; and by itself by a fiftieth at most, and hardly ever. */
static void never_worse_than_espalier(void **state)
{
	struct problem p, alone;
	unsigned int worse = 0;

	for (uint64_t seed = 1; seed <= 1000; seed++) {
		uint64_t random = seed;
		double before, by_itself;

		make(&p, &random, SAS, CPUS);
		alone = p;
		assign(&p);
		before = largest(&p, p.cpu);
		assert_true(solve(&p) <= before * (1 + 1e-12));
		by_itself = solve(&alone);
		assert_true(by_itself <= before * 1.02);
		worse += by_itself > before * 1.001;
	}
	print_message("by itself worse by a thousandth in %u of 1000 cases\n", worse);
	assert_true(worse <= 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equals_exhaustive_search),
		cmocka_unit_test(never_worse_than_espalier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
