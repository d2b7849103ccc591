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
	bool quality;	 /* the goals of evenness are for this one, */
	double round_us; /* and this one of time */
};

#define CPUS(N)                                                                    \
	{N, 64, 3, false, 0}, {N, 256, 3, (N) == 8, 0}, {N, 1024, 3, (N) == 8, 0}, \
	{                                                                          \
		N, 10000, 1, false, (N) == 64 ? 5000 : 0                           \
	}

static const struct cell cells[] = {
	CPUS(2), CPUS(4), CPUS(8), CPUS(16), CPUS(32), CPUS(64), {16, 128, 3, false, 100},
};

enum { CELLS = sizeof(cells) / sizeof(cells[0]) };

/* Espalier's largest load over the floor, and over the oracle's; its spread over that of RSS++. */
static const double STATIONARY = 1.03, DYNAMIC = 1.1, SPREAD = 0.5;

struct results {
	bool all;
	bool done[CELLS];
	struct score score[CELLS][TRACE_KINDS][POLICIES];
};

static const struct table_column columns[] = {
	{"cpus", "CPUs", true, false},
	{"sas", "SAs", true, false},
	{"trace", "trace", false, false},
	{"policy", "policy", false, false},
	{"max_over_floor", "max/floor", true, false},
	{"worst_over_floor", "worst", true, false},
	{"spread", "spread", true, false},
	{"worst_spread", "worst", true, false},
	{"moves_per_s", "moves/s", true, false},
	{"round_us", "round us", true, false},
	{"longest", "longest", true, false},
	{"verdict", "goals", false, false},
	{NULL, NULL, false, false},
};

static bool even_enough(const struct score *score, bool dynamic)
{
	double most = dynamic ? DYNAMIC * score[POLICY_ORACLE].over_floor : STATIONARY;

	return score[POLICY_ESPALIER].over_floor <= most;
}

/* Where a CPU of RSS++ idles, its spread has no bound. */
static bool spread_enough(const struct score *score)
{
	return score[POLICY_ESPALIER].bound || isnan(score[POLICY_RSSPP].spread) ||
	       score[POLICY_ESPALIER].spread <= SPREAD * score[POLICY_RSSPP].spread;
}

static bool calm_enough(const struct score *score)
{
	return score[POLICY_ESPALIER].moves <= score[POLICY_RSSPP].moves;
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
	out_real(out, "spread", s->spread, 3);
	text_cell(out, "worst_spread", s->worst_spread, 3);
	out_real(out, "moves_per_s", s->moves, 2);
	out_real(out, "round_us", s->round * 1e6, 1);
	text_cell(out, "longest", s->longest_round * 1e6, 1);
	if (policy == POLICY_ESPALIER && cell->quality) {
		verdict(score, trace_kinds[trace].dynamic, text, sizeof(text));
		out_cell(out, "verdict", text);
	}
	out_up(out);
}

static void print_summary(struct out *out, const struct results *r)
{
	int goals = 0, met = 0;

	for (int c = 0; c < CELLS; c++) {
		for (int t = 0; t < TRACE_KINDS && cells[c].quality; t++) {
			const struct score *score = r->score[c][t];

			goals += 3;
			met += even_enough(score, trace_kinds[t].dynamic);
			met += spread_enough(score) + calm_enough(score);
		}
	}
	out_say(out,
		"Goals on 8 CPUs with 256 SAs and with 1,024: max/floor at most %.2f, on dynamic "
		"traces (the last four) %.1f times the oracle's; at most %.1f times the spread of "
		"RSS++, unless the heaviest SA is the floor; no more moves: %d of %d met.",
		STATIONARY, DYNAMIC, SPREAD, met, goals);
}

static void print_times(struct out *out, const struct results *r)
{
	for (int c = 0; c < CELLS; c++) {
		double mean = 0, longest = 0;

		if (!cells[c].round_us)
			continue;
		for (int t = 0; t < TRACE_KINDS; t++) {
			const struct score *s = &r->score[c][t][POLICY_ESPALIER];

			mean = fmax(mean, s->round * 1e6);
			longest = fmax(longest, s->longest_round * 1e6);
		}
		out_say(out,
			"A round with %zu SAs on %zu CPUs: at most %.0f us in the mean of a trace, "
			"the longest %.0f us; goal %.0f us: %s.",
			cells[c].sas, cells[c].cpus, mean, longest, cells[c].round_us,
			mean < cells[c].round_us ? "met" : "missed");
	}
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

static int run(struct results *r)
{
	for (int c = 0; c < CELLS; c++) {
		const struct cell *cell = &cells[c];

		r->done[c] = r->all || cell->quality || cell->round_us;
		for (int t = 0; t < TRACE_KINDS && r->done[c]; t++) {
			int err = balance_run(&trace_kinds[t], cell->sas, cell->cpus, cell->seeds,
					      r->score[c][t]);

			if (err) {
				fprintf(stderr, "bench/balance: %s\n", strerror(-err));
				return err;
			}
		}
	}
	return 0;
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
