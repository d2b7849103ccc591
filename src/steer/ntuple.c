// SPDX-License-Identifier: GPL-2.0-only
// The method ntuple: a rule of the NIC for each SA.
#include "steer/ntuple.h"

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
#include "steer/method.h"
#include "steer/undo_steering.h"

extern const struct method method_ntuple;

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

static int check(const struct nic_facts *facts, const cpu_set_t *cpus, struct needs_report *report)
{
	const struct model *model = facts->model;
	bool ok = true;

	*report = (struct needs_report){0};
	if (!model || !model->rules_by_spi)
		ok = needs_say(report, NEEDS_REFUSE, NEEDS_METHOD,
			       "rules of %s cannot tell SAs apart, by what is known of driver %s; "
			       "use --method xdp, or auto",
			       model ? model->nic : "this NIC",
			       facts->driver[0] ? facts->driver : "(unknown)");
	else if (facts->ntuple == SWITCH_OFF)
		ok = needs_change(report, UNDO_FEATURE, "rx-ntuple-filter", "off", "on",
				  "without it the NIC takes no rules") != NULL;
	if (ok && model && model->rules_by_spi && model->rule_mask_v6_lost)
		ok = needs_say(report, NEEDS_WARN, NEEDS_METHOD,
			       "of IPv6 its driver loses the SPI's mask, so that a rule would take "
			       "every SA of a pair of addresses: SAs of IPv6 get none");
	if (ok && model && model->rules_by_spi && !model->rules_by_udp_spi)
		ok = needs_say(report, NEEDS_WARN, NEEDS_METHOD,
			       "its rules cannot tell SAs of ESP in UDP apart: these get none");
	if (!ok)
		needs_report_free(report);
	return ok ? 0 : -ENOMEM;
}

int ntuple_open(struct ntuple *ntuple, struct undo *undo, unsigned int ifindex, const char *name,
		const struct model *model)
{
	*ntuple = (struct ntuple){
		.undo = undo, .ifindex = ifindex, .model = model, .ethtool = ethtool_open()};
	snprintf(ntuple->name, sizeof(ntuple->name), "%s", name);
	return ntuple->ethtool < 0 ? ntuple->ethtool : 0;
}

void ntuple_close(struct ntuple *ntuple)
{
	if (ntuple->ethtool >= 0)
		close(ntuple->ethtool);
	ntuple->ethtool = -1;
}

void rule_forget_src(struct rule *rule)
{
	rule->any_src = rule->udp || !(rule->src[0] | rule->src[1] | rule->src[2] | rule->src[3]);
	if (rule->any_src)
		memset(rule->src, 0, sizeof(rule->src));
}

/* The rule of an SA, without its queue. False: none, it is hands off. */
static bool rule_of_sa(const struct sa *sa, struct rule *rule)
{
	memset(rule, 0, sizeof(*rule));
	rule->family = sa->id.family == AF_INET ? 4 : 6;
	rule->protocol = sa->id.protocol;
	rule->udp = sa->encap;
	rule->spi = sa->id.spi;
	memcpy(rule->dst, sa->id.dst, sizeof(rule->dst));
	memcpy(rule->src, sa->src, sizeof(rule->src));
	rule_forget_src(rule);
	return sa->offload == SA_OFFLOAD_NONE;
}

bool ntuple_can(const struct model *model, const struct rule *rule)
{
	if (rule->udp)
		return model->rules_by_udp_spi;
	return rule->family == 4 || !model->rule_mask_v6_lost;
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
static int forget_lost(struct ntuple *nt, struct list *have, const struct nic_rules *rules)
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

static void fill(const struct ntuple *nt, const struct rules_entry *from, struct undo_entry *to,
		 char *text)
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
static int carry_out(struct ntuple *nt, const struct rules_plan *plan,
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

static int change(struct ntuple *nt, struct list *have, struct list *wanted,
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
	return err;
}

int ntuple_set(struct ntuple *nt, const struct rule *rule, size_t n)
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
	for (; !err && wanted.n < n; wanted.n++)
		to_entry(&rule[wanted.n], 0, &wanted.entry[wanted.n]);
	if (!err)
		err = change(nt, &have, &wanted, &rules);
	ethtool_rules_free(&rules);
	free(have.entry);
	free(wanted.entry);
	return err;
}

static bool fits(const struct nic_facts *facts, const struct demand *demand, char *why, size_t size)
{
	unsigned int rules = nic_facts_rules(facts);
	const char *lacks = NULL;

	*why = '\0';
	if (!rules)
		return false;
	if (demand->sas > rules / 2)
		lacks = "it takes rules by SPI, but too few to hold all SAs twice over";
	else if (demand->sas_udp && !facts->model->rules_by_udp_spi)
		lacks = "it takes rules by SPI, but none that match ESP-in-UDP";
	if (lacks)
		snprintf(why, size, "%s", lacks);
	else
		snprintf(why, size, "the NIC holds %u rules by SPI, enough for %zu SAs twice over",
			 rules, demand->sas);
	return !lacks;
}

/* Each SA at its CPU's queue, the CPUs in turn. */
static bool command(const struct nic_facts *facts, const struct queues *queues, const struct sa *sa,
		    uint32_t turn, char *line, size_t size)
{
	char text[RULE_TEXT_LEN];
	struct rule rule;

	if (!facts->model || !queues->count || !rule_of_sa(sa, &rule) ||
	    !ntuple_can(facts->model, &rule))
		return false;
	rule.queue = turn % queues->count;
	snprintf(line, size, "ethtool -N %s %s", facts->link.name, rule_print(&rule, text));
	return true;
}

const struct method method_ntuple = {
	.name = "ntuple",
	.traits = METHOD_PLACES | METHOD_RULES | METHOD_QUEUES,
	.fits = fits,
	.check = check,
	.command = command,
};
