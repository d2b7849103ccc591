// SPDX-License-Identifier: GPL-2.0-only
// espalier simulate: where packets would go, on any NIC with any number of queues.
#include "cmd/simulate/simulate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "nic/model_ask.h"
#include "cli/model_named.h"
#include "cli/progress.h"
#include "cli/verb.h"
#include "sad/sas_file.h"
#include "text/number.h"
#include "trace/capture.h"
#include "trace/made.h"

enum { NUMBERS_MAX = 64, NICS_MAX = 128 };

#define ASKED "+sdfn"

struct simulate_options {
	const char *nic, *queues, *made, *filter, *sas, *html;
	bool json, no_placement;
};

static const struct simulate_options defaults = {.queues = "1,2,4,8,16"};

static const struct option_row options[] = {
	{.name = "nic",
	 .argument = "NAME,...",
	 .type = OPTION_STRING,
	 .offset = offsetof(struct simulate_options, nic),
	 .help = "only these NICs, by names that 'espalier models' lists; NAME+sdfn: as it is "
		 "after 'ethtool -N IF rx-flow-hash esp4 sdfn', and esp6"},
	{.name = "queues",
	 .argument = "N,...",
	 .type = OPTION_STRING,
	 .offset = offsetof(struct simulate_options, queues),
	 .help = "their receive queues, and as many CPUs for Espalier"},
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

/* A NIC to simulate. */
struct wanted {
	const struct model *model;
	bool asked;
};

struct wish {
	struct wanted nic[NICS_MAX];
	size_t nics;
	uint32_t queues[NUMBERS_MAX];
	size_t numbers;
};

/* Calls @take with each part of "A,B,C". */
static enum status each_part(const char *option, const char *list, struct wish *wish,
			     enum status (*take)(struct wish *wish, const char *part))
{
	enum status status = STATUS_DONE;
	char *copy = strdup(list), *rest = copy, *part;

	if (!copy)
		return complain("simulate", "no memory");
	while (status == STATUS_DONE && (part = strsep(&rest, ","))) {
		if (*part)
			status = take(wish, part);
		else
			status = complain_usage("simulate", "--%s %s: nothing between two commas",
						option, list);
	}
	free(copy);
	return status;
}

static enum status take_queues(struct wish *wish, const char *part)
{
	int64_t number;

	if (!number_signed(part, 1, CPU_SETSIZE, &number))
		return complain_usage("simulate", "--queues %s: not a number from 1 to %d", part,
				      CPU_SETSIZE);
	for (size_t i = 0; i < wish->numbers; i++)
		if (wish->queues[i] == number)
			return STATUS_DONE;
	if (wish->numbers == NUMBERS_MAX)
		return complain_usage("simulate", "--queues: more than %d numbers", NUMBERS_MAX);
	wish->queues[wish->numbers++] = (uint32_t)number;
	return STATUS_DONE;
}

static void want(struct wish *wish, const struct model *model, bool asked)
{
	for (size_t i = 0; i < wish->nics; i++)
		if (wish->nic[i].model == model && wish->nic[i].asked == asked)
			return;
	if (wish->nics < NICS_MAX)
		wish->nic[wish->nics++] = (struct wanted){model, asked};
}

static enum status take_nic(struct wish *wish, const char *part)
{
	size_t length = strlen(part), tail = strlen(ASKED);
	bool asked = length > tail && !strcmp(part + length - tail, ASKED);
	char name[64];
	const struct model *model;

	snprintf(name, sizeof(name), "%.*s", (int)(asked ? length - tail : length), part);
	model = model_named("simulate", name);
	if (!model)
		return STATUS_FAILED;
	want(wish, model, asked);
	return STATUS_DONE;
}

/* All models; and, of those that hash the SPI or spray when asked to, that too. */
static enum status want_all(struct wish *wish)
{
	for (const struct model *const *m = models(); *m; m++) {
		struct model_answer answer;

		if (model_ask(*m, &answer))
			return complain("simulate", "no memory");
		want(wish, *m, false);
		if (answer.settable_v4)
			want(wish, *m, true);
	}
	return STATUS_DONE;
}

static enum status read_wish(const struct simulate_options *o, struct wish *wish)
{
	enum status status = each_part("queues", o->queues, wish, take_queues);

	if (status != STATUS_DONE)
		return status;
	return o->nic ? each_part("nic", o->nic, wish, take_nic) : want_all(wish);
}

/* A NIC that cannot have so many queues is left out; with --nic that is said. */
static enum status add_nics(const struct simulate_options *o, const struct wish *wish,
			    struct simulation *s)
{
	for (size_t i = 0; i < wish->nics; i++) {
		for (size_t j = 0; j < wish->numbers; j++) {
			const struct wanted *nic = &wish->nic[i];
			int err = simulation_add(s, nic->model, nic->asked, wish->queues[j]);

			if (err == -ENOMEM)
				return complain("simulate", "no memory");
			if (err && o->nic)
				return complain_usage("simulate", "--queues %u: %s has at most %u",
						      wish->queues[j], nic->model->name,
						      nic->model->max_queues);
		}
	}
	return STATUS_DONE;
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
							   wish->numbers});
	free(input);
	if (err)
		return complain("simulate", "%s", strerror(-err));
	return status;
}

static enum status simulate(const void *given, int n, char **files)
{
	const struct simulate_options *o = given;
	struct simulation simulation;
	struct wish wish = {0};
	enum status status;

	if (!n == !o->made)
		return complain_usage("simulate", n ? "either FILE or --made, not both"
						    : "needs a FILE, or --made");
	status = read_wish(o, &wish);
	if (status != STATUS_DONE)
		return status;
	if (simulation_init(&simulation, wish.nics * wish.numbers, wish.queues,
			    o->no_placement ? 0 : wish.numbers))
		return complain("simulate", "no memory");
	status = add_nics(o, &wish, &simulation);
	if (status == STATUS_DONE && o->sas)
		status = know_sas(o->sas, &simulation);
	if (status == STATUS_DONE)
		status = run(o, &wish, &simulation, n, files);
	simulation_free(&simulation);
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
	.function = simulate,
};
