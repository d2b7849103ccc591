// SPDX-License-Identifier: GPL-2.0-only
// The rounds: looks at the loads, decides (place/assign.h), begins the moves, and says in the
// shared maps what it did.
#include "daemon/rounds.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "cli/say.h"
#include "daemon/kept.h"
#include "daemon/round_why.h"
#include "host/clock.h"
#include "place/assign.h"
#include "place/pace.h"
#include "sas/loads.h"

struct rounds {
	struct sas *sas;
	const struct run_options *options;
	unsigned int *pending;
	struct event *timer;
	struct sas_loads *loads;
	struct assign *assign;
	uint64_t last_ns;     /* when the last round was */
	__u32 changes;	      /* of the list of SAs then */
	unsigned int pace_ms; /* from the last round to the next one */
	bool restless;	      /* the last one moved SAs, or had more to move */
	bool wanted;	      /* something else changed since: CPUs, or what stays where */
	bool still, gapless;  /* nothing can be moved; some SA cannot now (sas_can_move()) */
	bool away;	      /* after the last one an SA was not where it belongs */
	__u32 homes;	      /* changes of where SAs belong until then */
	struct kept kept;
	/* The input of a round. */
	struct assign_cpu cpu[CPU_SETSIZE];
	unsigned int number[CPU_SETSIZE]; /* of the CPUs in there */
	int index[CPU_SETSIZE];		  /* in there of each CPU; -1: it is not */
	size_t cpus;
	struct assign_sa *sa;
	__u32 *slot; /* of the SAs in there */
	size_t count;
};

static void at(struct rounds *r, uint64_t when_ns, uint64_t now_ns)
{
	uint64_t wait_us = when_ns > now_ns ? (when_ns - now_ns) / 1000 : 0;
	struct timeval wait = {.tv_sec = wait_us / 1000000, .tv_usec = wait_us % 1000000};

	event_add(r->timer, &wait);
}

/* A change of SAs or CPUs: not at once, since changes come in crowds. */
void rounds_soon(struct rounds *r)
{
	if (!r->options->interval || r->wanted)
		return; /* if it is wanted already, the timer is set */
	r->wanted = true;
	at(r, r->last_ns + pace_next(0, r->options->interval, true) * 1000000ull, clock_now());
}

struct kept *rounds_kept(struct rounds *r)
{
	return &r->kept;
}

const struct sas_loads *rounds_loads(const struct rounds *r)
{
	return r->loads;
}

void rounds_restart(struct rounds *r)
{
	uint64_t now_ns = clock_now();

	r->kept = (struct kept){.cpu = -1};
	if (r->options->interval) {
		r->wanted = true; /* and not later than now */
		at(r, now_ns, now_ns);
		return;
	}
	event_del(r->timer);
	*r->pending &= ~(unsigned int)PENDING_ROUND;
	r->sas->maps.report->round = (struct round_state){0}; /* of before */
}

static int add_cpu(struct rounds *r, unsigned int cpu)
{
	r->index[cpu] = (int)r->cpus;
	r->number[r->cpus] = cpu;
	r->cpu[r->cpus] = (struct assign_cpu){
		.other = r->loads->cpu[cpu].other,
		.leaving = !CPU_ISSET(cpu, &r->sas->roles.sas),
	};
	return (int)r->cpus++;
}

static void gather_cpus(struct rounds *r)
{
	r->cpus = 0;
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		r->index[cpu] = -1;
		if (CPU_ISSET(cpu, &r->sas->roles.sas))
			add_cpu(r, cpu);
	}
}

static bool moving(const struct sas *sas, __u32 slot)
{
	__u64 word = table_word(&sas->table, slot);

	return sa_word_to(word) != sa_word_own(word);
}

/* Begins a move. False: no more of them now. */
static bool move(struct rounds *r, __u32 slot, unsigned int cpu, struct round_state *state)
{
	__u32 was = sas_cpu(r->sas, slot);
	bool drained = !CPU_ISSET(was, &r->sas->roles.sas);
	int err = sas_move(r->sas, slot, cpu, clock_now());

	if (!err) {
		say_detail("SA 0x%08x moves from CPU %u to CPU %u",
			   sa_word_spi(table_word(&r->sas->table, slot)), was, cpu);
		state->moves++;
		state->drained += drained;
	}
	return err != -EAGAIN;
}

/*
 * @home: the CPU where it belongs; -1: where the load says. A new SA is expected to be as the others
 * are: where these have no load it has no part either, and a million new ones take no memory.
 */
static void gather_sa(struct rounds *r, __u32 slot, int home, uint64_t now_ns)
{
	bool can = sas_can_move(r->sas, slot, now_ns), away;
	__u32 cpu = sas_cpu(r->sas, slot);
	struct assign_sa *sa = &r->sa[r->count];
	double doubt, load = sas_loads_of(r->loads, slot, &doubt);

	if (cpu >= CPU_SETSIZE)
		return;
	if (r->index[cpu] < 0)
		add_cpu(r, cpu);
	away = home >= 0 ? home != (int)cpu : r->cpu[r->index[cpu]].leaving;
	r->away |= away;
	r->gapless |= !can;
	if (!away && isnan(load) && !(r->loads->mean > 0))
		return;
	r->slot[r->count++] = slot;
	*sa = (struct assign_sa){
		.cpu = r->index[cpu],
		.flags = moving(r->sas, slot) || r->still || !can ? ASSIGN_BUSY
			 : home == (int)cpu			  ? ASSIGN_FIXED
								  : 0,
		.load = load,
		.doubt = doubt,
	};
}

/*
 * The SAs that have a part in a round. Those that are idle have none but to go where they belong: a
 * round after which some are not there yet is followed by another one with all.
 */
static __u32 taking_part(struct rounds *r)
{
	bool still = r->sas->placed_elsewhere;
	bool all = r->homes != r->sas->homes || (r->away && !still) || still != r->still;

	r->homes = r->sas->homes;
	r->still = still;
	r->away = r->gapless = false;
	return all ? r->sas->known.count : r->sas->known.busy;
}

/* The input of a round. SAs that belong on another CPU than theirs begin to move there. */
static void gather(struct rounds *r, struct round_state *state)
{
	__u32 count = taking_part(r);
	bool more = !r->still;
	int home;

	gather_cpus(r);
	r->count = 0;
	for (__u32 i = 0; i < count; i++) {
		__u32 slot = r->sas->known.slot[i];

		sas_loads_fetch(r->loads, i);
		if (sa_word_flags(table_word(&r->sas->table, slot)) & SA_HANDS_OFF)
			continue;
		home = kept_home(&r->kept, r->sas, slot);
		if (more && home >= 0 && home != (int)sas_cpu(r->sas, slot) &&
		    !moving(r->sas, slot))
			more = move(r, slot, (unsigned int)home, state);
		gather_sa(r, slot, home, state->time_ns);
	}
}

static enum round_why explain(const struct rounds *r, const struct assign_result *result,
			      const struct assign_limits *limits, const struct round_state *state,
			      bool more)
{
	struct round_found found = {
		.loads = r->loads,
		.result = result,
		.limits = limits,
		.still = r->still,
		.gapless = r->gapless,
		.more = more,
		.moves = state->moves,
	};

	if (result->heaviest >= 0) {
		found.heaviest = r->sa[result->heaviest].load;
		found.cpu = r->number[r->sa[result->heaviest].cpu];
	}
	return round_why_of(&found);
}

/* What `show` needs to know, into the shared maps. */
static void report(struct rounds *r, const struct assign_result *result, struct round_state *state)
{
	const struct cost *cost = &r->loads->cost;

	state->before = sas_loads_millionths(result->before);
	state->after = sas_loads_millionths(result->after);
	state->fair = sas_loads_millionths(result->fair);
	state->heaviest = NO_SLOT;
	if (result->heaviest >= 0) {
		state->heaviest = r->slot[result->heaviest];
		state->heaviest_key = sa_word_key(table_word(&r->sas->table, state->heaviest));
		state->heaviest_load = sas_loads_millionths(
			sas_loads_of(r->loads, state->heaviest, NULL));
	}
	state->packet_ps = (__u64)(cost->packet * 1e12 + 0.5);
	state->byte_ps = (__u64)(cost->byte * 1e12 + 0.5);
	state->receive_ps = (__u64)(cost->receive * 1e12 + 0.5);
	kept_report(&r->kept, state);
	r->sas->maps.report->round = *state;
}

static void report_cpus(struct rounds *r)
{
	const struct sas_load_cpu *from = r->loads->cpu;
	struct report_cpu *to = r->sas->maps.report->cpu;

	for (__u32 cpu = 0; cpu < r->sas->maps.host->cpus && cpu < CPU_SETSIZE; cpu++) {
		SHARED(to[cpu].load) = sas_loads_millionths(from[cpu].sas);
		SHARED(to[cpu].other) = sas_loads_millionths(from[cpu].other);
	}
}

/* Where SAs go that come before the next round. */
static void forecast_arrivals(struct rounds *r)
{
	const struct sas_loads *loads = r->loads;
	double sum[CPU_SETSIZE];

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		sum[cpu] = loads->cpu[cpu].sas + loads->cpu[cpu].other + (cpu == r->kept.cpu);
	sas_forecast(r->sas, sum, loads->mean);
}

/* Where a CPU is kept now that was not before, idle SAs have to leave it too. */
static void see_heavy(struct rounds *r, const struct assign_result *result, uint64_t now_ns)
{
	struct heavy_seen seen = {.cpus = (size_t)CPU_COUNT(&r->sas->roles.sas)};
	int was = r->kept.cpu;
	int64_t slot = -1;

	if (result->heaviest >= 0 && !r->still) {
		slot = r->slot[result->heaviest];
		seen.load = sas_loads_of(r->loads, (__u32)slot, NULL);
	}
	seen.rest = result->fair * (double)seen.cpus - seen.load;
	kept_tick(&r->kept, r->sas, slot, &seen, now_ns);
	r->away |= r->kept.cpu != was;
}

static void decide(struct rounds *r, uint64_t now_ns)
{
	const struct round_state *last = &r->sas->maps.report->round;
	struct round_state state = {
		.time_ns = now_ns,
		.rounds = last->rounds + 1,
		.moved_ns = last->moved_ns,
		.moved = last->moved,
		.interval_ms = r->options->interval,
	};
	struct assign_limits limits;
	struct assign_result result;
	bool more;

	gather(r, &state);
	limits = assign_defaults(r->count);
	if (assign_round(r->assign, &limits, r->sa, r->count, r->cpu, r->cpus, &result))
		return;
	more = result.waiting;
	for (size_t i = 0; i < result.moves; i++) {
		const struct assign_move *m = &result.move[i];

		if (kept_bars(&r->kept, r->sas, r->slot[m->sa], r->number[m->to]))
			continue;
		if (!move(r, r->slot[m->sa], r->number[m->to], &state)) {
			more = true;
			break;
		}
	}
	if (state.moves) {
		state.moved_ns = now_ns;
		state.moved = state.moves;
		*r->pending |= PENDING_RULES;
	}
	r->restless |= state.moves || more;
	state.why = explain(r, &result, &limits, &state, more);
	see_heavy(r, &result, now_ns);
	report(r, &result, &state);
}

/*
 * While no SA has any load and nothing has changed since the last round, another one would decide
 * the same: nothing.
 */
static bool idle(const struct rounds *r)
{
	const struct round_state *last = &r->sas->maps.report->round;

	return r->loads->quiet && r->loads->changes == r->changes && !r->wanted && last->time_ns &&
	       last->why == ROUND_QUIET && !r->kept.heavy.is;
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct rounds *r = arg;
	uint64_t now_ns = clock_now();

	r->last_ns = now_ns;
	at(r, now_ns + r->options->interval * 1000000ull, now_ns);
	*r->pending |= PENDING_ROUND;
}

void rounds_run(struct rounds *r)
{
	uint64_t now_ns = clock_now();

	r->restless = r->wanted;
	sas_loads_sample(r->loads, now_ns);
	report_cpus(r);
	if (idle(r))
		r->sas->maps.report->round.time_ns = now_ns;
	else
		decide(r, now_ns);
	r->wanted = false;
	r->pace_ms = pace_next(r->pace_ms, r->options->interval, r->restless);
	at(r, r->last_ns + r->pace_ms * 1000000ull, now_ns);
	r->changes = r->loads->changes;
	forecast_arrivals(r);
}

void rounds_free(struct rounds *r)
{
	if (!r)
		return;
	if (r->timer)
		event_free(r->timer);
	sas_loads_free(r->loads);
	assign_free(r->assign);
	free(r->sa);
	free(r->slot);
	free(r);
}

static bool get_ready(struct rounds *r, struct event_base *base)
{
	size_t most = r->sas->maps.host->max_sas;

	r->loads = sas_loads_new(r->sas);
	r->assign = assign_new(most, CPU_SETSIZE);
	r->sa = calloc(most, sizeof(*r->sa));
	r->slot = calloc(most, sizeof(*r->slot));
	r->timer = evtimer_new(base, on_time, r);
	return r->loads && r->assign && r->sa && r->slot && r->timer;
}

struct rounds *rounds_new(struct event_base *base, struct sas *sas,
			  const struct run_options *options, unsigned int *pending)
{
	struct rounds *r = calloc(1, sizeof(*r));

	if (r)
		*r = (struct rounds){.sas = sas, .options = options, .pending = pending};
	if (!r || !get_ready(r, base)) {
		say("getting ready to place SAs by load: out of memory");
		rounds_free(r);
		return NULL;
	}
	r->last_ns = clock_now();
	rounds_restart(r);
	return r;
}
