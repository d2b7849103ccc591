/* SPDX-License-Identifier: GPL-2.0-only */
/* espalier stop: puts everything back as it was. */
#include "cmd/outcome.h"
#include "cmd/verb.h"
#include "daemon/client.h"

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

static enum status stop(const void *given, int n, char **operands)
{
	const struct stop_options *o = given;
	const char *interface = n ? operands[0] : NULL;
	char tried[64], said[DAEMON_WHY_LEN] = "";
	int err;

	if (interface && !interface_name_ok(interface))
		return complain_usage("stop", "%s: not a name an interface can have", interface);
	snprintf(tried, sizeof(tried), "stop%s%s", n ? " " : "", n ? interface : "");
	err = daemon_stop(interface, said, sizeof(said));
	return outcome(tried, err, said, o->json);
}

const struct verb verb_stop = {
	.name = "stop",
	.operands = "[IF]",
	.most = 1,
	.brief = "put everything back as it was",
	.about = "Stops steering on one interface, or on all: the daemon ends, programs and maps "
		 "go, "
		 "and every setting that was changed is put back. Works without a running daemon, "
		 "and on what another version of espalier left.",
	.options = options,
	.defaults = &defaults,
	.size = sizeof(defaults),
	.root = true,
	.function = stop,
};
