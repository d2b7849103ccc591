// SPDX-License-Identifier: GPL-2.0-only
// espalier models: the NICs it knows, and how it knows.
#include <errno.h>
#include <string.h>
#include "cli/model_named.h"
#include "cli/verb.h"
#include "cmd/models/against.h"
#include "nic/model_ask.h"
#include "view/out.h"

struct models_options {
	bool json;
	const char *against;
};

static const struct models_options defaults;

static const struct option_row options[] = {
	{.name = "json",
	 .type = OPTION_FLAG,
	 .offset = offsetof(struct models_options, json),
	 .help = "print JSON"},
	{.name = "against",
	 .argument = "FILE",
	 .type = OPTION_FILE,
	 .offset = offsetof(struct models_options, against),
	 .help = "hold the model (without NAME: the one most like the NIC) against what a NIC "
		 "showed, a FILE of 'espalier inspect IF --report'; fails where the model is "
		 "wrong"},
	{0},
};

static const struct table_column columns[] = {
	{"name", "model", false, false},
	{"hashes", "ESP by", false, false},
	{"after", "if asked", false, false},
	{"rule", "rules", false, false},
	{"xdp", "XDP", false, false},
	{"nic", "NIC", false, false},
	{0},
};

static const char *xdp_word(enum xdp_native native)
{
	static const char *const words[] = {
		[XDP_NATIVE_NO] = "none",
		[XDP_NATIVE_YES] = "native",
		[XDP_NATIVE_DROPS] = "drops all",
	};

	return words[native];
}

/* What `ethtool -N IF rx-flow-hash esp4 sdfn` comes to. */
static const char *after_word(const struct model_answer *answer)
{
	if (!answer->settable_v4)
		return NULL;
	if (answer->set_v4 == MODEL_ESP_SPI && !answer->settable_v6)
		return "spi (IPv4)";
	return model_esp_name(answer->set_v4);
}

static const char *rule_word(const struct model *model)
{
	if (!model->rules_by_spi)
		return NULL;
	if (model->rules_by_udp_spi)
		return "yes, UDP too";
	return model->rule_mask_v6_lost ? "yes (IPv4)" : "yes";
}

/* What both forms of the verb print of a model. */
static int print_summary(struct out *out, const struct model *model)
{
	char command[MODEL_COMMAND_LEN];
	struct model_answer answer;
	int err = model_ask(model, &answer);

	if (err)
		return err;
	out_string(out, "name", model->name);
	out_string(out, "driver", model->driver->name);
	out_string(out, "nic", model->nic);
	out_string(out, "hashes", model_esp_name(answer.plain));
	out_string(out, "hashes_udp", model_esp_name(answer.udp));
	out_string(out, "after", after_word(&answer));
	out_string(out, "command", model_command(&answer, command));
	out_number(out, "rules", model->rules);
	out_string(out, "rule", rule_word(model));
	out_bool(out, "claims_l4", model->claims_l4);
	out_bool(out, "l4_regardless", model->l4_regardless);
	out_number(out, "queues", model->max_queues);
	out_string(out, "seen", model->seen);
	out_string(out, "xdp", xdp_word(answer.native));
	return 0;
}

static void print_facts(struct out *out, const struct model *model)
{
	if (out_is_json(out))
		out_array(out, "facts");
	for (const struct model_fact *fact = model->facts; fact->says; fact++) {
		if (!out_is_json(out)) {
			if (fact->source)
				out_item(out, "- ", "%s (%s).", fact->says, fact->source);
			else
				out_item(out, "- ", "unverified: %s.", fact->says);
			continue;
		}
		out_object(out, NULL);
		out_string(out, "says", fact->says);
		out_bool(out, "verified", model_fact_sure(fact));
		out_string(out, "source", fact->source);
		out_up(out);
	}
	if (out_is_json(out))
		out_up(out);
}

static int print_all(struct out *out)
{
	int err = 0;

	out_table(out, "models", columns);
	for (const struct model *const *m = models(); *m && !err; m++) {
		out_row(out, NULL);
		err = print_summary(out, *m);
		out_up(out);
	}
	out_up(out);
	out_gap(out);
	out_say(out,
		"By reading alone: from the drivers' sources in Linux 7.3, not from hardware. "
		"'espalier models NAME' tells each fact with its source, and what is unverified.");
	return err;
}

static void say_separation(struct out *out, const struct model *model,
			   const struct model_answer *answer)
{
	static const char *const words[] = {
		[MODEL_ESP_ADDRESSES] = ("It separates the SAs of one pair of gateways by "
					 "addresses only: they share a queue"),
		[MODEL_ESP_SPI] = "It separates the SAs of one pair of gateways by spi",
		[MODEL_ESP_SPRAYS] = "It spreads each SA over all queues",
		[MODEL_ESP_UNHASHED] = "It hashes no ESP: all of it is on one queue",
	};

	if (model->seen)
		out_say(out, "%s (seen: %s).", words[answer->plain], model->seen);
	else
		out_say(out, "%s (by reading alone).", words[answer->plain]);
}

static int print_one(struct out *out, const struct model *model)
{
	char command[MODEL_COMMAND_LEN];
	struct model_answer answer;
	int err = model_ask(model, &answer);

	if (err)
		return err;
	if (out_is_json(out)) {
		err = print_summary(out, model);
		print_facts(out, model);
		return err;
	}
	out_say(out, "%s: %s (driver %s).", model->name, model->nic, model->driver->name);
	say_separation(out, model, &answer);
	if (model_command(&answer, command)) {
		out_say(out, "This makes it take the SPI:");
		out_line(out, "%s", command);
	}
	if (answer.set_v4 == MODEL_ESP_SPRAYS)
		out_warn(out, "rx-flow-hash esp4 sdfn makes it spray each SA over all queues");
	out_gap(out);
	print_facts(out, model);
	return 0;
}

static enum status show_models(const void *given, int n, char **operands)
{
	const struct models_options *o = given;
	const struct model *model = n ? model_named("models", operands[0]) : NULL;
	struct out *out;
	int err, close_err;

	if (n && !model)
		return STATUS_FAILED;
	if (o->against)
		return models_against(model, o->against, o->json);
	out = out_new(stdout, o->json);
	if (!out)
		return complain("models", "no memory");
	if (o->json)
		out_number(out, "version", 1);
	err = model ? print_one(out, model) : print_all(out);
	close_err = out_close(out);
	err = err ? err : close_err;
	return err ? complain("models", "cannot print: %s", strerror(-err)) : STATUS_DONE;
}

const struct verb verb_models = {
	.name = "models",
	.operands = "[NAME]",
	.most = 1,
	.brief = "the NICs it knows, and how it knows",
	.about = "Lists the models of NICs: by what they tell SAs apart, what their drivers say of "
		 "it, and where that is written. With NAME: every fact of one, with its source.",
	.options = options,
	.defaults = &defaults,
	.size = sizeof(defaults),
	.reads = true,
	.function = show_models,
};
