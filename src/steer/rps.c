// SPDX-License-Identifier: GPL-2.0-only
// The method rps: the kernel's software steering, told by our flow dissector which CPU each SA is
// on (docs/decisions/a-label-a-cpu.md). The dissector and the labels are the network namespace's,
// the masks each interface's.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "cli/say.h"
#include "nic/cpulist.h"
#include "sas/labels.h"
#include "sas/sas.h"
#include "steer/dissector.h"
#include "steer/rps_needs.h"

extern const struct method method_rps, method_rps_plain;

struct rps {
	cpu_set_t mask;	    /* of all its queues, as the kernel took it */
	cpu_set_t seen;	    /* of the first that was found to be another */
	unsigned int index; /* where the dissector counts, if we attached it last; else NOBODY */
	bool lost;	    /* the dissector: said */
};

#define NOBODY HOST_INTERFACES

/* All that have a role get packets: those of SAs, strays and IKE. */
static void everybody(const struct cpu_roles *roles, cpu_set_t *cpus)
{
	CPU_OR(cpus, &roles->sas, &roles->strays);
	if (roles->ike >= 0)
		CPU_SET(roles->ike, cpus);
}

static int check(const struct nic_facts *facts, const struct cpu_roles *roles,
		 struct needs_report *report)
{
	cpu_set_t cpus;

	*report = (struct needs_report){0};
	everybody(roles, &cpus);
	if (facts->no_dissector[0])
		needs_say(report, NEEDS_REFUSE, NEEDS_METHOD, "%s", facts->no_dissector);
	else if (rps_check(facts, &cpus, report))
		needs_say(report, NEEDS_WARN, NEEDS_METHOD,
			  "RPS spreads its other traffic over the same CPUs, each flow on one");
	return needs_end(report);
}

static bool fits(const struct nic_facts *facts, const struct demand *demand, char *why, size_t size)
{
	const char *lacks = facts->no_dissector;

	if (rps_is_blind(facts))
		lacks = "the driver's hash of ESP hides the SPI from the kernel";
	snprintf(why, size, "%s", lacks);
	return !*lacks;
}

/* SAs are only placed where the kernel lets RPS send packets: not on isolated CPUs. */
static int limit_cpus(struct steered *s, const cpu_set_t *mask)
{
	char have[CPULIST_LEN], list[CPULIST_LEN];
	cpu_set_t cpus;

	CPU_AND(&cpus, &s->sas->roles.sas, mask);
	if (CPU_EQUAL(&cpus, &s->sas->roles.sas))
		return 0;
	cpulist_format(&cpus, have, sizeof(have));
	cpulist_format(&s->sas->roles.sas, list, sizeof(list));
	if (!CPU_COUNT(&cpus)) {
		say_error("%s: the kernel takes none of CPUs %s into RPS masks", s->name, list);
		return -EOPNOTSUPP;
	}
	say("%s: the kernel takes CPUs %s of %s into RPS masks; SAs go to those", s->name, have,
	    list);
	return sas_limit_cpus(s->sas, &cpus);
}

/* The masks, and labels for the CPUs that the kernel took into them. */
static int aim(struct steered *s)
{
	struct rps *r = s->state;
	cpu_set_t cpus;
	int err;

	everybody(&s->sas->roles, &cpus);
	err = rps_masks_set(s, &cpus);
	if (!err)
		err = rps_mask_read(s, 0, &r->mask);
	if (err) {
		say_error("%s: setting its RPS masks: %s", s->name, strerror(-err));
		return err;
	}
	r->seen = r->mask;
	err = labels_find(&s->sas->maps, &r->mask);
	if (err == -ENOLINK)
		say_error(
			"%s: the kernel does not ask our flow dissector, but another one; 'bpftool "
			"net' shows it",
			s->name);
	else if (err)
		say_error("%s: finding labels for its CPUs: %s", s->name, strerror(-err));
	return err ? err : limit_cpus(s, &r->mask);
}

/* The one dissector counts for all: where the first of their interfaces counts. */
static unsigned int first_place(const struct steered *s)
{
	const struct host_interface *place = s->sas->maps.host->interface;

	for (unsigned int i = 0; i < s->index; i++)
		if (place[i].ifindex && !strcmp(place[i].method, s->method->name))
			return i;
	return s->index;
}

static int attach(struct steered *s)
{
	struct rps *r = s->state;
	unsigned int index = first_place(s);
	char why[DISSECTOR_WHY];
	int err = dissector_attach(&s->sas->maps, &s->sas->pins, index, why, sizeof(why));

	r->index = err ? NOBODY : index;
	if (err)
		say_error("%s: %s", s->name, why);
	return err;
}

static int start(struct steered *s)
{
	struct rps *r = s->state = calloc(1, sizeof(*r));
	int err;

	if (!r) {
		say_error("%s: out of memory", s->name);
		return -ENOMEM;
	}
	err = attach(s);
	return err ? err : aim(s);
}

/* Queues go, and those that come have no mask yet. */
static void look_for_queues(struct steered *s)
{
	unsigned int before;
	cpu_set_t cpus;

	while (s->queues > 1 && rps_mask_read(s, s->queues - 1, &cpus) == -ENOENT)
		s->queues--;
	before = s->queues;
	while (!rps_mask_read(s, s->queues, &cpus))
		s->queues++;
	if (s->queues > before)
		(void)aim(s);
}

/* Somebody else's setting is not undone, but it is told. */
static void look_at_masks(struct steered *s)
{
	struct rps *r = s->state;
	cpu_set_t now = r->mask;
	char list[CPULIST_LEN];
	unsigned int queue;

	for (queue = 0; queue < s->queues; queue++)
		if (rps_mask_read(s, queue, &now) || !CPU_EQUAL(&now, &r->mask))
			break;
	if (queue == s->queues)
		now = r->mask;
	if (CPU_EQUAL(&now, &r->seen))
		return;
	r->seen = now;
	if (CPU_EQUAL(&now, &r->mask)) {
		say("%s: its RPS masks are again as we set them", s->name);
		return;
	}
	cpulist_format(&now, list, sizeof(list));
	say_warning("%s: somebody set rx-%u/rps_cpus to CPUs %s, so SAs are not where they were "
		    "placed; put it back, or run 'espalier stop %s' and start again",
		    s->name, queue, *list ? list : "(none)", s->name);
}

static void tick(struct steered *s)
{
	struct rps *r = s->state;
	bool lost = !dissector_is_attached(&s->sas->pins);

	if (lost && !r->lost)
		say_warning(
			"%s: somebody took our flow dissector off, so SAs are not where they were "
			"placed; run 'espalier stop %s' and start again",
			s->name, s->name);
	r->lost = lost;
	if (!lost && first_place(s) == s->index && r->index != s->index)
		(void)attach(s); /* the interface that counted before us is gone */
	look_for_queues(s);
	look_at_masks(s);
}

static void end(struct steered *s)
{
	free(s->state);
	s->state = NULL;
}

static void unused(const struct pins *pins)
{
	(void)dissector_detach(pins);
}

const struct method method_rps = {
	.name = "rps",
	.traits = METHOD_PLACES | METHOD_IN_GAPS | METHOD_CONFINES | METHOD_UDP | METHOD_BACKLOG |
		  METHOD_ANY_DRIVER,
	.instead = &method_rps_plain,
	.fits = fits,
	.check = check,
	.start = start,
	.roles_changed = aim,
	.tick = tick,
	.end = end,
	.unused = unused,
};
