// SPDX-License-Identifier: GPL-2.0-only
// Evens out CPUs: step by step, one SA from a hot CPU to a cold one, or two that change places.
#include <math.h>
#include "place/assign_impl.h"

struct step {
	uint32_t out, back; /* back: ASSIGN_NONE for a single move */
	double worth;
};

/* How far a pair of CPUs is from the level: the hot one above, the cold one below. */
struct pair {
	int hot, cold;
	double excess, need;
	double aim;  /* what is best brought over */
	double cost; /* of a move */
	bool halve;  /* make the two alike, wherever the level is */
};

/*
 * What a step that brings w from hot to cold takes from the pair's unevenness (the sum of the two
 * distances), less the cost of its moves. Beyond the aim that sum stays the same for a while: less
 * is better there, for then one of the two is settled. Never one that makes a larger maximum.
 */
static double worth(const struct pair *p, double w, unsigned int moves)
{
	double over = w - p->aim, sum = p->excess + p->need;

	if (!(w > 0) || !(w < sum))
		return -INFINITY;
	if (p->halve)
		return 2 * fmin(w, sum - w) - moves * p->cost;
	w = sum - fabs(p->excess - w) - fabs(p->need - w) - moves * p->cost;
	return w > 0 && over > 0 ? w - 0.25 * fmin(over, w) : w;
}

static void consider(struct step *best, const struct pair *p, uint32_t out, uint32_t back, double w)
{
	double value = worth(p, w, back == ASSIGN_NONE ? 1 : 2);

	if (value > best->worth)
		*best = (struct step){out, back, value};
}

/* Both lists ascend, so the partner that makes the aim only ever moves up: one walk over both. */
static struct step find_step(const struct assign *a, const struct pair *p)
{
	struct step best = {ASSIGN_NONE, ASSIGN_NONE, 0};
	uint32_t below = ASSIGN_NONE, above = a->cpu[p->cold].head;

	if (!assign_afford(a, 1))
		return best;
	for (uint32_t i = a->cpu[p->hot].head; i != ASSIGN_NONE; i = a->sa[i].next) {
		double load = a->sa[i].load;

		consider(&best, p, i, ASSIGN_NONE, load);
		if (!assign_afford(a, 2))
			continue;
		while (above != ASSIGN_NONE && load - a->sa[above].load >= p->aim) {
			below = above;
			above = a->sa[above].next;
		}
		if (below != ASSIGN_NONE)
			consider(&best, p, i, below, load - a->sa[below].load);
		if (above != ASSIGN_NONE)
			consider(&best, p, i, above, load - a->sa[above].load);
	}
	return best;
}

static bool even_pair(struct assign *a, int hot, int cold, bool halve)
{
	struct pair p = {
		.hot = hot,
		.cold = cold,
		.excess = a->cpu[hot].load - a->level,
		.need = a->level - a->cpu[cold].load,
		.cost = a->limits.gain,
		.halve = halve,
	};
	struct step step;

	if (!(p.excess > 0) || (!halve && !(p.need > 0)))
		return false;
	p.aim = halve ? (p.excess + p.need) / 2 : fmin(p.excess, p.need);
	step = find_step(a, &p);
	if (step.out == ASSIGN_NONE)
		return false;
	assign_put(a, step.out, cold);
	if (step.back != ASSIGN_NONE)
		assign_put(a, step.back, hot);
	return true;
}

/* The open CPU farthest above (side 1) or below (side -1) the level, of those not yet tried. */
static int farthest(const struct assign *a, int side, const struct assign_bin *limit)
{
	int best = -1;

	for (size_t i = 0; i < a->n_cpus; i++) {
		const struct assign_bin *cpu = &a->cpu[i];

		if (!open_cpu(cpu) || (limit && side * (limit->load - cpu->load) < 0) ||
		    (limit && limit->load == cpu->load && cpu <= limit))
			continue;
		if (best < 0 || side * (cpu->load - a->cpu[best].load) > 0)
			best = (int)i;
	}
	return best;
}

/* The hottest or coldest CPU that is not stuck. */
static int worst(const struct assign *a, int side)
{
	int best = -1;

	for (size_t i = 0; i < a->n_cpus; i++)
		if (open_cpu(&a->cpu[i]) && !a->cpu[i].stuck &&
		    (best < 0 || side * (a->cpu[i].load - a->cpu[best].load) > 0))
			best = (int)i;
	return best;
}

/* Evens a CPU with another one on the other side of the level, the farthest first. */
static bool settle(struct assign *a, int cpu, int side)
{
	int other = farthest(a, -side, NULL);

	while (other >= 0 && side * (a->level - a->cpu[other].load) > 0) {
		if (even_pair(a, side > 0 ? cpu : other, side > 0 ? other : cpu, false))
			return true;
		other = farthest(a, -side, &a->cpu[other]);
	}
	return false;
}

/* Evens the hottest CPU with any other one, the coldest first. */
static bool halve(struct assign *a, int hot)
{
	int other = farthest(a, -1, NULL);

	while (other >= 0 && a->cpu[other].load < a->cpu[hot].load) {
		if (even_pair(a, hot, other, true))
			return true;
		other = farthest(a, -1, &a->cpu[other]);
	}
	return false;
}

/* What a CPU must carry in any case: what stays, and an SA that is above the level by itself. */
static double must(const struct assign *a, const struct assign_bin *cpu)
{
	double heaviest = cpu->tail == ASSIGN_NONE ? 0 : a->sa[cpu->tail].load;

	return heaviest > a->level ? cpu->base + heaviest : cpu->base;
}

/* The mean over the open CPUs of what is left beside those that must carry more than it anyway. */
static bool set_level(struct assign *a)
{
	double sum, before;
	size_t n;

	a->level = INFINITY;
	do {
		before = a->level;
		sum = 0;
		n = 0;
		for (size_t i = 0; i < a->n_cpus; i++) {
			const struct assign_bin *cpu = &a->cpu[i];
			bool over = open_cpu(cpu) && must(a, cpu) > a->level;

			sum += open_cpu(cpu) ? cpu->load - (over ? must(a, cpu) : 0) : 0;
			n += open_cpu(cpu) && !over;
		}
		a->level = n ? sum / (double)n : 0;
	} while (a->level < before && a->level > 0);
	return n > 0 && a->level > 0;
}

static bool beyond(const struct assign *a, int cpu, double limit)
{
	double far = fabs(a->cpu[cpu].load - a->level);

	return far > limit * a->level && far > a->limits.idle;
}

/*
 * What may be noise in the loads of a CPU's SAs is nothing to even out: of n CPUs the farthest off
 * is that by about sqrt(2 ln n) standard deviations without any reason.
 */
static bool begins(const struct assign *a, int cpu)
{
	double far = a->cpu[cpu].load - a->level;

	return beyond(a, cpu, a->limits.on) &&
	       far * far > 2 * log((double)a->n_cpus) * a->cpu[cpu].doubt;
}

/* Both sides of the level meet. */
static void even_all(struct assign *a)
{
	int hot = worst(a, 1), cold = worst(a, -1);

	while (hot >= 0 && assign_afford(a, 1)) {
		bool hotter = a->cpu[hot].load - a->level > a->level - a->cpu[cold].load;
		int cpu = hotter ? hot : cold;

		if (!beyond(a, cpu, a->limits.off))
			return;
		a->cpu[cpu].stuck = !settle(a, cpu, hotter ? 1 : -1);
		hot = worst(a, 1);
		cold = worst(a, -1);
	}
}

/* SAs too heavy to meet at the level: what then counts is the largest load. */
static void lower_hottest(struct assign *a)
{
	int hot = farthest(a, 1, NULL);

	while (beyond(a, hot, a->limits.on) && assign_afford(a, 1) && halve(a, hot))
		hot = farthest(a, 1, NULL);
}

bool assign_even(struct assign *a)
{
	if (!set_level(a))
		return false;
	if (!begins(a, farthest(a, 1, NULL)) && !begins(a, farthest(a, -1, NULL)))
		return false;
	even_all(a);
	lower_hottest(a);
	return !assign_afford(a, 1);
}
