// SPDX-License-Identifier: GPL-2.0-only
// Which CPUs do what: from the command line, or from what this machine is.
#include "daemon/daemon.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "daemon/say.h"
#include "nic/cpulist.h"
#include "nic/cpus.h"
#include "nic/sysfs.h"
#include "place/choose_cpus.h"

enum { MAX_NICS = 64, MAX_IRQS = 256 };

/* The CPUs that the interfaces' interrupts may go to. */
static void add_receiving(int sysfs, const char *name, cpu_set_t *receiving)
{
	int irqs[MAX_IRQS], count = sysfs_irqs(sysfs, name, irqs, MAX_IRQS);
	char list[CPULIST_LEN];
	cpu_set_t set;

	for (int i = 0; i < count && i < MAX_IRQS; i++)
		if (sysfs_irq_affinity(irqs[i], list, sizeof(list)) > 0 &&
		    !cpulist_parse(list, &set))
			CPU_OR(receiving, receiving, &set);
}

/* How busy each CPU is with receiving: two looks, a fifth of a second apart. */
static void read_busy(uint16_t busy[CPU_SETSIZE])
{
	static const struct timespec pause = {.tv_nsec = 200000000};
	struct cpus_times then, now;
	struct cpus_busy each[CPU_SETSIZE];

	memset(busy, 0, CPU_SETSIZE * sizeof(*busy));
	if (cpus_times_read("/proc/stat", &then))
		return;
	nanosleep(&pause, NULL);
	if (cpus_times_read("/proc/stat", &now))
		return;
	cpus_busy(&then, &now, each);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		busy[cpu] = each[cpu].softirq;
}

static int choose(const struct run_options *options, const struct cpus_facts *machine,
		  cpu_set_t *cpus)
{
	struct choose_cpus_facts facts = {
		.online = machine->online,
		.isolated = machine->isolated,
		.nohz_full = machine->nohz_full,
		.node = machine->node,
		.core = machine->core,
	};
	uint16_t busy[CPU_SETSIZE];
	char why[512], list[CPULIST_LEN];
	int nodes[MAX_NICS], err;
	int sysfs = sysfs_open(-1);

	for (size_t i = 0; i < options->n_interfaces && i < MAX_NICS && sysfs >= 0; i++) {
		nodes[facts.nics++] = sysfs_numa_node(sysfs, options->interfaces[i]);
		add_receiving(sysfs, options->interfaces[i], &facts.receiving);
	}
	if (sysfs >= 0)
		close(sysfs);
	read_busy(busy);
	facts.nic_nodes = nodes;
	facts.rx_busy = busy;
	err = choose_cpus(&facts, cpus, why, sizeof(why));
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
