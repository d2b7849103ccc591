// SPDX-License-Identifier: GPL-2.0-only
// Interfaces that the NIC or the kernel steers: rules that follow the SAs, counters from the kernel.
#include "daemon/hardware.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "cli/say.h"
#include "daemon/rss_watch.h"
#include "nic/cpulist.h"
#include "steer/ntuple.h"
#include "steer/queues.h"

struct hardware {
	const struct method *method;
	unsigned int index; /* in host->interface */
	struct queues queues;
	struct ntuple ntuple;	     /* METHOD_RULES */
	struct rss_watch *watch;     /* METHOD_SEES */
	size_t left_out, refused;    /* as last said */
};

/* What steers the interface in that place, if its method has the trait; else NULL. */
static struct hardware *that_has(const struct daemon *d, int place, enum method_trait trait)
{
	struct hardware *hw = d->interface[place].hardware;

	return hw && method_has(hw->method, trait) ? hw : NULL;
}

/* SAs can only go where a queue is: other CPUs take none. */
static int limit_cpus(struct daemon *d, const struct hardware *hw, const char *name)
{
	char have[CPULIST_LEN], list[CPULIST_LEN];
	cpu_set_t cpus;

	queues_cpus(&hw->queues, &d->xdp.roles.sas, &cpus);
	cpulist_format(&cpus, have, sizeof(have));
	cpulist_format(&d->xdp.roles.sas, list, sizeof(list));
	if (!CPU_COUNT(&cpus)) {
		say_error("%s: none of its queues is served by a CPU of %s; set the affinities of its "
		    "interrupts, or use --method xdp",
		    name, list);
		return -EOPNOTSUPP;
	}
	if (hw->queues.guessed)
		say("%s: which CPUs serve its queues cannot be seen; taken in turn from CPUs %s",
		    name, list);
	if (CPU_EQUAL(&cpus, &d->xdp.roles.sas))
		return 0;
	say("%s: its queues are served by CPUs %s of %s; SAs go to those", name, have, list);
	return xdp_limit_sas(&d->xdp, &cpus);
}

static int start_method(struct daemon *d, struct hardware *hw,
			const struct daemon_interface *interface, const struct meeting *meeting)
{
	int err = queues_read(d->sysfs, interface->name, meeting->queues, &d->xdp.roles.sas, &hw->queues);

	if (err) {
		say_error("%s: reading its interrupts: %s", interface->name, strerror(-err));
		return err;
	}
	if (method_has(hw->method, METHOD_SEES))
		return rss_watch_start(&hw->watch, d, interface, &hw->queues);
	if (!method_has(hw->method, METHOD_RULES))
		return 0;
	err = limit_cpus(d, hw, interface->name);
	if (!err)
		err = ntuple_open(&hw->ntuple, d->undo, interface->ifindex, interface->name,
				  meeting->model);
	d->rules_wanted = true;
	return err;
}

struct hardware *hardware_start(struct daemon *d, const struct daemon_interface *interface,
				const struct meeting *meeting)
{
	struct hardware *hw = calloc(1, sizeof(*hw));

	if (!hw) {
		say_error("%s: out of memory", interface->name);
		return NULL;
	}
	hw->method = meeting->method;
	hw->index = interface->index;
	hw->ntuple.ethtool = -1;
	if (!start_method(d, hw, interface, meeting))
		return hw;
	hardware_close(hw);
	return NULL;
}

void hardware_limit(struct daemon *d)
{
	for (int i = 0; i < DAEMON_INTERFACES; i++)
		if (that_has(d, i, METHOD_RULES))
			(void)limit_cpus(d, d->interface[i].hardware, d->interface[i].name);
}

void hardware_recheck(struct daemon *d)
{
	struct queues now;

	for (int i = 0; i < DAEMON_INTERFACES; i++) {
		struct daemon_interface *interface = &d->interface[i];
		struct hardware *hw = interface->hardware;

		if (!hw || !method_has(hw->method, METHOD_QUEUES) || hw->queues.guessed ||
		    queues_read(d->sysfs, interface->name, hw->queues.count, &d->xdp.roles.sas,
				&now) ||
		    !memcmp(&now, &hw->queues, sizeof(now)))
			continue;
		say("%s: interrupts of its queues went to other CPUs; SAs follow them",
		    interface->name);
		hw->queues = now;
		(void)roles_apply(d, &d->roles);
	}
}

void hardware_close(struct hardware *hw)
{
	if (!hw)
		return;
	ntuple_close(&hw->ntuple);
	rss_watch_end(hw->watch);
	free(hw);
}

/* The rule that an SA would have here. False: none. */
static bool rule_of(const struct daemon *d, const struct hardware *hw, __u32 slot,
		    struct rule *rule)
{
	__u64 word = table_word(&d->xdp.table, slot);
	const struct sa_cold *cold = table_cold(&d->xdp.table, slot);
	int queue = queues_of_cpu(&hw->queues, xdp_cpu(&d->xdp, slot));

	memset(rule, 0, sizeof(*rule));
	rule->family = cold->family;
	rule->protocol = cold->protocol;
	rule->udp = !!(cold->flags & COLD_UDP);
	rule->spi = sa_word_spi(word);
	memcpy(rule->dst, cold->dst, sizeof(rule->dst));
	memcpy(rule->src, cold->src, sizeof(rule->src));
	rule_forget_src(rule);
	rule->queue = (uint32_t)queue;
	return queue >= 0 && !(sa_word_flags(word) & SA_HANDS_OFF);
}

static void say_left(const struct daemon_interface *interface, struct hardware *hw, size_t cannot)
{
	const struct ntuple *nt = &hw->ntuple;
	size_t left = cannot + nt->left_out;

	if (left > hw->left_out)
		say_warning("%s: %zu SAs have no rule (the NIC holds %zu of ours): they go where its hash "
		    "puts them",
		    interface->name, left, nt->held);
	if (nt->refused && nt->refused != hw->refused)
		say_warning("%s: its driver refused rules of %zu SAs: %s; they go where its hash puts them",
		    interface->name, nt->refused, strerror(-nt->refused_err));
	hw->left_out = left;
	hw->refused = nt->refused;
}

static void set_rules(struct daemon *d, const struct daemon_interface *interface)
{
	struct hardware *hw = interface->hardware;
	const struct slots *known = &d->xdp.known;
	struct rule *rule = calloc(known->count + 1, sizeof(*rule));
	struct report_interface *place = &d->xdp.maps.report->interface[hw->index];
	size_t n = 0, cannot = 0;
	int err = rule ? 0 : -ENOMEM;

	for (__u32 i = 0; !err && i < known->count; i++) {
		if (!rule_of(d, hw, known->slot[i], &rule[n]))
			continue;
		if (ntuple_can(hw->ntuple.model, &rule[n]))
			n++;
		else
			cannot++;
	}
	if (!err)
		err = ntuple_set(&hw->ntuple, rule, n);
	free(rule);
	if (err) {
		say_warning("%s: its rules: %s; those that it has stay", interface->name, strerror(-err));
		return;
	}
	say_left(interface, hw, cannot);
	SHARED(place->rules) = (__u32)hw->ntuple.held;
	SHARED(place->without_rule) = (__u32)(hw->left_out + hw->refused);
}

void hardware_settle(struct daemon *d)
{
	if (!d->rules_wanted || d->claiming)
		return;
	d->rules_wanted = false;
	for (int i = 0; i < DAEMON_INTERFACES; i++)
		if (that_has(d, i, METHOD_RULES))
			set_rules(d, &d->interface[i]);
}

void hardware_look(struct daemon *d)
{
	for (int i = 0; i < DAEMON_INTERFACES; i++)
		if (that_has(d, i, METHOD_SEES))
			rss_watch_look(d->interface[i].hardware->watch, d, &d->interface[i]);
}

static int count_one(void *arg, const struct sa *sa)
{
	struct xdp *xdp = arg;
	int slot = table_find(&xdp->table, sa_key(&xdp->table.shape, sa->id.dst, sa->id.spi,
						  sa->id.protocol));

	if (slot >= 0 && sa->source == SA_KERNEL)
		xdp_count(xdp, (__u32)slot, sa->packets, sa->bytes);
	return 0;
}

void hardware_count(struct daemon *d)
{
	if (!d->xdp.counted_elsewhere || sas_sync(d))
		return;
	sad_each(d->sad, count_one, &d->xdp);
}
