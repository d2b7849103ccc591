// SPDX-License-Identifier: GPL-2.0-only
// The rounds: looks at the loads, decides (place/assign.h), begins the moves, and says in the
// shared maps what it did.
#include "daemon/daemon.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "cli/say.h"
#include "host/clock.h"
#include "place/assign.h"
#include "sas/loads.h"

#define QUIET 0.01 /* load of the SAs, of a CPU or of all, below which there is nothing to speak of */

struct rounds {
	struct event *timer;
	struct sas_loads *loads;
	struct assign *assign;
	uint64_t last_ns; /* when the last round was */
	__u32 changes;	  /* of the list of SAs then */
	bool wanted;	  /* something else changed since: CPUs, or what stays where */
	bool still;	  /* nothing can be moved */
	/* The input of a round. */
	struct assign_cpu cpu[CPU_SETSIZE];
	unsigned int number[CPU_SETSIZE]; /* of the CPUs in there */
	int index[CPU_SETSIZE];		  /* in there of each CPU; -1: it is not */
	size_t cpus;
	struct assign_sa *sa;
	__u32 *slot; /* of the SAs in there */
	size_t sas;
};

static uint64_t interval_ns(const struct daemon *d)
{
	return d->options->interval * 1000000ull;
}

static void at(struct rounds *r, uint64_t when_ns, uint64_t now_ns)
{
	uint64_t wait_us = when_ns > now_ns ? (when_ns - now_ns) / 1000 : 0;
	struct timeval wait = {.tv_sec = wait_us / 1000000, .tv_usec = wait_us % 1000000};

	event_add(r->timer, &wait);
}

/* A change of SAs or CPUs: not at once, since changes come in crowds. */
void rounds_soon(struct daemon *d)
{
	struct rounds *r = d->rounds;

	if (!d->options->interval || r->wanted)
		return; /* if it is wanted already, the timer is set */
	r->wanted = true;
	at(r, r->last_ns + interval_ns(d) / 4, clock_now());
}

void rounds_receiving(const struct daemon *d, uint16_t busy[CPU_SETSIZE])
{
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		busy[cpu] = d->rounds->loads->busy[cpu].softirq;
}

void rounds_restart(struct daemon *d)
{
	uint64_t now_ns = clock_now();

	if (d->options->interval) {
		d->rounds->wanted = true; /* and not later than now */
		at(d->rounds, now_ns, now_ns);
		return;
	}
	event_del(d->rounds->timer);
	d->sas.maps.report->round = (struct round_state){0}; /* of before */
}

static int add_cpu(struct rounds *r, const struct sas *sas, unsigned int cpu)
{
	r->index[cpu] = (int)r->cpus;
	r->number[r->cpus] = cpu;
	r->cpu[r->cpus] = (struct assign_cpu){
		.other = r->loads->cpu[cpu].other,
		.leaving = !CPU_ISSET(cpu, &sas->roles.sas),
	};
	return (int)r->cpus++;
}

static void gather_cpus(struct rounds *r, const struct sas *sas)
{
	r->cpus = 0;
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		r->index[cpu] = -1;
		if (CPU_ISSET(cpu, &sas->roles.sas))
			add_cpu(r, sas, cpu);
	}
}

static bool moving(const struct sas *sas, __u32 slot)
{
	__u64 word = table_word(&sas->table, slot);

	return sa_word_to(word) != sa_word_own(word);
}

/* Begins a move. False: no more of them now. */
static bool move(struct daemon *d, __u32 slot, unsigned int cpu, struct round_state *state)
{
	__u32 was = sas_cpu(&d->sas, slot);
	bool drained = !CPU_ISSET(was, &d->sas.roles.sas);
	int err = sas_move(&d->sas, slot, cpu, clock_now());

	if (!err) {
		say_detail("SA 0x%08x moves from CPU %u to CPU %u",
			   sa_word_spi(table_word(&d->sas.table, slot)), was, cpu);
		state->moves++;
		state->drained += drained;
	}
	return err != -EAGAIN;
}

static void gather_sa(struct rounds *r, const struct sas *sas, __u32 slot)
{
	__u32 cpu = sas_cpu(sas, slot);
	enum first_why why;

	if (sa_word_flags(table_word(&sas->table, slot)) & SA_HANDS_OFF || cpu >= CPU_SETSIZE)
		return;
	if (r->index[cpu] < 0)
		add_cpu(r, sas, cpu);
	r->slot[r->sas] = slot;
	r->sa[r->sas++] = (struct assign_sa){
		.load = sas_loads_of(r->loads, slot),
		.cpu = r->index[cpu],
		.flags = moving(sas, slot) || r->still		 ? ASSIGN_BUSY
			 : sas_pinned_cpu(sas, slot, &why) == (int)cpu ? ASSIGN_FIXED
								 : 0,
	};
}

/* The input of a round. SAs that belong on another CPU than theirs begin to move there. */
static void gather(struct daemon *d, struct round_state *state)
{
	struct rounds *r = d->rounds;
	const struct slots *known = &d->sas.known;
	enum first_why why;
	bool more;

	r->still = d->sas.generic || d->sas.placed_elsewhere;
	more = !r->still;

	gather_cpus(r, &d->sas);
	r->sas = 0;
	for (__u32 i = 0; i < known->count; i++) {
		__u32 slot = known->slot[i];
		int home = sas_pinned_cpu(&d->sas, slot, &why);

		if (more && home >= 0 && home != (int)sas_cpu(&d->sas, slot) &&
		    !moving(&d->sas, slot))
			more = move(d, slot, (unsigned int)home, state);
		gather_sa(r, &d->sas, slot);
	}
}

/* Is the heaviest SA all that there is to move away from the CPU of the largest load? */
static bool heaviest_alone(const struct rounds *r, const struct assign_result *result)
{
	const struct assign_sa *heaviest;
	const struct sas_load_cpu *its;

	if (result->heaviest < 0)
		return false;
	heaviest = &r->sa[result->heaviest];
	its = &r->loads->cpu[r->number[heaviest->cpu]];
	return its->sas + its->other >= result->after - 1e-6 &&
	       its->sas - heaviest->load < QUIET;
}

static double load_of_sas(const struct rounds *r)
{
	double load = 0;

	for (size_t i = 0; i < r->cpus; i++)
		load += r->loads->cpu[r->number[i]].sas;
	return load;
}

/* One sentence in a word (core/layout.h). */
static enum round_why explain(const struct daemon *d, const struct assign_result *result,
			      const struct assign_limits *limits, const struct round_state *state,
			      bool more)
{
	double bound = result->floor + fmax(limits->on * result->fair, limits->idle);

	if (d->sas.generic)
		return ROUND_GENERIC;
	if (d->rounds->still)
		return ROUND_NIC;
	if (more)
		return ROUND_MORE;
	if (state->moves)
		return ROUND_MOVED;
	if (d->rounds->loads->quiet || load_of_sas(d->rounds) < QUIET)
		return ROUND_QUIET;
	if (result->before > bound)
		return heaviest_alone(d->rounds, result) ? ROUND_BOUND : ROUND_STUCK;
	return result->bound ? ROUND_BOUND : ROUND_EVEN;
}

static __u32 millionths(double load)
{
	return (__u32)fmin(load * LOAD_ONE + 0.5, LOAD_UNKNOWN - 1);
}

/* What `show` needs to know, into the shared maps. */
static void report(struct daemon *d, const struct assign_result *result, struct round_state *state)
{
	struct rounds *r = d->rounds;
	const struct cost *cost = &r->loads->cost;

	state->before = millionths(result->before);
	state->after = millionths(result->after);
	state->fair = millionths(result->fair);
	state->heaviest = NO_SLOT;
	if (result->heaviest >= 0) {
		double load = sas_loads_of(r->loads, r->slot[result->heaviest]);

		state->heaviest = r->slot[result->heaviest];
		state->heaviest_key = sa_word_key(table_word(&d->sas.table, state->heaviest));
		state->heaviest_load = load >= 0 ? millionths(load) : LOAD_UNKNOWN;
	}
	state->packet_ps = (__u64)(cost->packet * 1e12 + 0.5);
	state->byte_ps = (__u64)(cost->byte * 1e12 + 0.5);
	state->receive_ps = (__u64)(cost->receive * 1e12 + 0.5);
	d->sas.maps.report->round = *state;
}

static void report_cpus(struct daemon *d)
{
	const struct sas_load_cpu *from = d->rounds->loads->cpu;
	struct report_cpu *to = d->sas.maps.report->cpu;

	for (__u32 cpu = 0; cpu < d->sas.maps.host->cpus && cpu < CPU_SETSIZE; cpu++) {
		SHARED(to[cpu].load) = millionths(from[cpu].sas);
		SHARED(to[cpu].other) = millionths(from[cpu].other);
	}
}

/* Where SAs go that come before the next round. */
static void expect(struct daemon *d)
{
	const struct sas_loads *loads = d->rounds->loads;
	double sum[CPU_SETSIZE];

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		sum[cpu] = loads->cpu[cpu].sas + loads->cpu[cpu].other;
	sas_forecast(&d->sas, sum, loads->mean);
}

static void decide(struct daemon *d, uint64_t now_ns)
{
	struct rounds *r = d->rounds;
	const struct round_state *last = &d->sas.maps.report->round;
	struct round_state state = {
		.time_ns = now_ns,
		.rounds = last->rounds + 1,
		.moved_ns = last->moved_ns,
		.moved = last->moved,
		.interval_ms = d->options->interval,
	};
	struct assign_limits limits;
	struct assign_result result;
	bool more;

	gather(d, &state);
	limits = assign_defaults(r->sas);
	if (assign_round(r->assign, &limits, r->sa, r->sas, r->cpu, r->cpus, &result))
		return;
	more = result.waiting;
	for (size_t i = 0; i < result.moves; i++) {
		const struct assign_move *m = &result.move[i];

		if (!move(d, r->slot[m->sa], r->number[m->to], &state)) {
			more = true;
			break;
		}
	}
	if (state.moves) {
		state.moved_ns = now_ns;
		state.moved = state.moves;
		d->pending |= PENDING_RULES;
	}
	state.why = explain(d, &result, &limits, &state, more);
	report(d, &result, &state);
}

/*
 * While no SA has any load and nothing has changed since the last round, another one would decide
 * the same: nothing.
 */
static bool idle(const struct daemon *d)
{
	const struct round_state *last = &d->sas.maps.report->round;
	const struct rounds *r = d->rounds;

	return r->loads->quiet && r->loads->changes == r->changes && !r->wanted && last->time_ns &&
	       last->why == ROUND_QUIET;
}

static void on_time(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	struct rounds *r = d->rounds;
	uint64_t now_ns = clock_now();

	r->last_ns = now_ns;
	at(r, now_ns + interval_ns(d), now_ns);
	d->pending |= PENDING_ROUND;
}

void rounds_run(struct daemon *d)
{
	struct rounds *r = d->rounds;
	uint64_t now_ns = clock_now();

	sas_loads_sample(r->loads, now_ns);
	report_cpus(d);
	if (idle(d))
		d->sas.maps.report->round.time_ns = now_ns;
	else
		decide(d, now_ns);
	r->wanted = false;
	r->changes = r->loads->changes;
	expect(d);
}

void rounds_close(struct daemon *d)
{
	struct rounds *r = d->rounds;

	if (!r)
		return;
	if (r->timer)
		event_free(r->timer);
	sas_loads_free(r->loads);
	assign_free(r->assign);
	free(r->sa);
	free(r->slot);
	free(r);
	d->rounds = NULL;
}

int rounds_open(struct daemon *d)
{
	struct rounds *r = calloc(1, sizeof(*r));
	size_t most = d->sas.maps.host->max_sas;

	d->rounds = r;
	if (!r)
		goto failed;
	r->loads = sas_loads_new(&d->sas);
	r->assign = assign_new(most, CPU_SETSIZE);
	r->sa = calloc(most, sizeof(*r->sa));
	r->slot = calloc(most, sizeof(*r->slot));
	r->timer = evtimer_new(d->base, on_time, d);
	if (!r->loads || !r->assign || !r->sa || !r->slot || !r->timer)
		goto failed;
	r->last_ns = clock_now();
	rounds_restart(d);
	return 0;
failed:
	say("getting ready to place SAs by load: out of memory");
	return -ENOMEM;
}
