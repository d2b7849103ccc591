// SPDX-License-Identifier: GPL-2.0-only
// Runs bench/live and reads its JSON.
#include "live.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* BENCH_FOLDER and BENCH_BUILD come from meson.build. */
#define COMMAND BENCH_FOLDER "/live --json"

static double number(struct json_object *object, const char *key)
{
	return json_object_get_double(json_object_object_get(object, key));
}

int live_run(struct live_result *result)
{
	struct json_object *object;
	char line[4096] = "";
	FILE *pipe;
	int status;

	memset(result, 0, sizeof(*result));
	setenv("ESPALIER_BUILD", BENCH_BUILD, 0);
	pipe = popen(COMMAND, "re");
	if (!pipe)
		return -errno;
	if (!fgets(line, sizeof(line), pipe))
		line[0] = 0;
	status = pclose(pipe);
	object = status ? NULL : json_tokener_parse(line);
	if (!object)
		return -EIO;
	result->espalier_fps = number(object, "espalier_fps");
	result->bare_fps = number(object, "bare_fps");
	result->ratio = number(object, "ratio");
	result->goal = number(object, "goal");
	result->measured = result->bare_fps > 0;
	json_object_put(object);
	return result->measured ? 0 : -EIO;
}
