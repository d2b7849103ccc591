// SPDX-License-Identifier: GPL-2.0-only
// espalier inspect: what a NIC does with ESP: claim, knowledge, measurement; a verdict.
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/interface_named.h"
#include "cli/model_named.h"
#include "cli/verb.h"
#include "cmd/inspect/checkup.h"
#include "cmd/inspect/gather.h"
#include "cmd/inspect/report.h"

#define ASKED "+sdfn"

struct inspect_options {
	unsigned int measure;
	bool xdp;
	const char *model;
	const char *report;
	bool json;
};

static const struct inspect_options defaults = {.measure = 3};

static const struct option_row options[] = {
	{.name = "measure",
	 .argument = "SECONDS",
	 .type = OPTION_NUMBER,
	 .offset = offsetof(struct inspect_options, measure),
	 .least = 0,
	 .most = 3600,
	 .help = "how long to watch where ESP comes in, or whether errors rise; 0: not at all"},
	{.name = "xdp",
	 .type = OPTION_FLAG,
	 .offset = offsetof(struct inspect_options, xdp),
	 .help = "watch at XDP, not at tc: before GRO, but without hashes, and some drivers reset "
		 "the link"},
	{.name = "model",
	 .argument = "NAME",
	 .type = OPTION_STRING,
	 .offset = offsetof(struct inspect_options, model),
	 .help = "a model in place of an interface; 'espalier models' lists them. NAME+sdfn: as it is "
		 "after 'ethtool -N IF rx-flow-hash esp4 sdfn', and the same of esp6"},
	{.name = "report",
	 .argument = "FILE",
	 .type = OPTION_FILE,
	 .offset = offsetof(struct inspect_options, report),
	 .help = "write what was found to FILE as well, to be sent to whoever keeps the models: "
		 "hashes and queues, without addresses and SPIs"},
	{.name = "json",
	 .type = OPTION_FLAG,
	 .offset = offsetof(struct inspect_options, json),
	 .help = "print JSON"},
	{0},
};

static enum status print(const struct inspection *in, bool json)
{
	struct out *out = out_new(stdout, json);
	int err;

	if (!out)
		return complain("inspect", "no memory");
	inspect_print(out, in);
	err = out_close(out);
	return err ? complain("inspect", "cannot print: %s", strerror(-err)) : STATUS_DONE;
}

/* NAME, or NAME+sdfn as of simulate --nic. */
static enum status gather_model(const char *typed, struct inspection *in)
{
	size_t length = strlen(typed), tail = strlen(ASKED);
	bool asked = length > tail && !strcmp(typed + length - tail, ASKED);
	char *name = strndup(typed, asked ? length - tail : length);
	const struct model *model = name ? model_named("inspect", name) : NULL;

	if (!name)
		return complain("inspect", "no memory");
	free(name);
	if (!model)
		return STATUS_FAILED;
	if (inspection_of_model(in, model, asked))
		return complain("inspect", "no memory");
	return STATUS_DONE;
}

static enum status gather_interface(const char *name, const struct inspect_options *o,
				    struct inspection *in)
{
	const struct inspect_how how = {.seconds = o->measure, .xdp = o->xdp};

	if (geteuid())
		return complain("inspect", "must be run by root, but for --model; try sudo");
	if (!interface_name_ok(name))
		return complain("inspect", "that is no name of an interface; see ip link");
	return inspect_gather(name, &how, in);
}

static enum status report(const char *path, const struct inspection *in)
{
	int err = report_write(path, in);

	if (err == -EEXIST)
		return complain("inspect",
				"%s: there is such a file already, and it is not written "
				"over; give another name",
				path);
	return err ? complain("inspect", "writing %s: %s", path, strerror(-err)) : STATUS_DONE;
}

/* Without an interface: the check-up. */
static enum status inspect_all(const struct inspect_options *o)
{
	if (o->xdp || o->report)
		return complain_usage("inspect", "--xdp and --report go with an interface");
	if (geteuid())
		return complain("inspect", "must be run by root, but for --model; try sudo");
	return checkup(o->measure, o->json);
}

static enum status inspect(const void *given, int n, char **operands)
{
	const struct inspect_options *o = given;
	struct inspection *in;
	enum status status;

	if (n && o->model)
		return complain_usage("inspect", "give an interface or --model NAME, not both");
	if (!n && !o->model)
		return inspect_all(o);
	in = calloc(1, sizeof(*in));
	if (!in)
		return complain("inspect", "no memory");
	status = o->model ? gather_model(o->model, in) : gather_interface(operands[0], o, in);
	if (status == STATUS_DONE)
		status = print(in, o->json);
	if (status == STATUS_DONE && o->report)
		status = report(o->report, in);
	inspection_free(in);
	free(in);
	return status;
}

const struct verb verb_inspect = {
	.name = "inspect",
	.operands = "[IF]",
	.most = 1,
	.brief = "what this NIC does with ESP; without IF a check-up of the host",
	.about =
		"Without IF a check-up of the host: one line for each thing that steering needs or "
		"that disturbs it, ok or what to do; exit status 0 only if all is well. With IF, "
		"says what a NIC does with ESP: what its driver claims, what is known of it, and "
		"what a measurement shows; then a verdict, and the command to run next. Changes "
		"no setting; the measurement takes a program to the interface for as long as it "
		"lasts, which counts and lets everything pass.",
	.options = options,
	.defaults = &defaults,
	.size = sizeof(defaults),
	.function = inspect,
};
