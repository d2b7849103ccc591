// SPDX-License-Identifier: GPL-2.0-only
// Which CPUs do what: from the command line, or from what this machine is.
#include "daemon/roles.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli/say.h"
#include "daemon/steered.h"
#include "host/clock.h"
#include "host/cpuset.h"
#include "nic/cpulist.h"
#include "nic/cpus.h"
#include "place/heavy.h"
#include "steer/pick_cpus.h"

/* A list from the command line; every CPU of it must be online. */
static int given(const char *what, const char *text, const struct cpus_facts *machine,
		 cpu_set_t *set)
{
	int err = cpulist_parse(text, set);

	if (err || !CPU_COUNT(set)) {
		say_error("%s %s: not a list of CPUs such as 0-3,8", what, text);
		return -EINVAL;
	}
	cpuset_each (cpu, set) {
		if (CPU_ISSET(cpu, &machine->online))
			continue;
		say_error(
			"%s %s: this machine has no CPU %d online; 'lscpu --extended' shows those it "
			"has",
			what, text, cpu);
		return -ENODEV;
	}
	return 0;
}

static void say_roles(const struct cpu_roles *roles)
{
	char sas[CPULIST_LEN], strays[CPULIST_LEN];

	cpulist_format(&roles->sas, sas, sizeof(sas));
	cpulist_format(&roles->strays, strays, sizeof(strays));
	say("SAs on CPUs %s, strays on %s, IKE on %d", sas, strays, roles->ike);
}

int roles_choose(int sysfs, const struct run_options *options, const uint16_t *rx_busy,
		 struct wanted_cpus *wanted, struct cpu_roles *roles)
{
	struct cpus_facts machine;
	int err = cpus_facts_read("/sys", &machine);

	if (err) {
		say_error("reading which CPUs are online: %s", strerror(-err));
		return err;
	}
	CPU_ZERO(&wanted->strays);
	CPU_ZERO(&wanted->astray);
	pick_receiving(sysfs, options->interfaces, options->n_interfaces, &wanted->receiving);
	wanted->online = machine.online;
	wanted->ike = options->ike_cpu;
	wanted->why[0] = '\0';
	err = options->cpus ? given("--cpus", options->cpus, &machine, &wanted->cpus)
			    : pick_cpus(sysfs, &machine, options->interfaces, options->n_interfaces,
					rx_busy, &wanted->cpus, wanted->why, sizeof(wanted->why));
	if (!err && options->stray_cpus)
		err = given("--stray-cpus", options->stray_cpus, &machine, &wanted->strays);
	if (!err && options->ike_cpu >= 0 &&
	    (options->ike_cpu >= CPU_SETSIZE || !CPU_ISSET(options->ike_cpu, &machine.online))) {
		say_error(
			"--ike-cpu %d: this machine has no such CPU online; 'lscpu --extended' shows "
			"those it has",
			options->ike_cpu);
		err = -ENODEV;
	}
	if (err)
		return err;
	first_roles(&wanted->cpus, &wanted->strays, wanted->ike, roles);
	return 0;
}

void roles_say(const struct wanted_cpus *wanted, const struct cpu_roles *roles)
{
	char list[CPULIST_LEN];

	cpulist_format(&wanted->cpus, list, sizeof(list));
	if (*wanted->why)
		say("CPUs %s: %s", list, wanted->why);
	say_roles(roles);
}

int roles_apply(struct roles *roles, const struct cpu_roles *now)
{
	char why[SAS_WHY_LEN] = "";
	int err = sas_set_roles(roles->sas, now, why, sizeof(why));

	if (err) {
		say_error("giving the CPUs their roles: %s", why);
		return err;
	}
	roles->now = *now;
	steered_limit(roles->interfaces);
	*roles->pending |= PENDING_DRAIN | PENDING_CHANGED;
	return 0;
}

/*
 * Without rounds of placing by load, the SAs of CPUs that are no longer used are moved here, and those
 * whose number came late, and no others. Those that are hands off cannot be, and need not.
 */
static void drain(struct roles *r)
{
	const struct slots *known = &r->sas->known;
	bool more = false;

	*r->pending &= ~(unsigned int)PENDING_DRAIN;
	for (__u32 i = 0; i < known->count; i++) {
		__u32 slot = known->slot[i];
		int to = sas_wished_cpu(r->sas, slot);

		if ((to < 0 && CPU_ISSET(sas_cpu(r->sas, slot), &r->sas->roles.sas)) ||
		    sa_word_flags(table_word(&r->sas->table, slot)) & SA_HANDS_OFF)
			continue;
		if (to < 0)
			to = first_cpu(&r->sas->roles.sas, r->sas->placed, r->sas->load);
		more = true;
		if (sas_move(r->sas, slot, (__u32)to, clock_now()) == -EAGAIN)
			break;
	}
	if (more)
		*r->pending |= PENDING_DRAIN | PENDING_RULES;
}

static void say_change(const cpu_set_t *was, const cpu_set_t *now)
{
	cpu_set_t gone, come;
	char list[CPULIST_LEN];

	CPU_XOR(&gone, was, now);
	CPU_AND(&come, &gone, now);
	CPU_AND(&gone, &gone, was);
	cpulist_format(&gone, list, sizeof(list));
	if (CPU_COUNT(&gone))
		say("CPU %s went offline", list);
	cpulist_format(&come, list, sizeof(list));
	if (CPU_COUNT(&come))
		say("CPU %s came online", list);
}

/*
 * The roles that follow from what is wanted and usable: online, and with rings that are where they
 * belong. Where that leaves none, others decrypt until the rings of those that are back are made
 * anew. False: there is nobody.
 */
static bool roles_now(const struct roles *r, struct cpu_roles *roles)
{
	const struct wanted_cpus *wanted = &r->wanted;
	bool ike_asked = wanted->ike >= 0;
	cpu_set_t usable, cpus, strays, back;

	CPU_XOR(&usable, &wanted->online, &wanted->astray);
	CPU_AND(&cpus, &wanted->cpus, &usable);
	CPU_AND(&strays, &wanted->strays, &usable);
	CPU_AND(&back, &wanted->cpus, &wanted->astray);
	if (!CPU_COUNT(&cpus) && CPU_COUNT(&back))
		cpus = usable;
	if (!CPU_COUNT(&cpus))
		return false;
	first_roles(&cpus, &strays, ike_asked && CPU_ISSET(wanted->ike, &usable) ? wanted->ike : -1,
		    roles);
	heavy_roles(&cpus, r->kept, CPU_COUNT(&strays), ike_asked, roles);
	return true;
}

/* Takes them, if they are others than now. */
static void take_roles(struct roles *r)
{
	struct cpu_roles roles;

	if (!roles_now(r, &roles)) {
		say_warning(
			"none of the CPUs that were to decrypt is online: SAs stay where they are");
		return;
	}
	if (CPU_EQUAL(&roles.sas, &r->now.sas) && CPU_EQUAL(&roles.strays, &r->now.strays) &&
	    roles.ike == r->now.ike)
		return;
	say_roles(&roles);
	(void)roles_apply(r, &roles);
}

void roles_keep(struct roles *r, int cpu)
{
	if (cpu == r->kept)
		return;
	r->kept = cpu;
	take_roles(r);
}

/* Which CPUs' rings are astray now; whether they are others than before. */
static bool look_astray(struct roles *r)
{
	struct wanted_cpus *wanted = &r->wanted;
	cpu_set_t astray, come;
	char list[CPULIST_LEN];

	rings_astray(&r->sas->maps, &astray);
	CPU_AND(&astray, &astray, &wanted->online);
	CPU_XOR(&come, &astray, &wanted->astray);
	if (!CPU_COUNT(&come))
		return false;
	CPU_AND(&come, &come, &astray);
	cpulist_format(&come, list, sizeof(list));
	if (CPU_COUNT(&come))
		say_warning(
			"CPU %s was offline, and its rings run elsewhere since; SAs leave it until its "
			"rings are made anew",
			list);
	wanted->astray = astray;
	return true;
}

static void follow_rings(struct roles *r)
{
	int made = CPU_COUNT(&r->wanted.astray)
		       ? sas_renew_rings(r->sas, &r->wanted.online, clock_now())
		       : 0;
	if (made > 0)
		say("%d %s made anew, on the CPU that came back", made,
		    made > 1 ? "rings were" : "ring was");
	else if (made < 0)
		say_warning("making a ring anew: %s; trying again", strerror(-made));
	if (look_astray(r))
		take_roles(r);
}

static void follow_online(struct roles *r)
{
	cpu_set_t online;

	if (cpus_online_read("/sys", &online) || CPU_EQUAL(&online, &r->wanted.online))
		return;
	say_change(&r->wanted.online, &online);
	r->wanted.online = online;
	look_astray(r);
	take_roles(r);
}

void roles_adopt(struct roles *r)
{
	if (look_astray(r) && roles_now(r, &r->now))
		say_roles(&r->now);
	*r->pending |= PENDING_DRAIN; /* that daemon may have used other CPUs */
}

void roles_recheck(struct roles *r, const uint16_t *rx_busy)
{
	const struct run_options *options = r->options;
	struct cpus_facts machine;
	cpu_set_t receiving;
	char why[512];

	if (options->cpus)
		return;
	pick_receiving(r->sysfs, options->interfaces, options->n_interfaces, &receiving);
	if (CPU_EQUAL(&receiving, &r->wanted.receiving) || cpus_facts_read("/sys", &machine))
		return;
	r->wanted.receiving = receiving;
	if (pick_cpus(r->sysfs, &machine, options->interfaces, options->n_interfaces, rx_busy,
		      &r->wanted.cpus, why, sizeof(why)))
		return;
	say("interrupts went to other CPUs: %s", why);
	take_roles(r);
}

void roles_tick(struct roles *r)
{
	follow_online(r);
	follow_rings(r);
	if (*r->pending & PENDING_DRAIN && !r->options->interval && !r->sas->adopting)
		drain(r);
}
