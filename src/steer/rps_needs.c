// SPDX-License-Identifier: GPL-2.0-only
// What RPS needs of an interface: judged, set, read back.
#include "steer/rps_needs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nic/cpulist.h"
#include "undo/undo.h"

#define MASK_REASON "the kernel spreads what this queue receives"

/* net/core/dev.c, skb_flow_limit(): an SA is a flow. */
#define FLOW_LIMIT	  "net/core/flow_limit_cpu_bitmap"
#define FLOW_LIMIT_REASON "a backlog that is half full would drop what comes of a busy SA"

/* Of a queue, as undo reads it: without leading zeros. */
static void mask_of(const struct nic_facts *facts, unsigned int queue, char mask[CPUMASK_LEN])
{
	cpu_set_t cpus;

	strcpy(mask, "0");
	for (unsigned int i = 0; i < facts->queues; i++)
		if (facts->queue[i].queue == queue &&
		    !cpumask_parse(facts->queue[i].rps_cpus, &cpus))
			cpumask_format(&cpus, mask, CPUMASK_LEN);
}

static void knob_of(unsigned int queue, char knob[UNDO_KNOB_LEN])
{
	snprintf(knob, UNDO_KNOB_LEN, "rx-%u/rps_cpus", queue);
}

static void check_masks(const struct nic_facts *facts, const char *wanted,
			struct needs_report *report)
{
	char mask[CPUMASK_LEN], knob[UNDO_KNOB_LEN];

	for (unsigned int queue = 0; queue < nic_facts_queues(facts); queue++) {
		mask_of(facts, queue, mask);
		if (!strcmp(mask, wanted))
			continue;
		knob_of(queue, knob);
		needs_change(report, NEEDS_METHOD, UNDO_QUEUE, knob, mask, wanted, MASK_REASON);
	}
}

/* The CPUs of a mask but for these; false: there are none of these in it. */
static bool take_out(const char *mask, const cpu_set_t *cpus, char wanted[CPUMASK_LEN])
{
	cpu_set_t has, both;

	if (cpumask_parse(mask, &has))
		return false;
	CPU_AND(&both, &has, cpus);
	CPU_XOR(&has, &has, &both);
	cpumask_format(&has, wanted, CPUMASK_LEN);
	return CPU_COUNT(&both);
}

static void check_flow_limit(const struct nic_facts *facts, const cpu_set_t *cpus,
			     struct needs_report *report)
{
	char wanted[CPUMASK_LEN];
	struct needs_finding *change;

	if (!take_out(facts->flow_limit, cpus, wanted))
		return;
	change = needs_change(report, NEEDS_METHOD, UNDO_SYSCTL, FLOW_LIMIT, facts->flow_limit, wanted,
			      FLOW_LIMIT_REASON);
	if (change)
		change->optional = true;
}

bool rps_is_blind(const struct nic_facts *facts)
{
	return facts->model && facts->model->l4_regardless;
}

/* A hash that the driver calls one of L4 is taken as it is (include/linux/skbuff.h skb_get_hash).
 */
static void check_hash(const struct nic_facts *facts, struct needs_report *report)
{
	const char *driver = facts->driver[0] ? facts->driver : "(unknown)";

	if (rps_is_blind(facts)) {
		needs_say(report, NEEDS_REFUSE, NEEDS_METHOD,
			  "driver %s calls its hash of ESP one of L4, with rxhash off too, so the "
			  "kernel spreads nothing; use --method auto",
			  driver);
		return;
	}
	if (facts->rxhash != SWITCH_ON && facts->rxhash != SWITCH_FIXED_ON)
		return;
	if (!facts->model || facts->model->l4_device)
		needs_say(report, NEEDS_WARN, NEEDS_METHOD,
			  "whether driver %s calls its hash of ESP one of L4 is not known: "
			  "the kernel would then take it instead of its own; if one CPU gets "
			  "all, use `ethtool -K %s rxhash off`",
			  driver, facts->link.name);
	else if (facts->model->claims_l4 && facts->rxhash == SWITCH_ON)
		needs_change(report, NEEDS_METHOD, UNDO_FEATURE, "rx-hashing", "on", "off",
			     "the driver calls its hash of ESP one of L4, and the kernel would "
			     "take it instead of its own");
	else if (facts->model->claims_l4)
		needs_say(report, NEEDS_REFUSE, NEEDS_METHOD,
			  "driver %s calls its hash of ESP one of L4 and cannot stop hashing, so "
			  "the kernel spreads nothing; use --method auto",
			  driver);
}

bool rps_check(const struct nic_facts *facts, const cpu_set_t *cpus, struct needs_report *report)
{
	char wanted[CPUMASK_LEN];

	cpumask_format(cpus, wanted, sizeof(wanted));
	if (facts->rps_err) {
		needs_say(report, NEEDS_REFUSE, NEEDS_METHOD,
			  "its RPS masks cannot be read: %s; the kernel needs CONFIG_RPS",
			  strerror(-facts->rps_err));
		return false;
	}
	check_hash(facts, report);
	needs_no_spray(facts, report);
	check_masks(facts, wanted, report);
	check_flow_limit(facts, cpus, report);
	return true;
}

/* As undo knows it; the name is the interface's of now. */
static struct undo_entry entry_of(const struct steered *s, unsigned int queue)
{
	struct undo_entry entry = {
		.kind = UNDO_QUEUE,
		.ifindex = (int)s->ifindex,
		.reason = MASK_REASON,
	};

	snprintf(entry.ifname, sizeof(entry.ifname), "%s", s->name);
	knob_of(queue, entry.knob);
	return entry;
}

/* In other network namespaces than the initial one it is not seen; in a container it may be read-only. */
static void clear_flow_limit(const struct steered *s, const cpu_set_t *cpus)
{
	struct undo_entry entry = {.kind = UNDO_SYSCTL, .knob = FLOW_LIMIT, .reason = FLOW_LIMIT_REASON};
	char wanted[CPUMASK_LEN], *now;

	if (undo_read(s->undo, &entry, &now))
		return;
	entry.old_value = now;
	entry.new_value = wanted;
	if (take_out(now, cpus, wanted))
		(void)undo_set(s->undo, &entry);
	free(now);
}

int rps_masks_set(const struct steered *s, const cpu_set_t *cpus)
{
	char wanted[CPUMASK_LEN], *now;
	int err = 0;

	clear_flow_limit(s, cpus);
	cpumask_format(cpus, wanted, sizeof(wanted));
	for (unsigned int queue = 0; !err && queue < s->queues; queue++) {
		struct undo_entry entry = entry_of(s, queue);

		err = undo_read(s->undo, &entry, &now);
		if (err == -ENOENT && queue)
			return 0; /* it has fewer by now */
		if (err)
			break;
		entry.old_value = now;
		entry.new_value = wanted;
		if (strcmp(now, wanted))
			err = undo_set(s->undo, &entry);
		free(now);
	}
	return err;
}

int rps_mask_read(const struct steered *s, unsigned int queue, cpu_set_t *cpus)
{
	struct undo_entry entry = entry_of(s, queue);
	char *text;
	int err = undo_read(s->undo, &entry, &text);

	if (err)
		return err;
	err = cpumask_parse(text, cpus);
	free(text);
	return err;
}
