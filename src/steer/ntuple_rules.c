// SPDX-License-Identifier: GPL-2.0-only
// The rules of ours that a NIC holds become others.
#include "steer/ntuple_rules.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "nic/ethtool.h"
#include "nic/ethtool_rules.h"
#include "place/rules.h"

/* Everything of a rule but where it leads. */
static_assert(offsetof(struct rule, queue) <= RULES_ABOUT, "a rule must fit an entry");

static const char reason[] = "this SA goes to a queue of its own";

struct list {
	struct rules_entry *entry;
	size_t n, room;
};

static void to_entry(const struct rule *rule, uint32_t location, struct rules_entry *entry)
{
	memset(entry, 0, sizeof(*entry));
	memcpy(entry->about, rule, offsetof(struct rule, queue));
	entry->queue = rule->queue;
	entry->location = location;
}

static void to_rule(const struct rules_entry *entry, struct rule *rule)
{
	memset(rule, 0, sizeof(*rule));
	memcpy(rule, entry->about, offsetof(struct rule, queue));
	rule->queue = entry->queue;
}

int ntuple_rules_open(struct ntuple_rules *ntuple, struct undo *undo, unsigned int ifindex,
		      const char *name, const struct model *model)
{
	*ntuple = (struct ntuple_rules){
		.undo = undo, .ifindex = ifindex, .model = model, .ethtool = ethtool_open()};
	snprintf(ntuple->name, sizeof(ntuple->name), "%s", name);
	return ntuple->ethtool < 0 ? ntuple->ethtool : 0;
}

void ntuple_rules_close(struct ntuple_rules *ntuple)
{
	if (ntuple->ethtool >= 0)
		close(ntuple->ethtool);
	ntuple->ethtool = -1;
}

/* What undo knows to be ours; one that is no rule of ours is left to undo. */
static void recall(void *arg, const char *knob, const char *value)
{
	struct list *have = arg;
	struct rule rule;

	if (have->n < have->room && !rule_parse(value, &rule))
		to_entry(&rule, (uint32_t)strtoul(knob, NULL, 10), &have->entry[have->n++]);
}

static void count_one(void *arg, const char *knob, const char *value)
{
	++*(size_t *)arg;
}

static bool is_recorded(const struct list *have, uint32_t location)
{
	for (size_t i = 0; i < have->n; i++)
		if (have->entry[i].location == location)
			return true;
	return false;
}

/* Rules of ours that the NIC holds no more (a reset, an operator) are forgotten. */
static int forget_lost(struct ntuple_rules *nt, struct list *have, const struct nic_rules *rules)
{
	size_t kept = 0;
	int err = 0;

	for (size_t i = 0; i < have->n; i++) {
		struct undo_entry gone = {.kind = UNDO_RULE, .ifindex = (int)nt->ifindex};
		bool there = false;

		for (uint32_t j = 0; j < rules->count; j++)
			there |= rules->location[j] == have->entry[i].location;
		if (there) {
			have->entry[kept++] = have->entry[i];
			continue;
		}
		snprintf(gone.knob, sizeof(gone.knob), "%u", have->entry[i].location);
		if (undo_take_back_many(nt->undo, &gone, 1) < 0)
			err = -EIO;
	}
	have->n = kept;
	return err;
}

static void fill(const struct ntuple_rules *nt, const struct rules_entry *from,
		 struct undo_entry *to, char *text)
{
	struct rule rule;

	memset(to, 0, sizeof(*to));
	to->kind = UNDO_RULE;
	to->ifindex = (int)nt->ifindex;
	to->old_value = UNDO_NONE;
	to->reason = reason;
	memcpy(to->ifname, nt->name, sizeof(to->ifname));
	snprintf(to->knob, sizeof(to->knob), "%u", from->location);
	to_rule(from, &rule);
	to->new_value = rule_print(&rule, text);
}

/* First those that go: a NIC may refuse two rules for the same SA. */
static int carry_out(struct ntuple_rules *nt, const struct rules_plan *plan,
		     const struct rules_entry *have, const struct rules_entry *wanted)
{
	size_t most = plan->drop > plan->add ? plan->drop : plan->add;
	struct undo_entry *entry = calloc(most + 1, sizeof(*entry));
	char(*text)[RULE_TEXT_LEN] = calloc(most + 1, sizeof(*text));
	int *errs = calloc(most + 1, sizeof(*errs));
	int err = entry && text && errs ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < plan->drop; i++)
		fill(nt, &have[i], &entry[i], text[i]);
	if (!err && plan->drop)
		err = undo_take_back_many(nt->undo, entry, plan->drop);
	err = err < 0 ? err : 0;
	for (size_t i = 0; !err && i < plan->add; i++)
		fill(nt, &wanted[i], &entry[i], text[i]);
	if (!err && plan->add)
		err = undo_set_many(nt->undo, entry, plan->add, errs);
	for (size_t i = 0; !err && i < plan->add; i++)
		if (errs[i]) {
			nt->refused++;
			nt->refused_err = errs[i];
		}
	free(entry);
	free(text);
	free(errs);
	return err;
}

static int change(struct ntuple_rules *nt, struct list *have, struct list *wanted,
		  const struct nic_rules *rules)
{
	uint32_t *taken = calloc(rules->count + 1, sizeof(*taken));
	struct rules_plan plan;
	size_t n = 0;
	int err = taken ? 0 : -ENOMEM;

	for (uint32_t i = 0; !err && i < rules->count; i++)
		if (!is_recorded(have, rules->location[i]))
			taken[n++] = rules->location[i];
	if (!err)
		err = rules_plan(&plan, have->entry, have->n, wanted->entry, wanted->n, taken, n,
				 rules->most ? rules->most : nt->model->rules);
	free(taken);
	if (err)
		return err;
	nt->left_out = plan.left_out;
	nt->refused = 0;
	err = carry_out(nt, &plan, have->entry, wanted->entry);
	nt->held = have->n - plan.drop + plan.add - nt->refused;
	nt->unproved |= nt->model->rules_late && plan.add > nt->refused;
	return err;
}

int ntuple_rules_prove(struct ntuple_rules *nt)
{
	struct nic_rules rules;
	struct list ours = {0};
	int err = nt->unproved ? ethtool_rules(nt->ethtool, nt->name, &rules) : 0;

	if (err || !nt->unproved)
		return err;
	nt->unproved = false;
	undo_each(nt->undo, (int)nt->ifindex, UNDO_RULE, count_one, &ours.room);
	ours.entry = calloc(ours.room + 1, sizeof(*ours.entry));
	err = ours.entry ? 0 : -ENOMEM;
	if (!err) {
		undo_each(nt->undo, (int)nt->ifindex, UNDO_RULE, recall, &ours);
		nt->useless = ours.n;
		for (uint32_t i = 0; i < rules.count; i++)
			nt->useless &= !is_recorded(&ours, rules.location[i]);
	}
	ethtool_rules_free(&rules);
	free(ours.entry);
	return err ? err : nt->useless;
}

int ntuple_rules_set(struct ntuple_rules *nt, const struct rule *rule, size_t n)
{
	struct list have = {0}, wanted = {.entry = calloc(n + 1, sizeof(*wanted.entry))};
	struct nic_rules rules;
	int err = ethtool_rules(nt->ethtool, nt->name, &rules);

	if (err) {
		free(wanted.entry);
		return err;
	}
	undo_each(nt->undo, (int)nt->ifindex, UNDO_RULE, count_one, &have.room);
	have.entry = calloc(have.room + 1, sizeof(*have.entry));
	err = have.entry && wanted.entry ? 0 : -ENOMEM;
	if (!err) {
		undo_each(nt->undo, (int)nt->ifindex, UNDO_RULE, recall, &have);
		err = forget_lost(nt, &have, &rules);
	}
	for (; !err && wanted.n < n && !nt->useless; wanted.n++)
		to_entry(&rule[wanted.n], 0, &wanted.entry[wanted.n]);
	if (!err)
		err = change(nt, &have, &wanted, &rules);
	if (!err && nt->useless) {
		nt->refused = n;
		nt->refused_err = -EINVAL;
	}
	ethtool_rules_free(&rules);
	free(have.entry);
	free(wanted.entry);
	return err;
}
