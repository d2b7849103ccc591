// SPDX-License-Identifier: GPL-2.0-only
// espalier gain: what spreading could bring, from the kernel's SA counters alone. Changes nothing.
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "cli/verb.h"
#include "client/find_pins.h"
#include "cmd/gain/count.h"
#include "cmd/gain/print.h"
#include "host/clock.h"
#include "nic/cpulist.h"
#include "nic/cpus.h"
#include "nic/link.h"
#include "sad/sa_interface.h"
#include "sas/maps.h"
#include "show/snapshot.h"
#include "steer/choose.h"
#include "steer/pick_cpus.h"
#include "sas/table.h"

struct gain_options {
	unsigned int seconds, measure;
	const char *cpus;
	bool json;
};

static const struct gain_options defaults = {.seconds = 3};

static const struct option_row options[] = {
	{.name = "seconds",
	 .argument = "SECONDS",
	 .type = OPTION_NUMBER,
	 .offset = offsetof(struct gain_options, seconds),
	 .least = 1,
	 .most = 3600,
	 .help = "how long to count"},
	{.name = "measure",
	 .argument = "SECONDS",
	 .type = OPTION_NUMBER,
	 .offset = offsetof(struct gain_options, measure),
	 .least = 1,
	 .most = 3600,
	 .help = "count for so long, and measure meanwhile, with programs that sample what the "
		 "CPUs do, what a packet costs in each stage of its way"},
	{.name = "cpus",
	 .argument = "LIST",
	 .type = OPTION_CPUS,
	 .offset = offsetof(struct gain_options, cpus),
	 .help = "CPUs that would decrypt, such as 0-3,8; those that 'run' would choose if not "
		 "given"},
	{.name = "json",
	 .type = OPTION_FLAG,
	 .offset = offsetof(struct gain_options, json),
	 .help = "print JSON"},
	{0},
};

/* The CPU that an SA is steered to, -1 if it is not. */
static int steered_to(const struct maps *maps, const struct sa *sa)
{
	const struct table table = maps_table(maps);
	__u64 word;

	(void)table_lookup(&table, sa_id_key(&table.shape, &sa->id), &word);
	if (!word || sa_word_flags(word) & SA_HANDS_OFF)
		return -1;
	return (int)maps->rings[sa_word_own(word)].cpu;
}

/* Are SAs steered here? Then their maps are open. */
static bool open_maps(struct maps *maps)
{
	enum map bad;
	char why[PINS_WHY_LEN];
	struct pins pins;
	int err = find_pins(&pins, why, sizeof(why));

	maps_init(maps);
	if (!err)
		err = maps_open(maps, &pins, false, &bad);
	pins_close(&pins);
	return !err;
}

/*
 * Where the kernel itself steers, what waits in its backlogs is to be decrypted; with inner
 * spreading it was.
 */
static enum stage backlog_of(const struct maps *maps)
{
	char name[METHOD_NAME_LEN + 1] = "";

	if (SHARED(maps->report->inner.state) == INNER_SPREAD)
		return STAGE_AFTER;
	for (size_t i = 0; i < HOST_INTERFACES; i++) {
		const struct host_interface *interface = &maps->host->interface[i];

		memcpy(name, interface->method, METHOD_NAME_LEN);
		if (interface->ifindex && method_has(method_find(name), METHOD_ANY_DRIVER))
			return STAGE_DECRYPT;
	}
	return STAGE_OTHER;
}

static int decide(const struct counting *counting, const struct maps *maps, bool measure,
		  struct gain_report *report)
{
	uint16_t softirq[CPU_SETSIZE];
	struct gain_sa *sas = calloc(counting->sas.count + 1, sizeof(*sas));
	struct gain_facts facts = {
		.sas = sas,
		.n = counting->sas.count,
		.cpus = report->cpus,
		.softirq = softirq,
	};
	int err;

	if (!sas)
		return -ENOMEM;
	for (size_t i = 0; i < facts.n; i++) {
		const struct sa *sa = &counting->sas.sa[i];

		sas[i] = (struct gain_sa){
			.packets = sa->packets,
			.bytes = sa->bytes,
			.hands_off = sa->offload != SA_OFFLOAD_NONE,
			.cpu = report->steered ? steered_to(maps, sa) : -1,
		};
		report->udp += sa->encap;
	}
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		softirq[cpu] = counting->cpu[cpu].softirq;
	err = gain_decide(&facts, &report->gain);
	if (!err && report->gain.busiest >= 0)
		report->busy = counting->cpu[report->gain.busiest].busy;
	if (!err && measure)
		err = gain_stages_take(counting, sas, &report->stages);
	free(sas);
	return err;
}

/* The interface of the SA that carried most, or if none did of the first, stands for all. */
static void find_interface_of_most(const struct sad_reading *sas, char name[IFNAMSIZ])
{
	const struct sa *most = NULL;

	for (size_t i = 0; i < sas->count; i++)
		if (!most || sas->sa[i].bytes > most->bytes)
			most = &sas->sa[i];
	if (most)
		sa_interface(most, name);
}

static void find_method(const struct sad_reading *sas, struct gain_report *report)
{
	struct cpu_roles roles;
	struct nic_facts facts;
	struct demand demand;

	if (!*report->interface)
		return;
	if (choose_facts(0, report->interface, true, &facts)) {
		*report->interface = 0;
		return;
	}
	first_roles(&report->cpus, &(const cpu_set_t){0}, -1, &roles);
	demand = demand_of(sas, &roles);
	report->method = choose_method(&facts, &demand, report->why, sizeof(report->why));
	nic_facts_free(&facts);
}

/* Those of --cpus that are online. */
static enum status given_cpus(const char *list, cpu_set_t *cpus)
{
	struct cpus_facts machine;
	int err = cpus_facts_read("/sys", &machine);

	if (err)
		return complain("gain", "reading which CPUs are online: %s", strerror(-err));
	(void)cpulist_parse(list, cpus); /* was checked with the options */
	CPU_AND(cpus, cpus, &machine.online);
	if (!CPU_COUNT(cpus))
		return complain("gain",
				"--cpus %s: none of these is online; 'lscpu --extended' shows "
				"those that are",
				list);
	return STATUS_DONE;
}

static enum status chosen_cpus(char *interface, cpu_set_t *cpus)
{
	struct cpus_facts machine;
	char why[512];
	int err = cpus_facts_read("/sys", &machine);

	if (!err)
		err = pick_cpus(0, &machine, &interface, *interface != 0, NULL, cpus, why,
				sizeof(why));
	return err ? complain("gain", "choosing CPUs: %s", strerror(-err)) : STATUS_DONE;
}

static enum status print(const struct gain_report *report, bool json)
{
	struct out *out = out_new(stdout, json);
	int err;

	if (!out)
		return complain("gain", "no memory");
	gain_print(out, report);
	err = out_close(out);
	return err ? complain("gain", "cannot print: %s", strerror(-err)) : STATUS_DONE;
}

/* What `run` found a byte to cost here; NAN: it makes no rounds. */
static double fitted_byte_ns(const struct maps *maps)
{
	struct snapshot snapshot;
	double byte_ns;

	if (snapshot_take_host(&snapshot, maps, maps_counts, clock_now()))
		return NAN;
	byte_ns = snapshot.measured ? snapshot.round.byte_ns : NAN;
	snapshot_free(&snapshot);
	return byte_ns;
}

static enum status report_on(const struct counting *counting, const struct maps *maps,
			     const struct gain_options *o, struct gain_report *report)
{
	enum status status = STATUS_DONE;

	report->seconds = counting->seconds;
	report->sas = counting->sas.count;
	find_interface_of_most(&counting->sas, report->interface);
	if (!o->cpus)
		status = chosen_cpus(report->interface, &report->cpus);
	if (status != STATUS_DONE)
		return status;
	if (decide(counting, maps, o->measure, report))
		return complain("gain", "no memory");
	gain_remedies_take(&report->stages, report->steered ? fitted_byte_ns(maps) : NAN,
			   (unsigned int)CPU_COUNT(&report->cpus), &report->remedies);
	if (report->gain.active)
		report->heaviest = &counting->sas.sa[report->gain.heaviest];
	find_method(&counting->sas, report);
	return print(report, o->json);
}

static enum status count_and_report(const struct gain_options *o, struct gain_report *report)
{
	struct counting counting = {0};
	struct count_how how = {
		.seconds = o->measure ?: o->seconds,
		.measure = o->measure,
	};
	enum status status;
	struct maps maps;

	report->steered = open_maps(&maps);
	how.backlog = report->steered ? backlog_of(&maps) : STAGE_OTHER;
	report->stages.spread = how.backlog == STAGE_AFTER;
	status = count(&how, report->steered ? &maps : NULL, &counting);
	if (status == STATUS_DONE)
		status = report_on(&counting, &maps, o, report);
	maps_close(&maps);
	gain_stages_free(&report->stages);
	sad_reading_free(&counting.sas);
	return status;
}

static enum status gain(const void *given, int n, char **operands)
{
	const struct gain_options *o = given;
	struct gain_report report = {0};
	enum status status = o->cpus ? given_cpus(o->cpus, &report.cpus) : STATUS_DONE;

	return status == STATUS_DONE ? count_and_report(o, &report) : status;
}

const struct verb verb_gain = {
	.name = "gain",
	.operands = "",
	.brief = "what spreading could bring here; changes nothing",
	.about = "Reads the counters of the kernel's inbound SAs and how busy the CPUs are, twice, "
		 "and says what spreading the SAs over CPUs could bring, and by which method. "
		 "Changes nothing, and without --measure loads no program.",
	.options = options,
	.defaults = &defaults,
	.size = sizeof(defaults),
	.root = true,
	.function = gain,
};
