// SPDX-License-Identifier: GPL-2.0-only
// espalier plan key: a hash key under which SAs do not collide.
#include "plan/key.h"

#include <stdlib.h>
#include <string.h>
#include "cmd/plan/entries.h"
#include "steer/method.h"
#include "text/hex.h"

enum {
	KEY_USUAL = 40, /* bytes, where nothing says how long the key is */
	PLANNED_MAX = 4096,
	SEED = 1, /* the same input, the same key */
};

struct request {
	const struct plan_options *o;
	struct plan_nic *nic;
	struct plan_sas sas;
	struct plan_entries *before; /* NULL: the key of now is not known */
	struct plan_keyed *keyed;
	size_t n; /* of the SAs, the heaviest, that the key is made for */
	uint8_t key[PLAN_KEY_BITS / 8];
	size_t key_len;
	struct plan_key plan;
	char unseparated[128];
};

static int heaviest_first(const void *a, const void *b)
{
	const struct plan_sa *x = a, *y = b;

	if (x->load != y->load)
		return x->load > y->load ? -1 : 1;
	return memcmp(&x->flow, &y->flow, sizeof(x->flow));
}

/* How each bit of the key changes each SA's hash: as the model says, asked bit by bit. */
static int learn_bits(struct request *r)
{
	struct model_nic *nic = &r->nic->nic;
	uint8_t key[PLAN_KEY_BITS / 8] = {0};
	int err = model_set_key(nic, key, r->key_len);

	for (size_t i = 0; i < r->n && !err; i++) {
		r->keyed[i].base = model_hash(nic, &r->sas.sa[i].flow);
		r->keyed[i].load = r->sas.sa[i].load;
	}
	for (uint32_t bit = 0; bit < 8 * r->key_len && !err; bit++) {
		key[bit / 8] = (uint8_t)(0x80 >> bit % 8);
		err = model_set_key(nic, key, r->key_len);
		key[bit / 8] = 0;
		for (size_t i = 0; i < r->n; i++)
			r->keyed[i].column[bit] =
				model_hash(nic, &r->sas.sa[i].flow) ^ r->keyed[i].base;
	}
	return err;
}

static void write_command(const struct request *r, char *text, size_t size)
{
	char key[HEX_LEN(sizeof(r->key))];

	snprintf(text, size, "ethtool -X %s hkey %s", r->nic->interface,
		 hex_print(r->key, r->key_len, key));
}

/* The part of all load that the heaviest queue has with the key as it is; below 0: not known. */
static double before_of(const struct request *r)
{
	return r->before ? plan_entries_worst(r->before, &r->nic->nic.table, r->sas.total) : -1;
}

static bool recommended(const struct request *r, double after)
{
	return !r->before || plan_entries_worth(before_of(r), after);
}

static void say_result(struct out *out, const struct request *r, const char *command, double after)
{
	double before = 100 * before_of(r), floor = 100 * r->plan.floor / r->sas.total;

	plan_entries_say_commands(out, r->nic);
	if (!recommended(r, after)) {
		out_say(out,
			"Leave the key as it is: the heaviest queue has %.1f%% of the load, with "
			"the best key that was found %.1f%%. No key can go below %.1f%%.",
			before, 100 * after, floor);
		out_gap(out);
		return;
	}
	out_say(out, "This key:");
	out_line(out, "%s", command);
	if (r->before)
		out_say(out,
			"With it the heaviest queue has %.1f%% of the load; with the key as it is "
			"%.1f%%. No key can go below %.1f%%.",
			100 * after, before, floor);
	else
		out_say(out,
			"With it the heaviest queue has %.1f%% of the load; no key can go below "
			"%.1f%%. Whether the key as it is does as well is not known: --key tells "
			"it.",
			100 * after, floor);
	out_gap(out);
}

static void print_json(struct out *out, const struct request *r, const char *command, double after)
{
	if (!out_is_json(out))
		return;
	out_bool(out, "recommended", recommended(r, after));
	out_string(out, "apply", recommended(r, after) ? command : NULL);
	if (r->before)
		out_share(out, "before", before_of(r));
	else
		out_null(out, "before");
	out_share(out, "after", after);
	out_share(out, "floor", r->plan.floor / r->sas.total);
}

static void warn(struct out *out, const struct request *r, double after)
{
	plan_entries_warn(out, r->nic, &r->sas, r->unseparated, "key");
	if (!recommended(r, after))
		return;
	if (r->n < r->sas.n)
		out_warn(out,
			 "the key is made for the %zu heaviest SAs; where the others go is "
			 "chance",
			 r->n);
	out_warn(out, "a new key moves all flows of the NIC to other queues at once, not only ESP: "
		      "packets that still wait on the old ones can be overtaken");
	out_warn(out, "it holds for these SPIs: IKE draws others at each rekey. Not verified on "
		      "hardware");
}

static enum status print(const struct request *r, struct plan_entries *after)
{
	const struct model_nic *nic = &r->nic->nic;
	struct out *out = out_new(stdout, r->o->json);
	char command[48 + 3 * sizeof(r->key)];
	double worst = plan_entries_worst(after, &nic->table, r->sas.total);
	struct plan_entries *chosen = recommended(r, worst) ? after : r->before;
	int err;

	if (!out)
		return complain("plan", "no memory");
	write_command(r, command, sizeof(command));
	plan_entries_print_heading(out, r->nic, &r->sas);
	print_json(out, r, command, worst);
	plan_entries_print_queues(out, chosen, &nic->table, nic->queues, r->sas.total);
	say_result(out, r, command, worst);
	plan_entries_print_shared(out, chosen, &nic->table, &r->sas);
	warn(out, r, worst);
	err = out_close(out);
	return err ? complain("plan", "cannot print: %s", strerror(-err)) : STATUS_DONE;
}

/* What the key comes to is taken from the NIC's model with that key, not from the plan. */
static enum status solve(struct request *r)
{
	struct model_nic *nic = &r->nic->nic;
	struct plan_entries *after = NULL;
	enum status status;
	int err;

	qsort(r->sas.sa, r->sas.n, sizeof(*r->sas.sa), heaviest_first);
	r->n = r->sas.n < PLANNED_MAX ? r->sas.n : PLANNED_MAX;
	if (r->nic->key_known)
		r->before = plan_entries_new(r->nic, &r->sas);
	r->keyed = calloc(r->n, sizeof(*r->keyed));
	err = r->keyed ? learn_bits(r) : -ENOMEM;
	if (!err)
		err = plan_key(r->keyed, r->n, &nic->table, r->key, r->key_len, SEED, &r->plan);
	if (!err)
		err = model_set_key(nic, r->key, r->key_len);
	if (!err && !(after = plan_entries_new(r->nic, &r->sas)))
		err = -ENOMEM;
	if (err)
		status = complain("plan", "%s", strerror(-err));
	else
		status = print(r, after);
	plan_entries_free(after);
	plan_entries_free(r->before);
	free(r->keyed);
	return status;
}

/* As long as the NIC's, or as the one that is given. */
static enum status measure_key(struct request *r)
{
	const struct model *model = r->nic->nic.model;

	r->key_len = r->nic->key_known ? r->nic->key_known : KEY_USUAL;
	if (!r->o->nic)
		return STATUS_DONE;
	if (!model->key_shown || model->set_key_err)
		return complain("plan",
				"%s: its driver does not let the key be set; 'espalier run "
				"--method %s' spreads SAs without it",
				model->name, method_on_any_nic());
	r->key_len = model->key_used;
	return STATUS_DONE;
}

enum status plan_form_key(const struct plan_options *o)
{
	struct request *r = calloc(1, sizeof(*r));
	enum status status;

	if (!r)
		return complain("plan", "no memory");
	r->o = o;
	r->nic = plan_nic_new(o, PLAN_POWER, &status);
	if (r->nic)
		status = measure_key(r);
	if (r->nic && status == STATUS_DONE)
		status = plan_sas_read(o, &r->sas);
	if (status == STATUS_DONE &&
	    !plan_entries_separate(r->nic, &r->sas, r->unseparated, sizeof(r->unseparated)))
		status = STATUS_FAILED;
	if (status == STATUS_DONE)
		status = solve(r);
	plan_sas_free(&r->sas);
	plan_nic_free(r->nic);
	free(r);
	return status;
}
