// SPDX-License-Identifier: GPL-2.0-only
// espalier models --against: a model held against what a NIC showed.
#include "cmd/models/against.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cmd/report_read.h"
#include "nic/measured.h"
#include "view/out.h"

static const struct table_column columns[] = {
	{"packets", "packets", false, false},	 {"samples", "samples", true, false},
	{"pairs", "pairs", true, false},	 {"by", "model: by", false, false},
	{"compared", "hashes fit", true, false}, {"placed", "queues fit", true, false},
	{"verdict", "the model", false, false},	 {0},
};

/* A driver's answer to the question of that name (claims_differ), in words. */
static const char *answer_words(const struct claims *claims, const char *name, char buf[32])
{
	const struct claims_fields *fields = claims_fields_of(claims, name);
	int err = !strcmp(name, "channels") ? claims->channels_err
		  : !strcmp(name, "rules")  ? claims->rules_err
					    : claims->rss_err;

	if (fields)
		return claims_fields_words(fields, buf);
	if (err)
		return claims_errno_words(err, buf);
	if (!strcmp(name, "key size"))
		snprintf(buf, 32, "%u", claims->key_size);
	else if (!strcmp(name, "table size"))
		snprintf(buf, 32, "%u", claims->table_size);
	else
		return "told";
	return buf;
}

static void print_differences(struct out *out, const struct report *report,
			      const struct model_check *check)
{
	char nic[32], model[32];

	if (out_is_json(out))
		out_array(out, "differences");
	for (unsigned int i = 0; i < check->differ; i++) {
		const char *name = check->differs_in[i];

		if (!out_is_json(out)) {
			out_say(out, "Asked for %s, the NIC's driver says %s, the model %s.", name,
				answer_words(&report->claims, name, nic),
				answer_words(&check->its, name, model));
			continue;
		}
		out_object(out, NULL);
		out_string(out, "question", name);
		out_string(out, "nic", answer_words(&report->claims, name, nic));
		out_string(out, "model", answer_words(&check->its, name, model));
		out_up(out);
	}
	if (out_is_json(out))
		out_up(out);
}

static void print_fit(struct out *out, const char *key, enum model_fit fit)
{
	if (fit == MODEL_UNTOLD)
		out_null(out, key);
	else
		out_bool(out, key, fit == MODEL_FITS);
}

/* Text only: "31 of 32". */
static void cell_of(struct out *out, const char *key, size_t all, size_t wrong)
{
	char text[64];

	snprintf(text, sizeof(text), "%zu of %zu", all - wrong, all);
	out_cell(out, key, all ? text : "-");
}

static void print_part(struct out *out, const struct model_check_part *part)
{
	static const char *const verdicts[] = {
		[MODEL_UNTOLD] = NULL,
		[MODEL_FITS] = "is right",
		[MODEL_FITS_NOT] = "is WRONG",
	};
	char name[32], untold[96];

	snprintf(name, sizeof(name), "%s IPv%u", measured_kind_word(part->kind), part->family);
	snprintf(untold, sizeof(untold), "untold: %s", part->untold ? part->untold : "");
	out_row(out, NULL);
	out_cell(out, "packets", name);
	out_string(out, "kind", measured_kind_word(part->kind));
	out_number(out, "family", part->family);
	out_number(out, "samples", (int64_t)part->samples);
	out_number(out, "pairs", (int64_t)part->pairs);
	out_string(out, "by", model_esp_name(part->by));
	out_number(out, "hashes", (int64_t)part->hashes);
	out_number(out, "hashes_wrong", (int64_t)part->hashes_wrong);
	out_number(out, "queues", (int64_t)part->queues);
	out_number(out, "queues_wrong", (int64_t)part->queues_wrong);
	print_fit(out, "fits", part->fit);
	out_string(out, "why", part->fit == MODEL_UNTOLD ? part->untold : NULL);
	cell_of(out, "compared", part->hashes, part->hashes_wrong);
	cell_of(out, "placed", part->queues, part->queues_wrong);
	out_cell(out, "verdict", part->fit == MODEL_UNTOLD ? untold : verdicts[part->fit]);
	out_up(out);
}

static void print_parts(struct out *out, const struct model_check *check)
{
	out_gap(out);
	out_table(out, "packets", columns);
	for (unsigned int i = 0; i < check->parts; i++)
		print_part(out, &check->part[i]);
	out_up(out);
	out_gap(out);
}

static void print_head(struct out *out, const struct model *model, const struct report *report)
{
	const struct claims *claims = &report->claims;

	if (!out_is_json(out)) {
		out_say(out, "%s (%s), held against a NIC of driver %s%s%s under Linux %s.",
			model->name, model->nic, claims->driver,
			*claims->firmware ? ", firmware " : "", claims->firmware, report->kernel);
		return;
	}
	out_number(out, "version", 1);
	out_string(out, "model", model->name);
	out_string(out, "driver", claims->driver);
	out_string(out, "firmware", *claims->firmware ? claims->firmware : NULL);
	out_string(out, "kernel", report->kernel);
}

static void say_conclusion(struct out *out, const struct model_check *check)
{
	static const char *const words[] = {
		[MODEL_UNTOLD] = "Its packets do not tell whether the model is right",
		[MODEL_FITS] = "Its packets are where the model says",
		[MODEL_FITS_NOT] = "Its packets are not where the model says",
	};
	enum model_fit fit = model_check_fit(check);

	if (check->differ)
		out_say(out, "%s; %u of its driver's answers %s not the model's.", words[fit],
			check->differ, check->differ == 1 ? "is" : "are");
	else
		out_say(out, "%s; its driver answers as the model does.", words[fit]);
	if (!check->parts)
		out_say(out, "There was no ESP in the measurement: 'espalier inspect IF --measure "
			     "30 --report FILE' while the tunnels carry traffic.");
}

static enum status print(const struct model *model, const struct report *report,
			 const struct model_check *check, bool json)
{
	struct out *out = out_new(stdout, json);
	int err;

	if (!out)
		return complain("models", "no memory");
	print_head(out, model, report);
	print_differences(out, report, check);
	print_parts(out, check);
	if (json)
		print_fit(out, "fits", model_check_fit(check));
	else
		say_conclusion(out, check);
	err = out_close(out);
	return err ? complain("models", "cannot print: %s", strerror(-err)) : STATUS_DONE;
}

static int check_one(const struct model *model, const struct report *report,
		     struct model_check *check)
{
	const struct model_seen seen = {
		.claims = &report->claims,
		.sample = report->sample,
		.n = report->n,
		.hashes_of_nic = report->hashes_of_nic,
		.by_cpu = report->by_cpu,
	};

	return model_check(model, &seen, check);
}

/*
 * The model of the NIC's driver whose answers differ least, and whose packets fit if others answer
 * alike, in *best; NULL: there is none of that driver. -ENOMEM.
 */
static int find_model(const struct report *report, struct model_check *check,
		      const struct model **best)
{
	unsigned int least = 0, faults;
	int err = 0;

	*best = NULL;
	for (const struct model *const *m = models(); *m && !err; m++) {
		if (strcmp((*m)->driver->name, report->claims.driver))
			continue;
		err = check_one(*m, report, check);
		faults = 2 * check->differ + (model_check_fit(check) == MODEL_FITS_NOT);
		if (model_other_package(*m, report->claims.package))
			faults += 2 * CLAIMS_ANSWERS + 2;
		if (!*best || faults < least) {
			*best = *m;
			least = faults;
		}
	}
	return err;
}

static enum status check_and_print(const struct model *model, const struct report *report,
				   const char *path, bool json)
{
	struct model_check *check = malloc(sizeof(*check));
	enum status status;
	int err = check ? 0 : -ENOMEM;

	if (!err && !model)
		err = find_model(report, check, &model);
	if (!err && model)
		err = check_one(model, report, check);
	if (err)
		status = complain("models", "no memory");
	else if (!model)
		status = complain("models",
				  "%s: there is no model of driver \"%s\"; name the one "
				  "that you want: 'espalier models' lists them",
				  path, report->claims.driver);
	else
		status = print(model, report, check, json);
	if (status == STATUS_DONE && (check->differ || model_check_fit(check) == MODEL_FITS_NOT))
		status = complain("models", "%s: model %s is not right about this NIC; %s", path,
				  model->name,
				  strcmp(model->driver->name, report->claims.driver)
					  ? "nor is it of its driver"
					  : "please report it, with this file");
	free(check);
	return status;
}

enum status models_against(const struct model *model, const char *path, bool json)
{
	struct report *report = malloc(sizeof(*report));
	char why[128];
	enum status status;

	if (!report)
		return complain("models", "no memory");
	if (report_read(path, report, why, sizeof(why)))
		status = complain("models",
				  "%s: %s; give what 'espalier inspect IF --report FILE' "
				  "wrote",
				  path, why);
	else
		status = check_and_print(model, report, path, json);
	report_free(report);
	free(report);
	return status;
}
