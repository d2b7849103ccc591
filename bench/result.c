// SPDX-License-Identifier: GPL-2.0-only
// The command line of a benchmark, and its result as table and JSON.
#include "result.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli/tool.h"

#define AT(member) .offset = offsetof(struct bench_options, member)

/* @with: one of the options that not every benchmark has; 0: each has it. */
static const struct {
	unsigned int with;
	struct option_row row;
} options[] = {
	{0, {"json", NULL, OPTION_FLAG, AT(json), .help = "JSON instead of a table"}},
	{0, {"save", "FILE", OPTION_FILE, AT(save), .help = "the JSON to a file as well"}},
	{BENCH_ROUNDS,
	 {"rounds", "N", OPTION_NUMBER, AT(rounds), .least = 1, .most = 1000000,
	  .help = "of which the best or the median counts"}},
	{BENCH_LIVE,
	 {"live", NULL, OPTION_FLAG, AT(only_live), .help = "only the whole path on the lab"}},
	{BENCH_LIVE, {"no-live", NULL, OPTION_FLAG, AT(no_live), .help = "only the test runs"}},
	{BENCH_ALL,
	 {"all", NULL, OPTION_FLAG, AT(all), .help = "not only what has goals, as in the JSON"}},
};

enum { OPTIONS = sizeof(options) / sizeof(*options) };

int bench_options(struct bench_options *o, unsigned int known, int argc, char **argv)
{
	struct option_row rows[OPTIONS + 1] = {0};
	size_t n = 0;
	int err;

	for (size_t i = 0; i < OPTIONS; i++)
		if (!options[i].with || known & options[i].with)
			rows[n++] = options[i].row;
	memset(o, 0, sizeof(*o));
	err = tool_options(rows, "Measures, and prints what it measured beside its goals.", argc,
			   argv, o);
	if (err || !o->only_live || !o->no_live)
		return err;
	fprintf(stderr, "--live: not together with --no-live\n");
	return -EINVAL;
}

unsigned int bench_rounds(const struct bench_options *o, unsigned int usual, unsigned int most)
{
	return o->rounds && o->rounds <= most ? o->rounds : usual;
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
