// SPDX-License-Identifier: GPL-2.0-only
/* espalier stop: puts everything back as it was. */
#include <string.h>
#include "cli/interface_named.h"
#include "cli/verb.h"
#include "client/client.h"
#include "view/out.h"

struct stop_options {
	bool json;
};

static const struct stop_options defaults;

static const struct option_row options[] = {
	{.name = "json",
	 .type = OPTION_FLAG,
	 .offset = offsetof(struct stop_options, json),
	 .help = "print JSON"},
	{0},
};

static void print_json(struct out *out, const struct stop_answer *answer)
{
	out_number(out, "version", 1);
	out_bool(out, "done", true);
	out_string(out, "said", answer->said);
	out_bool(out, "stopped", answer->stopped);
	out_array(out, "left_alone");
	for (size_t i = 0; i < answer->leavings.count; i++)
		out_string(out, NULL, answer->leavings.list[i].line);
	out_up(out);
}

static void print_text(struct out *out, const struct stop_answer *answer)
{
	out_say(out, "%s", answer->said);
	for (size_t i = 0; i < answer->leavings.count; i++)
		out_say(out, "%s", answer->leavings.list[i].line);
}

static enum status print(const char *tried, const struct stop_answer *answer, bool json)
{
	struct out *out = out_new(stdout, json);
	int err;

	if (!out)
		return complain(tried, "done, but no memory to say so");
	if (json)
		print_json(out, answer);
	else
		print_text(out, answer);
	err = out_close(out);
	return err ? complain(tried, "done, but cannot say so: %s", strerror(-err)) : STATUS_DONE;
}

static enum status explain(const char *tried, const struct stop_answer *answer, int err)
{
	for (size_t i = 0; i < answer->leavings.count; i++)
		complain(tried, "%s", answer->leavings.list[i].line);
	return complain(tried, "%s", *answer->said ? answer->said : strerror(-err));
}

static enum status stop(const void *given, int n, char **operands)
{
	const struct stop_options *o = given;
	const char *interface = n ? operands[0] : NULL;
	struct stop_answer answer;
	enum status status;
	char tried[64];
	int err;

	if (interface && !interface_name_ok(interface))
		return complain_usage("stop", "%s: not a name an interface can have", interface);
	snprintf(tried, sizeof(tried), "stop%s%s", n ? " " : "", n ? interface : "");
	err = daemon_stop(interface, &answer);
	status = err ? explain(tried, &answer, err) : print(tried, &answer, o->json);
	leavings_clear(&answer.leavings);
	return status;
}

const struct verb verb_stop = {
	.name = "stop",
	.operands = "[IF]",
	.most = 1,
	.brief = "put everything back as it was",
	.about = "Stops steering on one interface, or on all: the daemon ends, programs and maps "
		 "go, and every setting that was changed is put back; what somebody else changed "
		 "meanwhile is left alone and named. Works without a running daemon, and on what "
		 "another version of espalier left.",
	.options = options,
	.defaults = &defaults,
	.size = sizeof(defaults),
	.root = true,
	.function = stop,
};
