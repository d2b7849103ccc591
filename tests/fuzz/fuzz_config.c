// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration file, over the options of `run`. Every mistake is told with its line; where the
 * command line gave every option, the file changes none.
 */
#include <errno.h>
#include <string.h>

#include "cli/config.h"
#include "cmd/verbs.h"
#include "daemon/run.h"
#include "fuzz.h"

static int read_it(const char *path, uint64_t given, struct run_options *options)
{
	struct config config;
	char why[256] = "";
	int err;

	memcpy(options, verb_run.defaults, sizeof(*options));
	err = config_read(path, verb_run.options, given, options, &config, why, sizeof(why));
	MUST(err <= 0 && !err == !why[0]);
	if (err == -EINVAL)
		MUST(!strncmp(why, "line ", 5));
	for (int i = 0; i < config.interfaces; i++)
		MUST(config.interface[i][0]);
	config_free(&config);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *path = fuzz_file(data, size);
	struct run_options options;

	read_it(path, 0, &options);
	read_it(path, UINT64_MAX, &options);
	MUST(!memcmp(&options, verb_run.defaults, sizeof(options)));
	return 0;
}
