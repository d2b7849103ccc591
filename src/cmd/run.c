/* SPDX-License-Identifier: GPL-2.0-only */
/* espalier run: steers until told to stop. */
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <net/if.h>
#include <string.h>
#include "cli/config.h"
#include "cli/interface_named.h"
#include "cli/verb.h"
#include "core/layout.h"
#include "daemon/run.h"

static const struct run_options defaults = {
	.ike_cpu = -1,
	.ring = 512,
	.nice = -10,
	.max_sas = 65536,
	.resync = 10,
	.interval = 500,
};

#define MEMBER(member) .offset = offsetof(struct run_options, member)

/* In the order of enum method_kind, behind auto. */
static const char *const methods[] = {"auto", "rss", "ntuple", "xdp", "rps", NULL};

static const struct option_row options[] = {
	{.name = "method",
	 .argument = "METHOD",
	 .type = OPTION_CHOICE,
	 .choices = methods,
	 MEMBER(method),
	 .help = "how to steer: by the NIC's hash and table, by its rules, by XDP, by the kernel's "
		 "RPS; auto chooses for each interface and says why"},
	{.name = "cpus",
	 .argument = "LIST",
	 .type = OPTION_CPUS,
	 MEMBER(cpus),
	 .help = "CPUs that decrypt, such as 0-3,8; chosen and explained if not given"},
	{.name = "stray-cpus",
	 .argument = "LIST",
	 .type = OPTION_CPUS,
	 MEMBER(stray_cpus),
	 .help = "CPUs for strays; by default one of --cpus, without SAs if there are more than "
		 "two"},
	{.name = "ike-cpu",
	 .argument = "CPU",
	 .type = OPTION_NUMBER,
	 MEMBER(ike_cpu),
	 .most = CPU_SETSIZE - 1,
	 .help = "CPU for IKE and keepalives; by default the first of --cpus"},
	/* The kernel's limit of a cpumap entry (kernel/bpf/cpumap.c). */
	{.name = "ring",
	 .argument = "FRAMES",
	 .type = OPTION_NUMBER,
	 MEMBER(ring),
	 .given = offsetof(struct run_options, ring_given),
	 .least = 1,
	 .most = 16384,
	 .help = "frames that each CPU's ring of SAs holds"},
	{.name = "nice",
	 .argument = "N",
	 .type = OPTION_NUMBER,
	 MEMBER(nice),
	 .least = -20,
	 .most = 19,
	 .help = "priority of the rings' threads"},
	{.name = "max-sas",
	 .argument = "N",
	 .type = OPTION_NUMBER,
	 MEMBER(max_sas),
	 .given = offsetof(struct run_options, max_sas_given),
	 .least = 1,
	 .most = 4194304,
	 .help = "SAs that the table is made for"},
	{.name = "stray-limit",
	 .argument = "PPS",
	 .type = OPTION_NUMBER,
	 MEMBER(stray_limit),
	 .most = 1000000000,
	 .help = "strays a second that are let through, and as much IKE over its share; the others "
		 "are dropped; 0: none is dropped"},
	{.name = "resync",
	 .argument = "SECONDS",
	 .type = OPTION_NUMBER,
	 MEMBER(resync),
	 .least = 1,
	 .most = 86400,
	 .help = "how often all SAs are read from the kernel anew"},
	{.name = "interval",
	 .argument = "MS",
	 .type = OPTION_NUMBER,
	 MEMBER(interval),
	 .most = 60000,
	 .help = "how often the load is looked at and SAs are moved to even it out, 20 or more; 0: "
		 "never, SAs stay where they are first placed"},
	{.name = "sas",
	 .argument = "FILE",
	 .type = OPTION_FILE,
	 MEMBER(sas),
	 .help = "more SAs, of a user-space ESP: a line for each, DST SPI [PROTOCOL] [WINDOW] "
		 "[CPU] [NAME=VALUE...]"},
	{.name = "metrics",
	 .argument = "FILE",
	 .type = OPTION_FILE,
	 MEMBER(metrics),
	 .help = "write figures for Prometheus to FILE every 5 seconds, as node_exporter's "
		 "textfile collector reads them"},
	{.name = "learn",
	 .type = OPTION_FLAG,
	 MEMBER(learn),
	 .help = "learn SAs that the kernel does not know from their packets"},
	{.name = "keep",
	 .type = OPTION_FLAG,
	 MEMBER(keep),
	 .help = "leave all in place on SIGTERM: packets are steered on, and the next run adopts "
		 "it"},
	{.name = "quiet",
	 .type = OPTION_FLAG,
	 MEMBER(quiet),
	 .help = "say only warnings and errors"},
	{.name = "verbose",
	 .type = OPTION_FLAG,
	 MEMBER(verbose),
	 .help = "say each move that a round begins, too"},
	{.name = "generic",
	 .type = OPTION_FLAG,
	 MEMBER(generic),
	 .help = "generic XDP: works on every driver, is slower, and cannot move busy SAs in "
		 "order"},
	{.name = "config",
	 .argument = "FILE",
	 .type = OPTION_FILE,
	 MEMBER(config),
	 .call_only = true,
	 .help = "read interfaces and options from FILE too, espalier.conf(5); what is on the "
		 "command line wins"},
	{.name = "dry-run",
	 .type = OPTION_FLAG,
	 MEMBER(dry_run),
	 .call_only = true,
	 .help = "say what would be done and change nothing"},
	{.name = "json",
	 .type = OPTION_FLAG,
	 MEMBER(json),
	 .call_only = true,
	 .help = "print what --dry-run says as JSON"},
	{0},
};

/* A dry run says of each interface what is wrong with it. */
static enum status check_names(const struct run_options *o, int n, char **names)
{
	for (int i = 0; i < n; i++) {
		if (!interface_name_ok(names[i]))
			return complain_usage("run", "%s: not a name an interface can have",
					      names[i]);
		if (!o->dry_run && !if_nametoindex(names[i]))
			return interface_unknown("run", names[i]);
		for (int j = 0; j < i; j++)
			if (strcmp(names[i], names[j]) == 0)
				return complain_usage("run", "%s is named twice", names[i]);
	}
	return STATUS_DONE;
}

static enum status run_them(struct run_options *o, int n, char **names)
{
	enum status status;

	if (o->interval && o->interval < INTERVAL_LEAST)
		return complain_usage("run", "--interval %u: neither 0 nor at least %u",
				      o->interval, INTERVAL_LEAST);
	if (o->generic && o->method && o->method != RUN_METHOD(METHOD_XDP))
		return complain_usage("run", "--generic goes with --method xdp alone");
	if (o->json && !o->dry_run)
		return complain_usage("run", "--json goes with --dry-run: the daemon writes lines");
	if (n > HOST_INTERFACES)
		return complain_usage("run", "%s is one too many", names[HOST_INTERFACES]);
	status = check_names(o, n, names);
	if (status != STATUS_DONE)
		return status;
	o->interfaces = names;
	o->n_interfaces = (size_t)n;
	return daemon_run(o) ? STATUS_FAILED : STATUS_DONE;
}

/* The file of settings, and what was on the command line beside it. */
struct source {
	const struct run_options *asked;
	int operands;
	char **operand;
	struct config config[3]; /* the first one, the last that was taken, the one just read */
};

/* Options from the file, and the interfaces: those of the command line if there are any. */
static int read_file(const struct source *source, struct run_options *o, struct config *config,
		     char *why, size_t size)
{
	int err;

	*o = *source->asked;
	err = config_read(o->config, options, o->given, o, config, why, size);
	if (!err && !source->operands && !config->interfaces) {
		snprintf(why, size,
			 "it names no interface; add a line such as interfaces = eth0");
		err = -EINVAL;
	}
	o->interfaces = source->operands ? source->operand : config->interface;
	o->n_interfaces = (size_t)(source->operands ? source->operands : config->interfaces);
	return err;
}

static void reread_end(void *from, bool taken)
{
	struct source *source = from;

	config_free(&source->config[taken ? 1 : 2]);
	if (taken)
		source->config[1] = source->config[2];
	source->config[2] = (struct config){0};
}

static int reread(void *from, struct run_options *again, char *why, size_t size)
{
	struct source *source = from;
	int err = read_file(source, again, &source->config[2], why, size);

	if (!err && again->interval && again->interval < INTERVAL_LEAST) {
		snprintf(why, size, "interval: neither 0 nor at least %d", INTERVAL_LEAST);
		err = -EINVAL;
	}
	if (err)
		reread_end(source, false);
	return err;
}

static enum status run_file(const struct run_options *asked, int n, char **names)
{
	struct source source = {.asked = asked, .operands = n, .operand = names};
	struct run_options o;
	enum status status;
	char why[256], tried[512];

	snprintf(tried, sizeof(tried), "reading %s", asked->config);
	if (read_file(&source, &o, &source.config[0], why, sizeof(why))) {
		status = complain(tried, "%s", why);
	} else {
		o.reread = reread;
		o.reread_end = reread_end;
		o.source = &source;
		status = run_them(&o, (int)o.n_interfaces, o.interfaces);
	}
	for (int i = 0; i < 3; i++)
		config_free(&source.config[i]);
	return status;
}

/* "eth0,eth1" as in the file; where a comma belongs to a name there is such an interface. */
static int part_names(int n, char **operands, char **names, int room)
{
	int parts = 0;

	for (int i = 0; i < n; i++) {
		char *rest = operands[i];
		const char *between = if_nametoindex(rest) ? "" : ",";

		while (rest && parts < room)
			names[parts++] = strsep(&rest, between);
	}
	return parts;
}

static enum status run(const void *given, int n, char **operands)
{
	struct run_options o = *(const struct run_options *)given;
	char *names[HOST_INTERFACES + 1];

	n = part_names(n, operands, names, HOST_INTERFACES + 1);
	if (o.config)
		return run_file(&o, n, names);
	if (!n)
		return complain_usage("run", "needs IF... or --config FILE");
	return run_them(&o, n, names);
}

const struct verb verb_run = {
	.name = "run",
	.operands = "IF...",
	.most = HOST_INTERFACES,
	.brief = "steer until told to stop",
	.about = "Steers inbound IPsec of these interfaces across CPUs, in the foreground, until "
		 "SIGTERM or SIGINT; then puts everything back as it was.",
	.options = options,
	.defaults = &defaults,
	.size = sizeof(defaults),
	.given = offsetof(struct run_options, given),
	.root = true,
	.function = run,
};
