/* SPDX-License-Identifier: GPL-2.0-only */
/* espalier show: what is steered, how, and how well. From the pins alone. */
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <time.h>
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

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static enum status damaged(const char *tried, const char *what)
{
	return complain(
		tried,
		"the pin of map %s is missing or not as it should be; try again if 'espalier "
		"run' has just begun, else take all down with 'espalier stop'",
		what);
}

static enum status cannot_open(const char *tried, int err, enum map bad)
{
	if (err == -EPROTO || err == -ENOENT)
		return damaged(tried, bad < MAPS ? map_name(bad) : "?");
	return complain(tried,
			"cannot open the pinned maps: %s; is this root, with all capabilities?",
			strerror(-err));
}

static enum status read_pins(const char *tried, const struct pins *pins, struct snapshot *snapshot)
{
	enum map bad = MAPS;
	struct maps maps;
	int err;

	maps_init(&maps);
	err = maps_open(&maps, pins, false, &bad);
	if (err)
		return cannot_open(tried, err, bad);
	err = snapshot_take(snapshot, &maps, maps_counts, now_ns());
	maps_close(&maps);
	if (err)
		return complain(tried, "cannot read the maps: %s", strerror(-err));
	return STATUS_DONE;
}

/* The snapshot of this network namespace; stays zero if nothing is steered. */
static enum status look(const char *tried, struct snapshot *snapshot)
{
	struct pins pins;
	int state = pins_find(&pins, false);

	if (state == -ENOENT)
		return STATUS_DONE;
	if (!state)
		state = pins_state(&pins);
	if (state < 0)
		return complain(tried, "cannot look for pins under bpffs: %s", strerror(-state));
	if (state == PINS_FOREIGN)
		return complain(tried,
				"another version of espalier steers here; use that version, or "
				"take its work down with 'espalier stop'");
	return state == PINS_NONE ? STATUS_DONE : read_pins(tried, &pins, snapshot);
}

/* The names that interfaces have now; those that are gone keep theirs. */
static void rename_interfaces(struct snapshot *snapshot)
{
	char name[IF_NAMESIZE];

	for (size_t i = 0; i < snapshot->interfaces; i++)
		if (if_indextoname(snapshot->interface[i].ifindex, name))
			memcpy(snapshot->interface[i].name, name, sizeof(name));
}

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

	rename_interfaces(snapshot);
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
