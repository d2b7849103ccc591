// SPDX-License-Identifier: GPL-2.0-only
// espalier show: what is steered, how, and how well. From the pins alone.
#include <net/if.h>
#include <string.h>
#include "cli/interface_named.h"
#include "cli/verb.h"
#include "client/snapshot_now.h"
#include "cmd/show/pick.h"
#include "cmd/show/print.h"
#include "text/number.h"
#include "text/spi.h"

struct show_options {
	bool all, wide, json, sorted;
	const char *spi, *reqid;
	struct option_address peer;
	int cpu, sort;
};

static const struct show_options defaults = {.cpu = -1};

static const char *const sorts[] = {"load", "packets", "cpu", "spi", "peer", NULL};

static snapshot_order *const orders[] = {snapshot_by_weight, snapshot_by_packets, snapshot_by_cpu,
					 snapshot_by_spi, snapshot_by_source};

static const struct option_row options[] = {
	{.name = "all",
	 .type = OPTION_FLAG,
	 .offset = offsetof(struct show_options, all),
	 .help = "every SA, not only the first 20"},
	{.name = "wide",
	 .type = OPTION_FLAG,
	 .offset = offsetof(struct show_options, wide),
	 .help = "all that is known of an SA (moves, replay window, reqid and so on), and of drops, "
		 "moves, rounds and settings"},
	{.name = "spi",
	 .argument = "SPI",
	 .type = OPTION_STRING,
	 .offset = offsetof(struct show_options, spi),
	 .help = "only SAs with this SPI; 'espalier show 0xc0001000' is the same"},
	{.name = "peer",
	 .argument = "ADDRESS",
	 .type = OPTION_ADDRESS,
	 .offset = offsetof(struct show_options, peer),
	 .help = "only SAs whose packets come from this address"},
	{.name = "cpu",
	 .argument = "CPU",
	 .type = OPTION_NUMBER,
	 .offset = offsetof(struct show_options, cpu),
	 .most = CPU_SETSIZE - 1,
	 .help = "only SAs on this CPU"},
	{.name = "reqid",
	 .argument = "N",
	 .type = OPTION_STRING,
	 .offset = offsetof(struct show_options, reqid),
	 .help = "only SAs with this reqid"},
	{.name = "sort",
	 .argument = "KEY",
	 .type = OPTION_CHOICE,
	 .choices = sorts,
	 .given = offsetof(struct show_options, sorted),
	 .offset = offsetof(struct show_options, sort),
	 .help = "order of the SAs: load (the default, the most first), packets, cpu, spi or peer"},
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
			 const struct show_pick *pick, const struct show_options *o)
{
	struct show_view view = {
		.only = only,
		.all = o->all,
		.wide = o->wide,
		.picked = show_picks(pick),
		.sort = o->sorted ? orders[o->sort] : NULL,
		.interfaces = snapshot->interfaces,
	};
	struct out *out;
	int err;

	if (only)
		keep_interface(snapshot, only);
	if (only && !snapshot->interfaces && !if_nametoindex(only))
		return interface_unknown("show", only);
	show_pick(snapshot, pick);
	if (view.picked && !snapshot->sas)
		return complain(tried, "no such SA is known here; 'espalier show --all' lists them");
	out = out_new(stdout, o->json);
	if (!out)
		return complain(tried, "no memory");
	show_print(out, snapshot, &view);
	err = out_close(out);
	return err ? complain(tried, "cannot print: %s", strerror(-err)) : STATUS_DONE;
}

/* What the options ask for; an operand may be an SPI. */
static enum status read_pick(const struct show_options *o, const char *spi, struct show_pick *pick)
{
	int64_t reqid = 0;

	*pick = (struct show_pick){.cpu = o->cpu, .peer = o->peer, .by_reqid = o->reqid};
	if (spi && !spi_parse(spi, &pick->spi))
		return complain_usage("show", "%s: %s", spi, spi_why_not(spi));
	if (o->reqid && !number_signed(o->reqid, 0, UINT32_MAX, &reqid))
		return complain_usage("show", "--reqid %s: not a number from 0 to %u", o->reqid,
				      UINT32_MAX);
	pick->reqid = (uint32_t)reqid;
	return STATUS_DONE;
}

static enum status show(const void *given, int n, char **operands)
{
	const struct show_options *o = given;
	const char *only = n ? operands[0] : NULL, *spi = o->spi;
	struct snapshot snapshot = {0};
	struct show_pick pick;
	enum status status;
	char tried[64];

	if (only && !if_nametoindex(only) && spi_meant(only)) {
		spi = only;
		only = NULL;
	}
	if (only && !interface_name_ok(only))
		return complain_usage("show", "%s: neither an interface nor an SPI", only);
	status = read_pick(o, spi, &pick);
	if (status != STATUS_DONE)
		return status;
	snprintf(tried, sizeof(tried), "show%s%s", n ? " " : "", n ? operands[0] : "");
	status = snapshot_now(tried, &snapshot);
	if (status == STATUS_DONE)
		status = print(tried, &snapshot, only, &pick, o);
	snapshot_free(&snapshot);
	return status;
}

const struct verb verb_show = {
	.name = "show",
	.operands = "[IF|SPI]",
	.most = 1,
	.brief = "what is steered, how, and how well",
	.about = "Shows what is steered in this network namespace: for each CPU and each SA. Reads "
		 "what the running programs share, so it needs no daemon. Figures count from the "
		 "start. With IF, only that interface is listed; the rest is the host's. With an "
		 "SPI, only its SAs.",
	.options = options,
	.defaults = &defaults,
	.size = sizeof(defaults),
	.root = true,
	.function = show,
};
