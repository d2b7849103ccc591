// SPDX-License-Identifier: GPL-2.0-only
// What steering costs a frame: the shipped programs in test runs, and the whole path on the lab.
#include <getopt.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cases.h"
#include "view/out.h"

enum { ROUNDS = 40 };

struct options {
	unsigned int rounds;
	bool json;
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
static double above_empty(const struct bench_result *results, unsigned int i)
{
	return results[i].ns ? results[i].ns - results[cases[i].sas ? 1 : 0].ns : NAN;
}

static void print_case(struct out *out, const struct bench_result *results, unsigned int i)
{
	const struct bench_case *c = &cases[i];
	double ns = above_empty(results, i);

	out_row(out, NULL);
	out_string(out, "name", c->name);
	out_real(out, "ns", ns, 1);
	out_real(out, "times_empty", ns / results[0].ns, 2);
	out_real(out, "goal", c->goal ? c->goal : NAN, 0);
	out_string(out, "verdict",
		   isnan(ns)	   ? "this kernel has none"
		   : !c->goal	   ? ""
		   : ns <= c->goal ? "met"
				   : "missed");
	out_string(out, "about", c->about);
	out_up(out);
}

static void print_cases(struct out *out, const struct bench_result *results)
{
	out_say(out, "An empty program takes %.1f ns a frame, test run and all. Above that:",
		results[0].ns);
	if (out_is_json(out)) {
		out_real(out, "empty_ns", results[0].ns, 1);
		out_real(out, "empty_vary_ns", results[1].ns, 1);
	}
	out_table(out, "cases", columns);
	for (unsigned int i = 2; i < cases_count; i++)
		print_case(out, results, i);
	out_up(out);
}

static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option table[] = {
		{"json", no_argument, NULL, 'j'},
		{"rounds", required_argument, NULL, 'r'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	*o = (struct options){.rounds = ROUNDS};
	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (c == 'j')
			o->json = true;
		else if (c == 'r' && atoi(optarg) > 0)
			o->rounds = atoi(optarg);
		else
			return c == 'h' ? 1 : -1;
	}
	return optind < argc ? -1 : 0;
}

static int measure(const struct options *o)
{
	struct bench_result results[CASES_MAX];
	struct out *out;
	char why[2048];
	int err = cases_run(o->rounds, results, why, sizeof(why));

	if (err) {
		fprintf(stderr, "bench/steer: %s\n", why);
		return EXIT_FAILURE;
	}
	out = out_new(stdout, o->json);
	if (!out)
		return EXIT_FAILURE;
	if (o->json)
		out_number(out, "version", 1);
	print_cases(out, results);
	return out_close(out) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct options options;
	int ret = read_options(argc, argv, &options);

	if (ret) {
		fprintf(ret > 0 ? stdout : stderr, "usage: steer [--json] [--rounds N]\n");
		return ret > 0 ? EXIT_SUCCESS : 2;
	}
	return measure(&options);
}
