// SPDX-License-Identifier: GPL-2.0-only
// espalier plan table: the indirection table that balances SAs of known loads.
#include "plan/table.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/plan/entries.h"
#include "steer/method.h"

/* A table that is worse than another by less is as good. */
#define AS_GOOD 1.01

struct request {
	const struct plan_options *o;
	struct plan_nic *nic;
	struct plan_sas sas;
	struct plan_entries *entries;
	struct plan_table plan;
	struct indir runs;    /* the table that the weights make */
	double before, after; /* the part of all load that the heaviest queue has */
	bool recommended;
	char unseparated[128];
};

/* The runs of entries that ethtool's weights make (fill_indir_table() in its ethtool.c). */
static void judge(struct request *r)
{
	uint32_t at = 0;

	r->runs.size = r->entries->size;
	for (uint32_t queue = 0; queue < r->nic->nic.queues; queue++)
		for (uint32_t i = 0; i < r->plan.weight[queue]; i++)
			r->runs.entry[at++] = (uint16_t)queue;
	r->before = plan_entries_worst(r->entries, &r->nic->nic.table, r->sas.total);
	r->after = plan_entries_worst(r->entries, &r->runs, r->sas.total);
	r->recommended = plan_entries_worth(r->before, r->after);
}

/* The table to have: the new one, or that which is there. */
static const struct indir *chosen(const struct request *r)
{
	return r->recommended ? &r->runs : &r->nic->nic.table;
}

/* "ethtool -X IF weight 31 33 32 32" */
static char *command_of(const struct request *r)
{
	size_t size = 64 + 8 * (size_t)r->nic->nic.queues, at;
	char *text = malloc(size);

	if (!text)
		return NULL;
	at = (size_t)snprintf(text, size, "ethtool -X %s weight", r->nic->interface);
	for (uint32_t queue = 0; queue < r->nic->nic.queues; queue++)
		at += (size_t)snprintf(text + at, size - at, " %u", r->plan.weight[queue]);
	return text;
}

static void print_json(struct out *out, const struct request *r, const char *command)
{
	if (!out_is_json(out))
		return;
	out_bool(out, "recommended", r->recommended);
	out_string(out, "apply", r->recommended ? command : NULL);
	out_share(out, "before", r->before);
	out_share(out, "after", r->after);
	out_share(out, "at_will", r->plan.worst / r->sas.total);
	out_share(out, "floor", r->plan.floor / r->sas.total);
	out_array(out, "table");
	for (uint32_t slot = 0; slot < r->plan.table.size; slot++)
		out_number(out, NULL, r->plan.table.entry[slot]);
	out_up(out);
}

static void say_result(struct out *out, const struct request *r, const char *command)
{
	const struct plan_table *plan = &r->plan;
	double floor = 100 * plan->floor / r->sas.total, at_will = plan->worst / r->sas.total;

	plan_entries_say_commands(out, r->nic);
	if (r->recommended) {
		out_say(out, "This table:");
		out_line(out, "%s", command);
		out_say(out,
			"Its heaviest queue has %.1f%% of the load; with the table as it is "
			"%.1f%%. No table can go below %.1f%%.",
			100 * r->after, 100 * r->before, floor);
	} else {
		out_say(out,
			"Leave the table as it is: its heaviest queue has %.1f%% of the load, with "
			"the best that ethtool's weights can say it has %.1f%%. No table can go "
			"below %.1f%%.",
			100 * r->before, 100 * r->after, floor);
	}
	if (at_will * AS_GOOD < r->after && plan_entries_worth(r->before, at_will))
		out_say(out,
			"Entries given at will, which ethtool's weights cannot say, come to "
			"%.1f%%%s: --json has that table.",
			100 * at_will, plan->best ? ", the best there is" : "");
	out_gap(out);
}

/* What goes by no SA goes by the entries. */
static void warn_of_others(struct out *out, const struct request *r)
{
	const uint32_t *weight = r->plan.weight;
	double part = 100 / (double)r->entries->size;
	uint32_t most = 0, least = 0;

	for (uint32_t queue = 1; queue < r->nic->nic.queues; queue++) {
		most = weight[queue] > weight[most] ? queue : most;
		least = weight[queue] < weight[least] ? queue : least;
	}
	out_warn(out,
		 "all other traffic of the NIC follows the table too: queue %u then gets about "
		 "%.0f%% of its flows, queue %u %.0f%%",
		 most, part * weight[most], least, part * weight[least]);
}

static void warn(struct out *out, const struct request *r)
{
	plan_entries_warn(out, r->nic, &r->sas, r->unseparated, "table");
	if (!r->recommended)
		return;
	warn_of_others(out, r);
	out_warn(out, "a new table moves SAs to other queues at once: packets that still wait on "
		      "the old ones can be overtaken, and a small replay window then loses some");
	out_warn(out, "not verified on hardware");
}

static enum status print(const struct request *r)
{
	struct out *out = out_new(stdout, r->o->json);
	char *command = command_of(r);
	int err;

	if (!out || !command) {
		free(command);
		if (out)
			(void)out_close(out);
		return complain("plan", "no memory");
	}
	plan_entries_print_heading(out, r->nic, &r->sas);
	print_json(out, r, command);
	plan_entries_print_queues(out, r->entries, chosen(r), r->nic->nic.queues, r->sas.total);
	say_result(out, r, command);
	plan_entries_print_shared(out, r->entries, chosen(r), &r->sas);
	warn(out, r);
	free(command);
	err = out_close(out);
	return err ? complain("plan", "cannot print: %s", strerror(-err)) : STATUS_DONE;
}

static enum status solve(struct request *r)
{
	const struct model *model = r->nic->nic.model;
	int err;

	if (model->set_indir_err || model->indir_hidden)
		return complain("plan",
				"%s: its driver does not let the table be set; 'espalier run "
				"--method %s' balances without it",
				model->name, method_on_any_nic());
	if (!plan_entries_separate(r->nic, &r->sas, r->unseparated, sizeof(r->unseparated)))
		return STATUS_FAILED;
	r->entries = plan_entries_new(r->nic, &r->sas);
	if (!r->entries)
		return complain("plan", "no memory");
	err = plan_table(&r->plan, r->entries->load, &r->nic->nic.table, r->nic->nic.queues);
	if (err)
		return complain("plan", "%s", strerror(-err));
	judge(r);
	return print(r);
}

enum status plan_form_table(const struct plan_options *o)
{
	struct request *r = calloc(1, sizeof(*r));
	enum status status;

	if (!r)
		return complain("plan", "no memory");
	r->o = o;
	r->nic = plan_nic_new(o, PLAN_KEY, &status);
	if (r->nic)
		status = plan_sas_read(o, &r->sas);
	if (status == STATUS_DONE)
		status = solve(r);
	plan_entries_free(r->entries);
	plan_sas_free(&r->sas);
	plan_nic_free(r->nic);
	free(r);
	return status;
}
