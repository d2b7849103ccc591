// SPDX-License-Identifier: GPL-2.0-only
// One round of deciding placements: new SAs, CPUs that leave, SAs above the fair share, then all.
#include "place/assign.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include "place/assign_impl.h"

#define MOVE_COSTS 100e-6 /* seconds: of both CPUs together */
#define LASTS	   1.0	  /* seconds that what a move brings is taken to last */

enum { AHEAD = 16 }; /* by load they lie anywhere in memory: so many are fetched ahead */

struct assign_limits assign_defaults(size_t sas)
{
	return (struct assign_limits){
		.on = 0.005,
		.off = 0.0025,
		.gain = MOVE_COSTS / LASTS,
		.idle = 0.002,
		.budget = sas / 16 > 16 ? sas / 16 : 16,
	};
}

struct assign *assign_new(size_t max_sas, size_t max_cpus)
{
	struct assign *a = calloc(1, sizeof(*a));

	if (!a || max_cpus > ASSIGN_CPUS_MAX || max_sas >= ASSIGN_NONE) {
		free(a);
		return NULL;
	}
	a->max_sas = max_sas;
	a->max_cpus = max_cpus;
	a->part = calloc(max_sas + 1, sizeof(*a->part));
	a->order = calloc(max_sas + 1, sizeof(*a->order));
	a->other = calloc(max_sas + 1, sizeof(*a->other));
	a->sa = calloc(max_sas + 1, sizeof(*a->sa));
	a->cpu = calloc(max_cpus + 1, sizeof(*a->cpu));
	a->move = calloc(max_sas + 1, sizeof(*a->move));
	if (!a->part || !a->order || !a->other || !a->sa || !a->cpu || !a->move) {
		assign_free(a);
		return NULL;
	}
	return a;
}

void assign_free(struct assign *a)
{
	if (!a)
		return;
	free(a->part);
	free(a->order);
	free(a->other);
	free(a->sa);
	free(a->cpu);
	free(a->move);
	free(a);
}

static bool known(double load)
{
	return isfinite(load) && load >= 0;
}

/*
 * Finds the SAs that take part. One without load is only counted: it may stay where it is, and
 * costs next to nothing. The mean of the known loads.
 */
static double take_part(struct assign *a, const struct assign_sa *sas)
{
	double sum = 0;
	size_t count = 0;

	a->m = 0;
	for (size_t i = 0; i < a->n; i++) {
		bool has = sas[i].cpu >= 0 && (size_t)sas[i].cpu < a->n_cpus;

		count += known(sas[i].load);
		if (sas[i].load == 0 && has && !a->cpu[sas[i].cpu].leaving) {
			a->cpu[sas[i].cpu].sas++;
			continue;
		}
		sum += known(sas[i].load) ? sas[i].load : 0;
		a->part[a->m++] = (uint32_t)i;
	}
	return count ? sum / (double)count : 0;
}

static void take_cpus(struct assign *a, const struct assign_cpu *cpus)
{
	for (size_t i = 0; i < a->n_cpus; i++)
		a->cpu[i] = (struct assign_bin){
			.load = known(cpus[i].other) ? cpus[i].other : 0,
			.base = known(cpus[i].other) ? cpus[i].other : 0,
			.head = ASSIGN_NONE,
			.tail = ASSIGN_NONE,
			.leaving = cpus[i].leaving,
		};
}

static void stay(struct assign_bin *cpu, const struct assign_slot *sa)
{
	cpu->load += sa->load;
	cpu->base += sa->load;
	cpu->doubt += sa->doubt;
	cpu->sas++;
}

static void take_sa(struct assign *a, const struct assign_sa *from, struct assign_slot *sa,
		    double mean)
{
	bool has = from->cpu >= 0 && (size_t)from->cpu < a->n_cpus;
	bool fixed = from->flags & ASSIGN_FIXED && has && !a->cpu[from->cpu].leaving;

	*sa = (struct assign_slot){
		.load = known(from->load) ? from->load : mean,
		.doubt = known(from->doubt) ? from->doubt * from->doubt : 0,
		.start = has ? from->cpu : -1,
		.now = has ? from->cpu : -1,
		.stays = fixed || from->flags & ASSIGN_BUSY,
	};
}

/* In order of load, so that each goes to the end of its CPU's list. */
static void take_sas(struct assign *a, const struct assign_sa *sas)
{
	double mean = take_part(a, sas);

	for (size_t k = 0; k < a->m; k++)
		take_sa(a, &sas[a->part[k]], &a->sa[a->part[k]], mean);
	assign_sort(a);
	for (size_t k = 0; k < a->m; k++) {
		uint32_t i = a->order[k].sa;
		struct assign_slot *sa = &a->sa[i];

		if (k + AHEAD < a->m)
			__builtin_prefetch(&a->sa[a->order[k + AHEAD].sa], 1);
		if (sa->now < 0)
			continue;
		if (sa->stays)
			stay(&a->cpu[sa->now], sa);
		else
			assign_append(a, i, sa->now);
	}
}

static double largest(const struct assign *a)
{
	double max = 0;

	for (size_t i = 0; i < a->n_cpus; i++)
		if (a->cpu[i].load > max)
			max = a->cpu[i].load;
	return max;
}

/* By load; by number of SAs where no load is known, because there is no traffic. */
static bool colder(const struct assign_bin *a, const struct assign_bin *b)
{
	return a->load < b->load || (a->load == b->load && a->sas < b->sas);
}

static int coldest(const struct assign *a)
{
	int best = -1;

	for (size_t i = 0; i < a->n_cpus; i++)
		if (open_cpu(&a->cpu[i]) && (best < 0 || colder(&a->cpu[i], &a->cpu[best])))
			best = (int)i;
	return best;
}

/* Fair share, over the CPUs in use; what is on one that leaves must be carried by them. */
static void reckon(struct assign *a, const struct assign_cpu *cpus)
{
	double sum = 0;
	size_t in_use = 0;

	for (size_t i = 0; i < a->n_cpus; i++) {
		in_use += !cpus[i].leaving;
		if (!cpus[i].leaving && known(cpus[i].other))
			sum += cpus[i].other;
	}
	for (size_t k = 0; k < a->m; k++)
		sum += a->sa[a->part[k]].load;
	a->fair = sum / (double)in_use;
}

/* The heaviest first. Whether the budget was in the way. */
static bool place_homeless(struct assign *a)
{
	bool waiting = false;

	for (size_t k = a->m; k-- > 0;) {
		uint32_t i = a->order[k].sa;
		struct assign_slot *sa = &a->sa[i];

		if (sa->now < 0)
			assign_put(a, i, coldest(a));
		else if (sa->listed && a->cpu[sa->now].leaving) {
			if (assign_afford(a, 1))
				assign_put(a, i, coldest(a));
			else
				waiting = true;
		}
	}
	return waiting;
}

/* All that may be moved leaves the CPU of a heavy SA. Whether the budget was in the way. */
static bool clear(struct assign *a, uint32_t heavy)
{
	int cpu = a->sa[heavy].now;
	uint32_t i = a->cpu[cpu].tail, next;

	for (; i != ASSIGN_NONE; i = next) {
		int to = coldest(a);

		next = a->sa[i].prev;
		if (i == heavy || to < 0 || a->cpu[to].load + a->sa[i].load > a->cpu[cpu].load)
			continue;
		if (!assign_afford(a, 1))
			return true;
		assign_put(a, i, to);
	}
	return false;
}

static size_t movable(const struct assign *a, int cpu)
{
	size_t n = 0;

	for (uint32_t i = a->cpu[cpu].head; i != ASSIGN_NONE; i = a->sa[i].next)
		n++;
	return n;
}

/* The open CPU that has the least of what cannot be moved: the best seat for a heavy SA. */
static int best_seat(const struct assign *a, int now)
{
	int best = now;

	for (size_t i = 0; i < a->n_cpus; i++)
		if (open_cpu(&a->cpu[i]) && a->cpu[i].base < a->cpu[best].base)
			best = (int)i;
	return best;
}

/* Moves a heavy SA to a better seat if that gains more than clearing the seat costs. */
static void better_seat(struct assign *a, uint32_t heavy)
{
	const struct assign_limits *limits = &a->limits;
	int now = a->sa[heavy].now, seat = best_seat(a, now);
	size_t moves = 1 + movable(a, seat);
	double gain = a->cpu[now].base - a->cpu[seat].base;

	if (seat != now && a->sa[heavy].listed && assign_afford(a, moves) && gain > limits->idle &&
	    gain > limits->on * a->fair + (double)moves * limits->gain)
		assign_put(a, heavy, seat);
}

/* The CPU of a heavy SA is that of a heavier one: it moves if that lowers the load there. */
static bool find_seat(struct assign *a, uint32_t heavy)
{
	struct assign_slot *sa = &a->sa[heavy];
	int to = coldest(a);

	if (to < 0 || !sa->listed || a->cpu[to].load + sa->load >= a->cpu[sa->now].load ||
	    !assign_afford(a, 1))
		return false;
	assign_put(a, heavy, to);
	return true;
}

/* SAs above the fair share get a CPU each, the heaviest first. Whether the budget was in the way */
static bool seat_heavy(struct assign *a)
{
	bool waiting = false;

	for (size_t k = a->m; k-- > 0 && a->sa[a->order[k].sa].load > a->fair;) {
		uint32_t i = a->order[k].sa;
		struct assign_slot *sa = &a->sa[i];

		if (a->cpu[sa->now].leaving)
			continue;
		if (!a->cpu[sa->now].closed)
			better_seat(a, i);
		else if (!find_seat(a, i)) {
			waiting |= !assign_afford(a, 1);
			continue;
		}
		a->cpu[sa->now].closed = true;
		waiting |= clear(a, i);
	}
	return waiting;
}

static void emit(struct assign *a, struct assign_result *result)
{
	size_t moves = 0;

	for (size_t k = 0; k < a->m; k++) {
		uint32_t i = a->part[k];

		if (a->sa[i].now != a->sa[i].start)
			a->move[moves++] = (struct assign_move){i, a->sa[i].start, a->sa[i].now};
	}
	result->move = a->move;
	result->moves = moves;
	result->after = largest(a);
}

static void find_bound(const struct assign *a, struct assign_result *result)
{
	double heaviest;

	result->fair = a->fair;
	result->floor = a->fair;
	result->heaviest = -1;
	if (!a->m)
		return;
	result->heaviest = a->order[a->m - 1].sa;
	heaviest = a->sa[result->heaviest].load;
	result->share = a->fair > 0 ? heaviest / a->fair : 0;
	result->bound = heaviest > a->fair;
	if (result->bound)
		result->floor = heaviest;
}

static bool any_in_use(const struct assign_cpu *cpus, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!cpus[i].leaving)
			return true;
	return false;
}

int assign_round(struct assign *a, const struct assign_limits *limits, const struct assign_sa *sas,
		 size_t n, const struct assign_cpu *cpus, size_t n_cpus,
		 struct assign_result *result)
{
	if (n > a->max_sas || n_cpus > a->max_cpus || !any_in_use(cpus, n_cpus))
		return -EINVAL;
	a->n = n;
	a->n_cpus = n_cpus;
	a->changed = 0;
	a->limits = *limits;
	take_cpus(a, cpus);
	take_sas(a, sas);
	reckon(a, cpus);
	*result = (struct assign_result){.before = largest(a)};
	find_bound(a, result);
	result->waiting = place_homeless(a);
	result->waiting |= seat_heavy(a);
	result->waiting |= assign_even(a);
	emit(a, result);
	return 0;
}
