// SPDX-License-Identifier: GPL-2.0-only
// The CPU time of the daemon's rounds, from counters to moves, with a hundred thousand SAs in plain
// memory on more CPUs than this machine has.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "core/random.h"
#include "daemon/rounds.h"
#include "host/clock.h"
#include "nic/cpus.h"
#include "place/cost.h"
#include "result.h"
#include "../tests/unit/plain_sas.h"

enum { SAS = 100000, CPUS = 64, ROUNDS = 200, WARM_UP = 20, ROUND_MS = 100, PACKET_BYTES = 1000 };

/* Of so many SAs one carries traffic at times; what a round may take in the mean. */
static const struct asked {
	const char *what;
	__u32 one_in;
	double goal_ms;
} asked[] = {
	{"1 in 100 of them with traffic that comes and goes", 100, 1},
	{"all of them with traffic that comes and goes", 1, 10},
};

enum { ASKED = sizeof(asked) / sizeof(asked[0]) };

struct traffic {
	bool on;
	__u32 slot;
	__u64 packets; /* in a round */
};

struct run {
	struct plain_sas plain;
	struct traffic *sa;
	struct event_base *base;
	struct rounds *rounds;
	struct run_options options;
	unsigned int pending;
	uint64_t random;
};

struct result {
	double mean_ms, longest_ms, moves;
};

/* What time it is, and for whom; the linker puts these in the place of those that ask the kernel.
 */
static uint64_t now_ns = 1000000000;
static const struct plain_sas *running; /* rings of SAs have the numbers of their CPUs */

int __real_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int __wrap_cpus_times_read(const char *path, struct cpus_times *times);

int __wrap_clock_gettime(clockid_t clock, struct timespec *time)
{
	if (clock != CLOCK_MONOTONIC)
		return __real_clock_gettime(clock, time);
	*time = (struct timespec){(time_t)(now_ns / 1000000000), (long)(now_ns % 1000000000)};
	return 0;
}

/* In microseconds. The CPUs do what their packets cost, and nothing else. */
int __wrap_cpus_times_read(const char *path, struct cpus_times *times)
{
	const struct cost cost = cost_start();
	double packet_us = 1e6 * (cost.packet + cost.byte * PACKET_BYTES);

	memset(times, 0, sizeof(*times));
	for (__u32 cpu = 0; cpu < CPUS; cpu++) {
		struct cpus_ticks *ticks = &times->cpu[cpu];

		ticks->total = now_ns / 1000;
		ticks->system =
			(uint64_t)((double)running->sas.maps.ring_states[cpu].runs * packet_us);
		ticks->idle = ticks->total - ticks->system;
	}
	return 0;
}

/* All together keep the CPUs half busy, with half of those on that may be. */
static int set_up(struct run *r, const struct asked *a)
{
	const struct cost cost = cost_start();
	double packets = CPUS * ROUND_MS / 1000.0 / (cost.packet + cost.byte * PACKET_BYTES) /
			 (SAS / a->one_in);
	int err = plain_sas_open(&r->plain, SAS, CPUS);

	if (err)
		return err;
	running = &r->plain;
	r->options.interval = ROUND_MS;
	r->options.quiet = true;
	r->random = 1;
	settings_say(&r->options);
	r->sa = calloc(SAS, sizeof(*r->sa));
	r->base = event_base_new();
	r->rounds = r->base ? rounds_new(r->base, &r->plain.sas, &r->options, &r->pending) : NULL;
	if (!r->sa || !r->rounds)
		return -ENOMEM;
	for (__u32 i = 0; i < SAS; i++) {
		int slot = plain_sas_add(&r->plain, 0x10000 + i, now_ns);

		if (slot < 0)
			return slot;
		r->sa[i].slot = (__u32)slot;
		r->sa[i].packets = 1 + random_below(&r->random, (uint32_t)(2 * packets));
		r->sa[i].on = random_below(&r->random, 2);
	}
	return 0;
}

static void take_down(struct run *r)
{
	rounds_free(r->rounds);
	if (r->base)
		event_base_free(r->base);
	plain_sas_close(&r->plain);
	free(r->sa);
}

/* One in a hundred of those with traffic begins or ends in a round; what is seen is off by a tenth.
 */
static void come(struct run *r, const struct asked *a)
{
	for (__u32 i = 0; i < SAS; i += a->one_in) {
		struct traffic *sa = &r->sa[i];
		__u64 tenth = sa->packets / 10;

		sa->on ^= random_below(&r->random, 100) == 0;
		if (sa->on)
			plain_sas_packets(&r->plain, sa->slot,
					  sa->packets - tenth +
						  random_below(&r->random, 2 * tenth + 1));
	}
}

static void time_rounds(struct run *r, const struct asked *a, struct result *result)
{
	const struct round_state *state = &r->plain.sas.maps.report->round;

	for (int round = 0; round < WARM_UP + ROUNDS; round++) {
		uint64_t began;
		double ms;

		now_ns += ROUND_MS * 1000000ull;
		come(r, a);
		began = clock_ns(CLOCK_THREAD_CPUTIME_ID);
		rounds_run(r->rounds);
		ms = (double)(clock_ns(CLOCK_THREAD_CPUTIME_ID) - began) / 1e6;
		if (round < WARM_UP)
			continue;
		result->mean_ms += ms / ROUNDS;
		result->longest_ms = ms > result->longest_ms ? ms : result->longest_ms;
		result->moves += (double)state->moves / ROUNDS;
	}
}

static void print(struct out *out, const void *arg)
{
	static const struct table_column columns[] = {
		{"sas", "SAs", true, false},	     {"cpus", "CPUs", true, false},
		{"what", "", false, false},	     {"moves", "moves", true, false},
		{"mean_ms", "mean ms", true, false}, {"longest_ms", "longest", true, false},
		{"goal", "goal", true, false},	     {"verdict", "", false, false},
		{NULL, NULL, false, false},
	};
	const struct result *r = arg;

	out_say(out, "CPU time of a round of the daemon:");
	out_table(out, "rows", columns);
	for (int i = 0; i < ASKED; i++) {
		out_row(out, NULL);
		out_number(out, "sas", SAS);
		out_number(out, "cpus", CPUS);
		out_string(out, "what", asked[i].what);
		out_real(out, "moves", r[i].moves, 1);
		out_real(out, "mean_ms", r[i].mean_ms, 2);
		out_real(out, "longest_ms", r[i].longest_ms, 2);
		bench_goal(out, r[i].mean_ms, asked[i].goal_ms);
		out_up(out);
	}
	out_up(out);
}

static int run(struct result results[ASKED])
{
	int err = 0;

	for (int i = 0; i < ASKED && !err; i++) {
		struct run *r = calloc(1, sizeof(*r));

		if (!r)
			return -ENOMEM;
		err = set_up(r, &asked[i]);
		if (!err)
			time_rounds(r, &asked[i], &results[i]);
		take_down(r);
		free(r);
	}
	return err;
}

int main(int argc, char **argv)
{
	struct bench_options options;
	struct result results[ASKED] = {{0}};
	int ret = bench_options(&options, 0, argc, argv);

	if (ret)
		return ret > 0 ? EXIT_SUCCESS : 2;
	ret = run(results);
	if (ret)
		fprintf(stderr, "bench/rounds: %s\n", strerror(-ret));
	else
		ret = bench_print(&options, print, results);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
