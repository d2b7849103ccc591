// SPDX-License-Identifier: GPL-2.0-only
// The command line of a benchmark, and its result as table and JSON.
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(FILE *file, const char *name, bool live)
{
	fprintf(file,
		"usage: %s [--json] [--save FILE] [--rounds N]%s\n"
		"  --json       JSON instead of a table\n"
		"  --save FILE  the JSON to a file as well\n"
		"  --rounds N   of which the best or the median counts\n",
		name, live ? " [--live | --no-live]" : "");
	if (live)
		fprintf(file, "  --live       only the whole path on the lab\n"
			      "  --no-live    only the test runs\n");
}

int bench_options(struct bench_options *o, bool live, int argc, char **argv)
{
	static const struct option table[] = {
		{"json", no_argument, NULL, 'j'},
		{"save", required_argument, NULL, 's'},
		{"rounds", required_argument, NULL, 'r'},
		{"help", no_argument, NULL, 'h'},
		{"live", no_argument, NULL, 'l'},
		{"no-live", no_argument, NULL, 'n'},
		{NULL, 0, NULL, 0},
	};
	bool wrong = false;
	int c;

	memset(o, 0, sizeof(*o));
	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1) {
		if (c == 'h') {
			usage(stdout, argv[0], live);
			return 1;
		}
		o->json |= c == 'j';
		o->only_live |= c == 'l';
		o->no_live |= c == 'n';
		o->save = c == 's' ? optarg : o->save;
		o->rounds = c == 'r' ? strtoul(optarg, NULL, 10) : o->rounds;
		wrong |= c == '?' || (c == 'r' && !o->rounds);
	}
	wrong |= optind < argc || (o->only_live && o->no_live);
	wrong |= !live && (o->only_live || o->no_live);
	if (wrong)
		usage(stderr, argv[0], live);
	return wrong ? -EINVAL : 0;
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
