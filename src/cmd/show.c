/* SPDX-License-Identifier: GPL-2.0-only */
/* espalier show: what is steered, how, and how well. From the pins alone. */
#include <net/if.h>
#include <string.h>
#include "cmd/look.h"
#include "cmd/show_print.h"
#include "cmd/verb.h"

struct show_options {
	bool all, wide, json;
};

static const struct show_options defaults;

static const struct option_row options[] = {
	{.name = "all",
	 .type = OPTION_FLAG,
	 .offset = offsetof(struct show_options, all),
	 .help = "every SA, not only the 20 with most packets"},
	{.name = "wide",
	 .type = OPTION_FLAG,
	 .offset = offsetof(struct show_options, wide),
	 .help = "all that is known of an SA: moves, replay window, reqid and so on"},
	{.name = "json",
	 .type = OPTION_FLAG,
	 .offset = offsetof(struct show_options, json),
	 .help = "print JSON: all SAs, exact numbers"},
	{0},
};

static void keep_interface(struct snapshot *snapshot, const char *name)
{
	size_t kept = 0;

	for (size_t i = 0; i < snapshot->interfaces; i++)
		if (strcmp(snapshot->interface[i].name, name) == 0)
			snapshot->interface[kept++] = snapshot->interface[i];
	snapshot->interfaces = kept;
}

static enum status print(const char *tried, struct snapshot *snapshot, const char *only,
			 const struct show_options *o)
{
	struct show_view view = {.only = only, .all = o->all, .wide = o->wide};
	struct out *out;
	int err;

	view.interfaces = snapshot->interfaces;
	if (only)
		keep_interface(snapshot, only);
	if (only && !snapshot->interfaces && !if_nametoindex(only))
		return complain(tried, "no such interface; see ip link");
	out = out_new(stdout, o->json);
	if (!out)
		return complain(tried, "no memory");
	show_print(out, snapshot, &view);
	err = out_close(out);
	return err ? complain(tried, "cannot print: %s", strerror(-err)) : STATUS_DONE;
}

static enum status show(const void *given, int n, char **operands)
{
	const char *only = n ? operands[0] : NULL;
	struct snapshot snapshot = {0};
	enum status status;
	char tried[64];

	if (only && !interface_name_ok(only))
		return complain_usage("show", "%s: not a name an interface can have", only);
	snprintf(tried, sizeof(tried), "show%s%s", n ? " " : "", n ? only : "");
	status = look(tried, &snapshot);
	if (status == STATUS_DONE)
		status = print(tried, &snapshot, only, given);
	snapshot_free(&snapshot);
	return status;
}

const struct verb verb_show = {
	.name = "show",
	.operands = "[IF]",
	.most = 1,
	.brief = "what is steered, how, and how well",
	.about = "Shows what is steered in this network namespace: for each CPU and each SA. Reads "
		 "what the running programs share, so it needs no daemon. Figures count from the "
		 "start. With IF, only that interface is listed; the rest is the host's.",
	.options = options,
	.defaults = &defaults,
	.size = sizeof(defaults),
	.root = true,
	.function = show,
};
