// SPDX-License-Identifier: GPL-2.0-only
// The command line of a benchmark, and its result as table and JSON.
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static void usage(FILE *file, const char *name, unsigned int known)
{
	fprintf(file,
		"usage: %s [--json] [--save FILE]%s%s%s\n"
		"  --json       JSON instead of a table\n"
		"  --save FILE  the JSON to a file as well\n",
		name, known & BENCH_ROUNDS ? " [--rounds N]" : "",
		known & BENCH_LIVE ? " [--live | --no-live]" : "",
		known & BENCH_ALL ? " [--all]" : "");
	if (known & BENCH_ROUNDS)
		fprintf(file, "  --rounds N   of which the best or the median counts\n");
	if (known & BENCH_LIVE)
		fprintf(file, "  --live       only the whole path on the lab\n"
			      "  --no-live    only the test runs\n");
	if (known & BENCH_ALL)
		fprintf(file, "  --all        not only what has goals, as in the JSON\n");
}

/* Sets an option; false if this benchmark has none of that name. */
static bool set(struct bench_options *o, unsigned int known, int option)
{
	switch (option) {
	case 'j':
		o->json = true;
		return true;
	case 's':
		o->save = optarg;
		return true;
	case 'r':
		o->rounds = strtoul(optarg, NULL, 10);
		return known & BENCH_ROUNDS && o->rounds;
	case 'l':
		o->only_live = true;
		return known & BENCH_LIVE && !o->no_live;
	case 'n':
		o->no_live = true;
		return known & BENCH_LIVE && !o->only_live;
	case 'a':
		o->all = true;
		return known & BENCH_ALL;
	default:
		return false;
	}
}

int bench_options(struct bench_options *o, unsigned int known, int argc, char **argv)
{
	static const struct option table[] = {
		{"json", no_argument, NULL, 'j'},	  {"save", required_argument, NULL, 's'},
		{"rounds", required_argument, NULL, 'r'}, {"help", no_argument, NULL, 'h'},
		{"live", no_argument, NULL, 'l'},	  {"no-live", no_argument, NULL, 'n'},
		{"all", no_argument, NULL, 'a'},	  {NULL, 0, NULL, 0},
	};
	bool wrong = false;
	int c;

	memset(o, 0, sizeof(*o));
	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (c == 'h') {
			usage(stdout, argv[0], known);
			return 1;
		}
		wrong |= !set(o, known, c);
	}
	wrong |= optind < argc;
	if (wrong)
		usage(stderr, argv[0], known);
	return wrong ? -EINVAL : 0;
}

unsigned int bench_rounds(const struct bench_options *o, unsigned int usual, unsigned int most)
{
	return o->rounds && o->rounds <= most ? o->rounds : usual;
}

double bench_now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

void bench_goal(struct out *out, double measured, double goal)
{
	out_real(out, "goal", goal, 1);
	out_string(out, "verdict", measured <= goal ? "met" : "missed");
}

static int print_to(FILE *file, bool json, void (*print)(struct out *out, const void *result),
		    const void *result)
{
	struct out *out = out_new(file, json);

	if (!out)
		return -ENOMEM;
	if (json)
		out_number(out, "version", 1);
	print(out, result);
	return out_close(out);
}

int bench_print(const struct bench_options *o, void (*print)(struct out *out, const void *result),
		const void *result)
{
	int err = print_to(stdout, o->json, print, result);
	FILE *file;

	if (!err && o->save) {
		file = fopen(o->save, "we");
		err = file ? print_to(file, true, print, result) : -errno;
		if (file && fclose(file) && !err)
			err = -errno;
	}
	if (err)
		fprintf(stderr, "bench: printing the result%s%s: %s\n", o->save ? " to " : "",
			o->save ?: "", strerror(-err));
	return err;
}
