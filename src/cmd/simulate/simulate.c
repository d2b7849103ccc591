// SPDX-License-Identifier: GPL-2.0-only
// espalier simulate: where packets would go, on any NIC with any number of queues.
#include "cmd/simulate/simulate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli/progress.h"
#include "cli/verb.h"
#include "cmd/simulate/wish.h"
#include "sad/sas_file.h"
#include "text/number.h"
#include "trace/capture.h"
#include "trace/made.h"

struct simulate_options {
	const char *nic, *queues, *made, *filter, *sas, *html;
	bool json, no_placement;
};

static const struct simulate_options defaults;

static const struct option_row options[] = {
	{.name = "nic",
	 .argument = "NAME,...",
	 .type = OPTION_STRING,
	 .offset = offsetof(struct simulate_options, nic),
	 .help = "only these NICs: by names that 'espalier models' lists; the NIC of an interface "
		 "here, by its name, as its driver tells; or that of a file of 'espalier inspect "
		 "--report'; NAME+sdfn: as it is after 'ethtool -N IF rx-flow-hash esp4 sdfn', and "
		 "esp6"},
	{.name = "queues",
	 .argument = "N,...",
	 .type = OPTION_STRING,
	 .offset = offsetof(struct simulate_options, queues),
	 .help = "their receive queues, and as many CPUs for Espalier (default 1,2,4,8,16; with "
		 "the NIC of an interface or a report: as many as it has)"},
	{.name = "made",
	 .argument = "WHAT",
	 .type = OPTION_STRING,
	 .offset = offsetof(struct simulate_options, made),
	 .help = "no file, but made-up packets, by any of sas=N pairs=N zipf=S size=imix|N "
		 "encap=none|udp|mix ip=4|6|mix seed=N packets=N rate=N, with commas between"},
	{.name = "filter",
	 .argument = "EXPRESSION",
	 .type = OPTION_STRING,
	 .offset = offsetof(struct simulate_options, filter),
	 .help = "only packets that match it, as pcap-filter(7) says"},
	{.name = "sas",
	 .argument = "FILE",
	 .type = OPTION_FILE,
	 .offset = offsetof(struct simulate_options, sas),
	 .help = "only these are SAs, one a line as for 'espalier run --sas'; packets of others "
		 "are strays"},
	{.name = "no-placement",
	 .type = OPTION_FLAG,
	 .offset = offsetof(struct simulate_options, no_placement),
	 .help = "leave out what Espalier's own placement gives"},
	{.name = "html",
	 .argument = "FILE",
	 .type = OPTION_FILE,
	 .offset = offsetof(struct simulate_options, html),
	 .help = "write a page with pictures, which needs nothing but itself"},
	{.name = "json",
	 .type = OPTION_FLAG,
	 .offset = offsetof(struct simulate_options, json),
	 .help = "print JSON"},
	{0},
};

/* A NIC that cannot have so many queues is left out; with --nic that is said. */
static enum status add_nic(const struct simulate_options *o, const struct wish_nic *nic,
			   uint32_t queues, struct simulation *s)
{
	const struct model *model = nic->named.model;
	int err = simulation_add(s,
				 &(struct simulation_nic){.name = nic->named.name,
							  .model = model,
							  .claims = nic->named.claims,
							  .asked = nic->asked},
				 queues);

	if (err == -ENOMEM)
		return complain("simulate", "no memory");
	if (err && o->nic)
		return complain_usage("simulate", "--queues %u: %s has at most %u", queues,
				      model->name, model->max_queues);
	return STATUS_DONE;
}

static enum status add_nics(const struct simulate_options *o, const struct wish *wish,
			    struct simulation *s)
{
	enum status status = STATUS_DONE;

	for (size_t i = 0; i < wish->nics; i++)
		for (size_t j = 0; j < wish->numbers && status == STATUS_DONE; j++)
			status = add_nic(o, &wish->nic[i], wish->queues[j], s);
	return status;
}

static enum status know_sas(const char *path, struct simulation *s)
{
	struct sas_error error;
	struct sa *sas = NULL;
	size_t n = 0;
	int err = sas_file_read(path, &sas, &n, &error);

	if (err)
		return complain("simulate", "%s", error.text);
	for (size_t i = 0; i < n && !err; i++)
		err = flows_know(&s->flows, sas[i].id.family == AF_INET ? 4 : 6, sas[i].id.dst,
				 sas[i].id.spi, sas[i].id.protocol);
	free(sas);
	if (!n)
		return complain("simulate", "%s: no SA in it", path);
	return err ? complain("simulate", "%s: %s", path, strerror(-err)) : STATUS_DONE;
}

struct reading {
	struct simulation *simulation;
	struct progress progress;
};

static void on_packet(void *arg, const struct trace_packet *packet)
{
	simulation_packet(((struct reading *)arg)->simulation, packet);
}

static int on_pause(void *arg, __u64 done, __u64 all)
{
	struct reading *reading = arg;

	progress_show(&reading->progress, done, all);
	return reading->simulation->err;
}

static const struct trace_ops ops = {.packet = on_packet, .pause = on_pause};

/* Damage is kept for a warning; what could not be read at all is said here. */
static enum status read_file(struct reading *reading, const char *filter,
			     struct simulate_input *input)
{
	struct capture_end end = {0};
	int err;

	progress_begin(&reading->progress, input->name);
	err = capture_read(input->name, filter, &ops, reading, &end);
	progress_end(&reading->progress);
	input->outgoing = end.outgoing;
	input->damaged = end.damaged;
	if (end.damaged)
		snprintf(input->damage, sizeof(input->damage), "%s: %s", end.where, end.why);
	if (!err || reading->simulation->err)
		return STATUS_DONE;
	if (err == -EINVAL)
		return complain_usage("simulate", "--filter %s: %s", filter, end.why);
	complain("simulate", "%s: %s", input->name, end.why[0] ? end.why : strerror(-err));
	input->name = NULL;
	return STATUS_FAILED;
}

static enum status make_packets(struct reading *reading, const char *what)
{
	struct made made = made_defaults();
	char why[256];
	int err = made_parse(what, &made, why, sizeof(why));

	if (err)
		return complain_usage("simulate", "--made %s: %s", what, why);
	progress_begin(&reading->progress, "making packets");
	err = made_run(&made, &ops, reading);
	progress_end(&reading->progress);
	return err ? complain("simulate", "%s", strerror(-err)) : STATUS_DONE;
}

/* Of several files those that can be read count. */
static enum status read_all(const struct simulate_options *o, struct reading *reading, int n,
			    char **files, struct simulate_input *input)
{
	int readable = 0;

	if (o->made)
		return make_packets(reading, o->made);
	for (int i = 0; i < n; i++) {
		enum status status;

		input[i].name = files[i];
		status = read_file(reading, o->filter, &input[i]);
		if (status == STATUS_USAGE)
			return status;
		readable += status == STATUS_DONE;
	}
	return readable ? STATUS_DONE : STATUS_FAILED;
}

static enum status say_nothing_there(const struct flows *flows)
{
	char kinds[256] = "";
	uint64_t packets = 0;

	for (size_t i = 0, at = 0; i < FLOWS_KINDS; i++) {
		packets += flows->kind[i];
		if (flows->kind[i])
			at += snprintf(kinds + at, sizeof(kinds) - at, "%s%s %llu", at ? ", " : "",
				       flow_kind_name(i), (unsigned long long)flows->kind[i]);
	}
	if (!packets)
		return complain("simulate", "no packet in it: nothing to place");
	return complain("simulate",
			"no ESP and no AH in it, but %s: nothing to place; capture on the "
			"interface where the ESP arrives",
			kinds);
}

static enum status report(const struct simulate_options *o, const struct simulate_view *view)
{
	int err = o->html ? simulate_write_html(view, o->html) : 0;

	if (err)
		return complain("simulate", "writing %s: %s", o->html, strerror(-err));
	err = simulate_print(view, o->json);
	if (err)
		return complain("simulate", "cannot print: %s", strerror(-err));
	return STATUS_DONE;
}

static enum status run(const struct simulate_options *o, const struct wish *wish,
		       struct simulation *s, int n, char **files)
{
	struct simulate_input *input = calloc(n + 1, sizeof(*input));
	struct reading reading = {.simulation = s};
	enum status status;
	int err = 0;

	if (!input)
		return complain("simulate", "no memory");
	status = read_all(o, &reading, n, files, input);
	if (status == STATUS_DONE)
		err = s->err;
	if (status == STATUS_DONE && !err && !s->flows.packets)
		status = say_nothing_there(&s->flows);
	if (status == STATUS_DONE && !err)
		err = simulation_finish(s);
	if (status == STATUS_DONE && !err)
		status = report(o, &(struct simulate_view){s, input, n, o->made, wish->queues,
							   wish->numbers, wish});
	free(input);
	if (err)
		return complain("simulate", "%s", strerror(-err));
	return status;
}

static enum status simulate_wish(const struct simulate_options *o, const struct wish *wish, int n,
				 char **files)
{
	struct simulation simulation;
	enum status status;

	if (simulation_init(&simulation, wish->nics * wish->numbers, wish->queues,
			    o->no_placement ? 0 : wish->numbers))
		return complain("simulate", "no memory");
	status = add_nics(o, wish, &simulation);
	if (status == STATUS_DONE && o->sas)
		status = know_sas(o->sas, &simulation);
	if (status == STATUS_DONE)
		status = run(o, wish, &simulation, n, files);
	simulation_free(&simulation);
	return status;
}

static enum status simulate(const void *given, int n, char **files)
{
	const struct simulate_options *o = given;
	struct wish *wish;
	enum status status;

	if (!n == !o->made)
		return complain_usage("simulate", n ? "either FILE or --made, not both"
						    : "needs a FILE, or --made");
	wish = wish_new(o->nic, o->queues, &status);
	if (wish)
		status = simulate_wish(o, wish, n, files);
	wish_free(wish);
	return status;
}

const struct verb verb_simulate = {
	.name = "simulate",
	.operands = "[FILE...]",
	.most = INT_MAX,
	.brief = "where packets of a capture would go, on any NIC",
	.about =
		"Replays captures (pcap, pcapng; '-' is the standard input) through models of NICs "
		"with any number of queues, and says how evenly their queues would be used; and "
		"beside them what Espalier's own placement gives on as many CPUs. Changes nothing.",
	.options = options,
	.defaults = &defaults,
	.size = sizeof(defaults),
	.reads = true,
	.function = simulate,
};
