// SPDX-License-Identifier: GPL-2.0-only
// What steering costs a frame: the shipped programs in test runs, and the whole path on the lab.
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "cases.h"
#include "result.h"
#include "live.h"
#include "memory.h"

/* The counters of a table for 100,000 SAs, and the words of a full one for a million. */
enum { ROUNDS = 40, WARM_100K = 8 << 20, WORDS_1M = 8 << 20 };

struct results {
	const struct bench_options *options;
	struct bench_result runs[CASES_MAX];
	struct live_result live;
	double wait_ns, wait_words_ns; /* for a line of memory as large as those */
};

static const struct table_column columns[] = {
	{"name", "case", false, false},
	{"ns", "ns", true, false},
	{"times_empty", "x empty", true, false},
	{"goal", "goal", true, false},
	{"verdict", "", false, false},
	{"about", "", false, false},
	{NULL, NULL, false, false},
};

/* What a case costs above the empty program on the same frames; NAN: not run. */
static double above_empty(const struct bench_result *runs, unsigned int i)
{
	return runs[i].ns ? runs[i].ns - runs[cases_empty_of(&cases[i])].ns : NAN;
}

/* The first case of a program with plain ESP of so many SAs. */
static unsigned int case_of(enum cases_program program, __u32 sas)
{
	unsigned int i = 0;

	while (cases[i].program != program || cases[i].sas != sas || cases[i].packet != PACKET_ESP)
		i++;
	return i;
}

/* A million SAs are looked up in at most 1.5 times what 100,000 take. */
static double goal_of(const struct bench_result *runs, unsigned int i)
{
	const struct bench_case *c = &cases[i];

	if (c->program != RUN_STEER || c->sas != CASES_MILLION)
		return c->goal;
	return 1.5 * above_empty(runs, case_of(RUN_STEER, CASES_KNOWN));
}

static const char *verdict(double ns, double goal)
{
	if (isnan(ns))
		return "this kernel has none";
	if (!goal)
		return "";
	return ns <= goal ? "met" : "missed";
}

static void print_case(struct out *out, const struct bench_result *runs, unsigned int i)
{
	const struct bench_case *c = &cases[i];
	double ns = above_empty(runs, i), goal = goal_of(runs, i);

	out_row(out, NULL);
	out_string(out, "name", c->name);
	out_real(out, "ns", ns, 1);
	out_real(out, "times_empty", ns / runs[0].ns, 2);
	out_real(out, "goal", goal ? goal : NAN, 0);
	out_string(out, "verdict", verdict(ns, goal));
	out_string(out, "about", c->about);
	out_up(out);
}

static void print_runs(struct out *out, const struct results *r)
{
	const struct bench_result *runs = r->runs;

	out_say(out, "An empty program takes %.1f ns a frame, test run and all. Above that:",
		runs[0].ns);
	if (out_is_json(out)) {
		out_real(out, "empty_ns", runs[0].ns, 1);
		out_real(out, "empty_vary_ns", runs[1].ns, 1);
		out_real(out, "empty_dissect_ns", runs[2].ns, 1);
	}
	out_table(out, "cases", columns);
	for (unsigned int i = CASES_EMPTY; i < cases_count; i++)
		print_case(out, runs, i);
	out_up(out);
	out_gap(out);
	out_say(out,
		"A line of memory as large as the counters of 100,000 SAs is waited for %.1f ns. So "
		"ring-100k could not be below %.1f, were not the lines of several frames waited for "
		"at once.",
		r->wait_ns, r->wait_ns + above_empty(runs, case_of(RUN_RING, 0)));
	out_say(out,
		"One of memory as large as the words of a million is waited for %.1f ns: known-1m "
		"could not be below %.1f then.",
		r->wait_words_ns, r->wait_words_ns + above_empty(runs, case_of(RUN_STEER, 0)));
	if (!out_is_json(out))
		return;
	out_real(out, "memory_wait_ns", r->wait_ns, 1);
	out_real(out, "memory_wait_words_ns", r->wait_words_ns, 1);
}

static void print_live(struct out *out, const struct live_result *live)
{
	const char *word = live->ratio >= live->goal ? "met" : "missed";

	out_gap(out);
	out_say(out,
		"Live, small frames of 10,000 SAs from one CPU to another: %.2f million a second "
		"through Espalier,\n%.2f through a bare pair of programs: ratio %.2f, goal %.1f: "
		"%s",
		live->espalier_fps / 1e6, live->bare_fps / 1e6, live->ratio, live->goal, word);
	if (!out_is_json(out))
		return;
	out_object(out, "live");
	out_real(out, "espalier_fps", live->espalier_fps, 0);
	out_real(out, "bare_fps", live->bare_fps, 0);
	out_real(out, "ratio", live->ratio, 3);
	out_real(out, "goal", live->goal, 1);
	out_string(out, "verdict", word);
	out_up(out);
}

static void print(struct out *out, const void *result)
{
	const struct results *r = result;

	if (!r->options->only_live)
		print_runs(out, r);
	if (r->live.measured)
		print_live(out, &r->live);
}

/* The live part first: the test runs leave this process in namespaces of its own. */
static int measure(struct results *r)
{
	const struct bench_options *o = r->options;
	char why[2048] = "";
	int live = 0, err = 0;

	if (!o->no_live)
		live = live_run(&r->live);
	r->wait_ns = memory_wait(WARM_100K);
	r->wait_words_ns = memory_wait(WORDS_1M);
	if (r->wait_ns < 0 || r->wait_words_ns < 0)
		return -ENOMEM;
	if (!o->only_live)
		err = cases_run(o->rounds ? o->rounds : ROUNDS, r->runs, why, sizeof(why));
	if (err) {
		fprintf(stderr, "bench/steer: %s\n", why);
		return err;
	}
	if (live)
		fprintf(stderr, "bench/steer: the live part failed\n");
	err = bench_print(o, print, r);
	return err ? err : live;
}

int main(int argc, char **argv)
{
	struct bench_options options;
	struct results results = {.options = &options};
	int ret = bench_options(&options, BENCH_ROUNDS | BENCH_LIVE, argc, argv);

	if (ret)
		return ret > 0 ? EXIT_SUCCESS : 2;
	return measure(&results) ? EXIT_FAILURE : EXIT_SUCCESS;
}
