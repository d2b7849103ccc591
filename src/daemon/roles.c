// SPDX-License-Identifier: GPL-2.0-only
// Which CPUs do what: from the command line, or from what this machine is.
#include "daemon/daemon.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "daemon/say.h"
#include "nic/cpulist.h"
#include "nic/cpus.h"
#include "steer/pick_cpus.h"

static int choose(const struct run_options *options, const struct cpus_facts *machine,
		  cpu_set_t *cpus)
{
	char why[512], list[CPULIST_LEN];
	int err = pick_cpus(machine, options->interfaces, options->n_interfaces, cpus, why,
			    sizeof(why));

	if (err)
		return err;
	cpulist_format(cpus, list, sizeof(list));
	say("CPUs %s: %s", list, why);
	return 0;
}

/* A list from the command line; every CPU of it must be online. */
static int given(const char *what, const char *text, const struct cpus_facts *machine,
		 cpu_set_t *set)
{
	int err = cpulist_parse(text, set);

	if (err || !CPU_COUNT(set)) {
		say("%s %s: not a list of CPUs such as 0-3,8", what, text);
		return -EINVAL;
	}
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, set) || CPU_ISSET(cpu, &machine->online))
			continue;
		say("%s %s: this machine has no CPU %d online; 'lscpu --extended' shows those it "
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

int roles_choose(const struct run_options *options, struct cpu_roles *roles)
{
	struct cpus_facts machine;
	cpu_set_t cpus, strays;
	int err = cpus_facts_read("/sys", &machine);

	if (err) {
		say("reading which CPUs are online: %s", strerror(-err));
		return err;
	}
	CPU_ZERO(&strays);
	err = options->cpus ? given("--cpus", options->cpus, &machine, &cpus)
			    : choose(options, &machine, &cpus);
	if (!err && options->stray_cpus)
		err = given("--stray-cpus", options->stray_cpus, &machine, &strays);
	if (!err && options->ike_cpu >= 0 &&
	    (options->ike_cpu >= CPU_SETSIZE || !CPU_ISSET(options->ike_cpu, &machine.online))) {
		say("--ike-cpu %d: this machine has no such CPU online; 'lscpu --extended' shows "
		    "those it has",
		    options->ike_cpu);
		err = -ENODEV;
	}
	if (err)
		return err;
	first_roles(&cpus, &strays, options->ike_cpu, roles);
	say_roles(roles);
	return 0;
}
