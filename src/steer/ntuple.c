// SPDX-License-Identifier: GPL-2.0-only
// The method ntuple: a rule of the NIC for each SA, by its SPI, leads to the queue of its CPU.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "cli/say.h"
#include "host/clock.h"
#include "nic/cpulist.h"
#include "steer/method.h"
#include "steer/ntuple_rules.h"
#include "sas/sas.h"

extern const struct method method_ntuple;

struct ntuple {
	struct queues queues;
	struct ntuple_rules rules;
	size_t left_out, refused; /* as last said */
	uint64_t made_ns;	  /* when the first rules that are not proved were; 0: all are */
};

static int check(const struct nic_facts *facts, const struct cpu_roles *roles,
		 struct needs_report *report)
{
	const struct model *model = facts->model;

	*report = (struct needs_report){0};
	if (!model || !model->rules_by_spi) {
		needs_say(report, NEEDS_REFUSE, NEEDS_METHOD,
			  "rules of %s cannot tell SAs apart, by what is known of driver %s; "
			  "use --method auto",
			  model ? model->nic : "this NIC",
			  facts->driver[0] ? facts->driver : "(unknown)");
		return needs_end(report);
	}
	if (facts->ntuple == SWITCH_OFF)
		needs_change(report, NEEDS_METHOD, UNDO_FEATURE, "rx-ntuple-filter", "off", "on",
			     "without it the NIC takes no rules");
	if (model->rule_mask_v6_lost)
		needs_say(report, NEEDS_WARN, NEEDS_METHOD,
			  "of IPv6 its driver loses the SPI's mask, so that a rule would take "
			  "every SA of a pair of addresses: SAs of IPv6 get none");
	if (!model->rules_by_udp_spi)
		needs_say(report, NEEDS_WARN, NEEDS_METHOD,
			  "its rules cannot tell SAs of ESP in UDP apart: these get none");
	return needs_end(report);
}

/*
 * The rule of an SA, without its queue. It is from whichever address where the source says nothing:
 * a NAT may give the peer another one at any time, and a file may not know it.
 */
static void rule_fill(struct rule *rule, uint32_t spi, uint8_t family, uint8_t protocol, bool udp,
		      const __be32 dst[4], const __be32 src[4])
{
	bool unknown = !(src[0] | src[1] | src[2] | src[3]);

	*rule = (struct rule){
		.family = family == AF_INET ? 4 : 6,
		.protocol = protocol,
		.udp = udp,
		.spi = spi,
		.any_src = udp || unknown,
	};
	memcpy(rule->dst, dst, sizeof(rule->dst));
	if (!rule->any_src)
		memcpy(rule->src, src, sizeof(rule->src));
}

/* Can a rule tell this SA from others? Rules of all but iavf know nothing of ESP in UDP. */
static bool ntuple_can(const struct model *model, const struct rule *rule)
{
	if (rule->udp)
		return model->rules_by_udp_spi;
	return rule->family == 4 || !model->rule_mask_v6_lost;
}

/* False: it has none, it is hands off. */
static bool rule_of_sa(const struct sa *sa, struct rule *rule)
{
	rule_fill(rule, sa->id.spi, sa->id.family, sa->id.protocol, sa->encap, sa->id.dst, sa->src);
	return sa->offload == SA_OFFLOAD_NONE;
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

/* SAs can only go where a queue is: other CPUs take none. */
static int limit_cpus(struct steered *s)
{
	struct ntuple *n = s->state;
	char have[CPULIST_LEN], list[CPULIST_LEN];
	cpu_set_t cpus;

	queues_cpus(&n->queues, &s->sas->roles.sas, &cpus);
	cpulist_format(&cpus, have, sizeof(have));
	cpulist_format(&s->sas->roles.sas, list, sizeof(list));
	if (!CPU_COUNT(&cpus)) {
		say_error("%s: none of its queues is served by a CPU of %s; set the affinities of "
			  "its interrupts, or use another --method",
			  s->name, list);
		return -EOPNOTSUPP;
	}
	if (n->queues.guessed)
		say("%s: which CPUs serve its queues cannot be seen; taken in turn from CPUs %s",
		    s->name, list);
	if (CPU_EQUAL(&cpus, &s->sas->roles.sas))
		return 0;
	say("%s: its queues are served by CPUs %s of %s; SAs go to those", s->name, have, list);
	return sas_limit_cpus(s->sas, &cpus);
}

/* The rule that an SA would have here. False: none. */
static bool rule_of(const struct steered *s, __u32 slot, struct rule *rule)
{
	const struct ntuple *n = s->state;
	__u64 word = table_word(&s->sas->table, slot);
	const struct sa_cold *cold = table_cold(&s->sas->table, slot);
	int queue = queues_of_cpu(&n->queues, sas_cpu(s->sas, slot));

	rule_fill(rule, sa_word_spi(word), cold->family, cold->protocol, cold->flags & COLD_UDP,
		  cold->dst, cold->src);
	rule->queue = (uint32_t)queue;
	return queue >= 0 && !(sa_word_flags(word) & SA_HANDS_OFF);
}

static void say_left(struct steered *s, size_t cannot)
{
	struct ntuple *n = s->state;
	const struct ntuple_rules *nt = &n->rules;
	size_t left = cannot + nt->left_out;

	if (left > n->left_out)
		say_warning(
			"%s: %zu SAs have no rule (the NIC holds %zu of ours): they go where its "
			"hash puts them",
			s->name, left, nt->held);
	if (nt->refused && nt->refused != n->refused)
		say_warning(
			"%s: its driver refused rules of %zu SAs: %s; they go where its hash puts "
			"them",
			s->name, nt->refused, strerror(-nt->refused_err));
	n->left_out = left;
	n->refused = nt->refused;
}

static void sas_changed(struct steered *s)
{
	struct ntuple *n = s->state;
	const struct slots *known = &s->sas->known;
	struct rule *rule = calloc(known->count + 1, sizeof(*rule));
	struct report_interface *place = &s->sas->maps.report->interface[s->index];
	size_t count = 0, cannot = 0;
	int err = rule ? 0 : -ENOMEM;

	for (__u32 i = 0; !err && i < known->count; i++) {
		if (!rule_of(s, known->slot[i], &rule[count]))
			continue;
		if (ntuple_can(s->model, &rule[count]))
			count++;
		else
			cannot++;
	}
	if (!err)
		err = ntuple_rules_set(&n->rules, rule, count);
	free(rule);
	if (err) {
		say_warning("%s: its rules: %s; those that it has stay", s->name, strerror(-err));
		return;
	}
	if (n->rules.unproved && !n->made_ns)
		n->made_ns = clock_tick();
	say_left(s, cannot);
	SHARED(place->rules) = (__u32)n->rules.held;
	SHARED(place->without_rule) = (__u32)(n->left_out + n->refused);
}

/* Time enough for a physical function to answer its virtual one. */
#define PROOF_NS 1000000000ull

/* Did the NIC keep what its driver took? */
static void prove(struct steered *s)
{
	struct ntuple *n = s->state;

	if (!n->rules.unproved || clock_tick() - n->made_ns < PROOF_NS)
		return;
	n->made_ns = 0;
	if (ntuple_rules_prove(&n->rules) <= 0)
		return;
	say_warning(
		"%s: its driver took the rules and the NIC has none of them: a physical function "
		"refuses those by SPI unless its package knows ESP (E810: Comms); use another "
		"--method",
		s->name);
	sas_changed(s);
}

/* Of rules that are refused one by one, some may still help. */
static void tick(struct steered *s)
{
	struct ntuple *n = s->state;

	prove(s);
	if (n->rules.useless)
		snprintf(s->failed, sizeof(s->failed),
			 "its driver took the rules and the NIC had none of them");
	else if (n->rules.refused && !n->rules.held)
		snprintf(s->failed, sizeof(s->failed), "its driver refused each rule by SPI: %s",
			 strerror(-n->rules.refused_err));
}

static int start(struct steered *s)
{
	struct ntuple *n = s->state = calloc(1, sizeof(*n));
	int err = -ENOMEM;

	if (n) {
		n->rules.ethtool = -1;
		err = queues_read(s->sysfs, s->name, s->queues, &s->sas->roles.sas, &n->queues);
	}
	if (err) {
		say_error("%s: reading its interrupts: %s", s->name, strerror(-err));
		return err;
	}
	err = limit_cpus(s);
	if (!err)
		err = ntuple_rules_open(&n->rules, s->undo, s->ifindex, s->name, s->model);
	return err;
}

static bool moved(struct steered *s)
{
	struct ntuple *n = s->state;

	return queues_moved(s->sysfs, s->name, &s->sas->roles.sas, &n->queues);
}

static void end(struct steered *s)
{
	struct ntuple *n = s->state;

	if (n)
		ntuple_rules_close(&n->rules);
	free(n);
	s->state = NULL;
}

const struct method method_ntuple = {
	.name = "ntuple",
	.traits = METHOD_PLACES | METHOD_RULES,
	.fits = fits,
	.check = check,
	.command = command,
	.start = start,
	.roles_changed = limit_cpus,
	.sas_changed = sas_changed,
	.tick = tick,
	.queues_moved = moved,
	.end = end,
};
