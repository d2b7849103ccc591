// SPDX-License-Identifier: GPL-2.0-only
// How evenly placements spread SAs over CPUs, on made-up traces: Espalier's, RSS++, a NIC's own.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "balance_run.h"
#include "result.h"

/* The more SAs, the less the seed matters. */
struct cell {
	size_t cpus, sas;
	unsigned int seeds;
	bool quick; /* shown without --all too */
};

#define CPUS(N)                                        \
	{N, 256, 3, (N) == 8}, {N, 1024, 3, (N) == 8}, \
	{                                              \
		N, 10000, 1, false                     \
	}

static const struct cell cells[] = {CPUS(2), CPUS(8), CPUS(64)};

/* Rounds that are timed: with what they have to do, and how long that may take in the mean. */
static const struct timed {
	const struct trace_kind *kind;
	const char *what;
	size_t cpus, sas;
	double goal_us;
} timed[] = {
	{&trace_kinds[TRACE_ZIPF], "all of them busy", 16, 128, 100},
	{&trace_kinds[TRACE_ONOFF], "all of them coming and going", 64, 10000, 5000},
	{&trace_sparse, "one in 100 of them coming and going, the others idle", 64, 100000, 1000},
	{&trace_kinds[TRACE_RAMP], "all of them busy, and their loads changing", 64, 100000, 10000},
};

enum {
	CELLS = sizeof(cells) / sizeof(cells[0]),
	TIMED = sizeof(timed) / sizeof(timed[0]),
	EVERY_POLICY = (1 << POLICIES) - 1,
};

/*
 * Espalier's goals. Its largest load over the floor is at most that of RSS++, and so much times the
 * oracle's; where nothing changes, no more than it was when rounds came every 500 ms. NOISE is what
 * another order of the same SAs makes of it.
 */
static const double ORACLE = 1.05, STATIONARY = 1.012, NOISE = 0.002;

struct results {
	bool all;
	bool done[CELLS];
	struct score score[CELLS][TRACE_KINDS][POLICIES];
	struct score time[TIMED];
};

static const struct table_column columns[] = {
	{"cpus", "CPUs", true, false},
	{"sas", "SAs", true, false},
	{"trace", "trace", false, false},
	{"policy", "policy", false, false},
	{"max_over_floor", "max/floor", true, false},
	{"worst_over_floor", "worst", true, false},
	{"charged", "charged", true, false},
	{"spread", "spread", true, false},
	{"free_spread", "free", true, false},
	{"moves_per_s", "moves/s", true, false},
	{"round_us", "round us", true, false},
	{"longest", "longest", true, false},
	{"verdict", "goals", false, false},
	{NULL, NULL, false, false},
};

static bool even_enough(const struct score *score, bool dynamic)
{
	double over = score[POLICY_ESPALIER].over_floor;

	return over <= score[POLICY_RSSPP].over_floor + NOISE &&
	       over <= ORACLE * score[POLICY_ORACLE].over_floor && (dynamic || over <= STATIONARY);
}

/* Wherever the heaviest SA is not the floor. Where a CPU of RSS++ idles, its spread has no bound.
 */
static bool spread_enough(const struct score *score)
{
	return !score[POLICY_ESPALIER].free_steps || isnan(score[POLICY_RSSPP].free_spread) ||
	       score[POLICY_ESPALIER].free_spread <= score[POLICY_RSSPP].free_spread;
}

/* As few moves as RSS++; or more of them, and it is still more even with their cost on the CPUs. */
static bool calm_enough(const struct score *score)
{
	return score[POLICY_ESPALIER].moves <= score[POLICY_RSSPP].moves ||
	       score[POLICY_ESPALIER].charged <= score[POLICY_RSSPP].charged;
}

static void verdict(const struct score *score, bool dynamic, char *text, size_t size)
{
	bool even = even_enough(score, dynamic), spread = spread_enough(score);
	bool calm = calm_enough(score);

	snprintf(text, size, "%s%s%s%s",
		 even && spread && calm ? "met" : "missed:", even ? "" : " max",
		 spread ? "" : " spread", calm ? "" : " moves");
}

static void text_cell(struct out *out, const char *key, double value, int decimals)
{
	char text[32];

	if (isnan(value))
		snprintf(text, sizeof(text), "-");
	else
		snprintf(text, sizeof(text), "%.*f", decimals, value);
	out_cell(out, key, text);
}

static void print_row(struct out *out, const struct cell *cell, int trace, int policy,
		      const struct score *score)
{
	const struct score *s = &score[policy];
	char text[40];

	out_row(out, NULL);
	out_string(out, "policy", policies[policy]->name);
	out_string(out, "trace", trace_kinds[trace].name);
	out_number(out, "cpus", (int64_t)cell->cpus);
	out_number(out, "sas", (int64_t)cell->sas);
	out_real(out, "max_over_floor", s->over_floor, 3);
	text_cell(out, "worst_over_floor", s->worst_over_floor, 3);
	out_real(out, "charged", s->charged, 3);
	text_cell(out, "spread", s->spread, 3);
	text_cell(out, "free_spread", s->free_steps ? s->free_spread : NAN, 3);
	out_real(out, "moves_per_s", s->moves, 2);
	out_real(out, "round_us", s->round * 1e6, 1);
	text_cell(out, "longest", s->longest_round * 1e6, 1);
	if (policy == POLICY_ESPALIER) {
		verdict(score, trace_kinds[trace].dynamic, text, sizeof(text));
		out_cell(out, "verdict", text);
	}
	out_up(out);
}

static void print_summary(struct out *out, const struct results *r)
{
	int goals = 0, met = 0;

	for (int c = 0; c < CELLS; c++) {
		for (int t = 0; t < TRACE_KINDS && r->done[c]; t++) {
			const struct score *score = r->score[c][t];

			goals += 3;
			met += even_enough(score, trace_kinds[t].dynamic);
			met += spread_enough(score) + calm_enough(score);
		}
	}
	out_say(out,
		"Policies decide every 100 ms, but for rsspp-kernel (200 ms to 1 s, as it chooses), "
		"espalier-own (100 to 500 ms, as it chooses) and oracle-500ms. Goals of espalier: "
		"max/floor at most that of rsspp (%.3f of noise allowed), at most %.2f times the "
		"oracle's, and at most %.3f where nothing changes (the first five traces); spread at "
		"most that of rsspp, where the heaviest SA is not the floor (free); no more moves, or "
		"less than rsspp with %.0f us for each move on both CPUs (charged): %d of %d met.",
		NOISE, ORACLE, STATIONARY, MOVE_S * 1e6, met, goals);
}

static void print_times(struct out *out, const struct results *r)
{
	for (int i = 0; i < TIMED; i++)
		out_say(out,
			"A round with %zu SAs on %zu CPUs, %s: %.0f us in the mean, the longest %.0f "
			"us; goal %.0f us: %s.",
			timed[i].sas, timed[i].cpus, timed[i].what, r->time[i].round * 1e6,
			r->time[i].longest_round * 1e6, timed[i].goal_us,
			r->time[i].round * 1e6 < timed[i].goal_us ? "met" : "missed");
}

static void print(struct out *out, const void *result)
{
	const struct results *r = result;

	out_table(out, "rows", columns);
	for (int c = 0; c < CELLS; c++)
		for (int t = 0; t < TRACE_KINDS && r->done[c]; t++)
			for (int p = 0; p < POLICIES; p++)
				print_row(out, &cells[c], t, p, r->score[c][t]);
	out_up(out);
	out_gap(out);
	print_summary(out, r);
	print_times(out, r);
}

static int run_cells(struct results *r)
{
	int err = 0;

	for (int c = 0; c < CELLS; c++) {
		const struct cell *cell = &cells[c];

		r->done[c] = r->all || cell->quick;
		for (int t = 0; t < TRACE_KINDS && r->done[c] && !err; t++)
			err = balance_run(&trace_kinds[t], cell->sas, cell->cpus, cell->seeds,
					  EVERY_POLICY, r->score[c][t]);
	}
	return err;
}

static int run_timed(struct results *r)
{
	struct score score[POLICIES];
	int err = 0;

	for (int i = 0; i < TIMED && !err; i++) {
		err = balance_run(timed[i].kind, timed[i].sas, timed[i].cpus, 1,
				  1 << POLICY_ESPALIER, score);
		r->time[i] = score[POLICY_ESPALIER];
	}
	return err;
}

static int run(struct results *r)
{
	int err = run_cells(r);

	if (!err)
		err = run_timed(r);
	if (err)
		fprintf(stderr, "bench/balance: %s\n", strerror(-err));
	return err;
}

int main(int argc, char **argv)
{
	struct bench_options options;
	struct results *r = calloc(1, sizeof(*r));
	int ret = bench_options(&options, BENCH_ALL, argc, argv);

	if (ret || !r) {
		free(r);
		return ret > 0 ? EXIT_SUCCESS : 2;
	}
	r->all = options.all || options.json || options.save;
	ret = run(r) || bench_print(&options, print, r);
	free(r);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
