// SPDX-License-Identifier: GPL-2.0-only
// The options of `run`, from the command line and from a file.
#include "daemon/settings.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include "cli/say.h"
#include "text/because.h"

const struct run_options settings_defaults = {
	.ike_cpu = -1,
	.ring = 512,
	.nice = -10,
	.max_sas = 65536,
	.resync = 10,
	.interval = 500,
};

static const char *const inner_words[] = {"auto", "off", NULL};

#define MEMBER(member) .offset = offsetof(struct run_options, member)


const struct option_row settings_rows[] = {
	{.name = "method",
	 .argument = "METHOD",
	 .type = OPTION_CHOICE,
	 .choices = method_choices,
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
	 .help = "the longest time between two looks at the load, after which SAs are moved to even "
		 "it out, 20 or more; 100 while they move; 0: never, SAs stay where they are first "
		 "placed"},
	{.name = "inner",
	 .argument = "auto|off|CPUS",
	 .type = OPTION_CPUS,
	 .choices = inner_words,
	 MEMBER(inner),
	 .help = "spread what comes out of xfrm interfaces over these CPUs, by inner flow, so that "
		 "an SA's CPU only decrypts; auto: for a heavy SA, where that is worth while; off, "
		 "the default: not"},
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
	{.name = "reorder",
	 .type = OPTION_FLAG,
	 MEMBER(reorder),
	 .help = "move busy SAs too where the method in use can keep packets in order only in a gap of "
		 "their traffic"},
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

/* The interfaces of the command line, if there are any; else those of the file. */
static int take_interfaces(struct settings *s, char *why, size_t size)
{
	if (s->asked.n_interfaces)
		return 0;
	s->now.interfaces = s->file.interface;
	s->now.n_interfaces = (size_t)s->file.interfaces;
	if (s->file.interfaces)
		return 0;
	snprintf(why, size, "it names no interface; add a line such as interfaces = eth0");
	return -EINVAL;
}

int settings_read(struct settings *s, const struct run_options *asked, char *why, size_t size)
{
	int err;

	*s = (struct settings){.asked = *asked, .now = *asked};
	if (!asked->config)
		return 0;
	err = config_read(asked->config, settings_rows, asked->given, &s->now, &s->file, why, size);
	if (!err)
		err = take_interfaces(s, why, size);
	if (err)
		settings_free(s);
	return err;
}

enum inner_how inner_how(const struct run_options *o)
{
	if (!o->inner || !strcmp(o->inner, "off"))
		return INNER_NEVER;
	return strcmp(o->inner, "auto") ? INNER_LIST : INNER_AUTO;
}

int settings_fault(const struct run_options *o, char *why, size_t size)
{
	const struct method *method = run_method(o);

	if (o->interval && o->interval < INTERVAL_LEAST)
		return because(-EINVAL, why, size, "interval %u: neither 0 nor at least %u",
			       o->interval, INTERVAL_LEAST);
	if (inner_how(o) == INNER_NEVER)
		return 0;
	if (method && !method_has(method, METHOD_BARE))
		return because(-EINVAL, why, size,
			       "inner %s: not with method %s, where a packet keeps the queue number or "
			       "the hash of its outer packet, and the kernel goes by these; use method "
			       "%s",
			       o->inner, method->name, method_with(METHOD_BARE)->name);
	if (inner_how(o) == INNER_AUTO && !o->interval)
		return because(-EINVAL, why, size,
			       "inner auto: not with interval 0, for it goes by loads, which are then "
			       "not looked at; name CPUs");
	return 0;
}

void settings_free(struct settings *s)
{
	config_free(&s->file);
}

void settings_say(const struct run_options *options)
{
	say_least(options->quiet ? LOG_WARNING : options->verbose ? LOG_DEBUG : LOG_INFO);
}
