// SPDX-License-Identifier: GPL-2.0-only
/* CPU lists and masks, the machine's CPUs, which of them --cpus means, kernel releases. */
#include "nic/cpulist.h"
#include "nic/cpus.h"
#include "place/choose_cpus.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static cpu_set_t set_of(const char *list)
{
	cpu_set_t set;

	assert_int_equal(cpulist_parse(list, &set), 0);
	return set;
}

static void assert_list(const cpu_set_t *set, const char *want)
{
	char text[CPULIST_LEN];

	assert_int_equal(cpulist_format(set, text, sizeof(text)), strlen(want));
	assert_string_equal(text, want);
}

static void lists_round_trip(void **state)
{
	static const struct {
		const char *in, *out;
		int count;
	} good[] = {
		{"", "", 0},
		{"\n", "", 0},
		{"0", "0", 1},
		{"0-3,8", "0-3,8", 5},
		{" 3,2,1,0\n", "0-3", 4},
		{"1-1", "1", 1},
		{"5,5,4-6", "4-6", 3},
		{"0,2,4", "0,2,4", 3},
		{"1023", "1023", 1},
		{"0-1023", "0-1023", 1024},
		{"007", "7", 1},
	};
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		cpu_set_t set = set_of(good[i].in);

		assert_int_equal(CPU_COUNT(&set), good[i].count);
		assert_list(&set, good[i].out);
	}
}

static void bad_lists_leave_the_set(void **state)
{
	static const struct {
		const char *in;
		int err;
	} bad[] = {
		{"a", -EINVAL},
		{"-1", -EINVAL},
		{"3-1", -EINVAL},
		{"1,", -EINVAL},
		{",", -EINVAL},
		{",1", -EINVAL},
		{"1,,2", -EINVAL},
		{"1-", -EINVAL},
		{"1-2-3", -EINVAL},
		{"1 2", -EINVAL},
		{"+1", -EINVAL},
		{"0x1", -EINVAL},
		{"1;rm", -EINVAL},
		{"(null)", -EINVAL},
		{"1024", -ERANGE},
		{"0-1024", -ERANGE},
		{"99999999999999999999", -ERANGE},
		{"4294967296", -ERANGE},
	};
	cpu_set_t set = set_of("7");
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(cpulist_parse(bad[i].in, &set), bad[i].err);
		assert_list(&set, "7");
	}
}

static void short_buffers_are_refused(void **state)
{
	cpu_set_t set = set_of("0-3,8");
	char text[8];

	assert_int_equal(cpulist_format(&set, text, 5), -ENOSPC);
	assert_int_equal(cpulist_format(&set, text, 6), 5);
	assert_string_equal(text, "0-3,8");
	assert_int_equal(cpumask_format(&set, text, 3), -ENOSPC);
	assert_int_equal(cpumask_format(&set, text, 4), 3);
	assert_string_equal(text, "10f");
}

static void the_longest_list_fits(void **state)
{
	char list[CPULIST_LEN], mask[CPUMASK_LEN];
	cpu_set_t set, back;
	int cpu;

	CPU_ZERO(&set);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu += 2)
		CPU_SET(cpu, &set);
	assert_true(cpulist_format(&set, list, sizeof(list)) > 0);
	assert_int_equal(cpulist_parse(list, &back), 0);
	assert_true(CPU_EQUAL(&set, &back));
	assert_true(cpumask_format(&set, mask, sizeof(mask)) > 0);
	assert_int_equal(cpumask_parse(mask, &back), 0);
	assert_true(CPU_EQUAL(&set, &back));
}

static void masks_round_trip(void **state)
{
	static const struct {
		const char *in, *out, *list;
	} good[] = {
		{"0\n", "0", ""},
		{"00000000,00000000", "0", ""},
		{"f", "f", "0-3"},
		{"000000F1", "f1", "0,4-7"},
		{"1,00000000", "1,00000000", "32"},
		{"00000001,00000000,80000000\n", "1,00000000,80000000", "31,64"},
	};
	static const char *const bad[] = {"",	       ",",   "g",   "1,", ",1",
					  "123456789", "1 2", "0x1", "-1"};
	cpu_set_t set;
	char text[CPUMASK_LEN];
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(cpumask_parse(good[i].in, &set), 0);
		assert_list(&set, good[i].list);
		assert_int_equal(cpumask_format(&set, text, sizeof(text)), strlen(good[i].out));
		assert_string_equal(text, good[i].out);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(cpumask_parse(bad[i], &set), -EINVAL);
}

/* A small sysfs of our own: two nodes, two threads a core, holes where a kernel has holes. */
static void put_file(const char *root, const char *path, const char *text)
{
	char full[512], *slash;
	FILE *file;

	snprintf(full, sizeof(full), "%s/%s", root, path);
	for (slash = strchr(full + strlen(root) + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		(void)mkdir(full, 0700);
		*slash = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void machine_is_read(void **state)
{
	char root[] = "/tmp/espalier-cpus.XXXXXX", command[64];
	struct cpus_facts facts;

	assert_non_null(mkdtemp(root));
	assert_int_equal(cpus_facts_read(root, &facts), -ENOENT);
	put_file(root, "devices/system/cpu/online", "0-2,4-7\n");
	put_file(root, "devices/system/cpu/possible", "0-7\n");
	put_file(root, "devices/system/cpu/isolated", "\n");
	put_file(root, "devices/system/cpu/nohz_full", " (null)\n");
	put_file(root, "devices/system/cpu/cpu1/topology/thread_siblings_list", "1,5\n");
	put_file(root, "devices/system/cpu/cpu5/topology/thread_siblings_list", "1,5\n");
	put_file(root, "devices/system/node/online", "0-1\n");
	put_file(root, "devices/system/node/node0/cpulist", "0-1,4-5\n");
	put_file(root, "devices/system/node/node1/cpulist", "2-3,6-7\n");
	assert_int_equal(cpus_facts_read(root, &facts), 0);
	assert_list(&facts.online, "0-2,4-7");
	assert_list(&facts.possible, "0-7");
	assert_list(&facts.isolated, "");
	assert_list(&facts.nohz_full, "");
	assert_int_equal(facts.core[5], 1);
	assert_int_equal(facts.core[1], 1);
	assert_int_equal(facts.core[4], 4);
	assert_int_equal(facts.node[5], 0);
	assert_int_equal(facts.node[6], 1);
	assert_int_equal(facts.node[8], -1);
	snprintf(command, sizeof(command), "rm -r %s", root);
	assert_int_equal(system(command), 0);
}

/* The real one, against what the C library counts. */
static void this_machine_agrees(void **state)
{
	struct cpus_facts facts;
	struct cpus_times times;
	int cpu;

	assert_int_equal(cpus_facts_read("/sys", &facts), 0);
	assert_int_equal(CPU_COUNT(&facts.online), sysconf(_SC_NPROCESSORS_ONLN));
	assert_int_equal(cpus_times_read("/proc/stat", &times), 0);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		assert_int_equal(times.cpu[cpu].total != 0, CPU_ISSET(cpu, &facts.online) != 0);
}

static void busy_is_counted(void **state)
{
	static struct cpus_times then, now;
	static struct cpus_busy busy[CPU_SETSIZE];

	then.cpu[0] = (struct cpus_ticks){.total = 1000, .idle = 500, .softirq = 100, .system = 7};
	now.cpu[0] = (struct cpus_ticks){
		.total = 1200, .idle = 550, .softirq = 220, .system = 9, .irq = 2, .nice = 6};
	/* came online in between; stood still; idle ran backwards */
	now.cpu[1] = (struct cpus_ticks){.total = 700, .idle = 1};
	then.cpu[2] = now.cpu[2] = (struct cpus_ticks){.total = 9, .idle = 9};
	then.cpu[3] = (struct cpus_ticks){.total = 100, .idle = 50, .softirq = 10};
	now.cpu[3] = (struct cpus_ticks){.total = 200, .idle = 49, .softirq = 10};
	cpus_busy(&then, &now, busy);
	assert_int_equal(busy[0].busy, 750);
	assert_int_equal(busy[0].softirq, 600);
	assert_int_equal(busy[0].kernel, 620);
	assert_int_equal(busy[0].nice, 30);
	assert_int_equal(busy[1].busy, 0);
	assert_int_equal(busy[2].busy, 0);
	assert_int_equal(busy[3].busy, 1000);
	assert_int_equal(busy[3].softirq, 0);
}

/* A machine to choose on: all arrays in one place. */
struct machine {
	struct choose_cpus_facts facts;
	int16_t node[CPU_SETSIZE], core[CPU_SETSIZE];
	uint16_t busy[CPU_SETSIZE];
	int nic_node;
};

static struct machine *machine(const char *online, int nic_node)
{
	struct machine *m = calloc(1, sizeof(*m));
	int cpu;

	assert_non_null(m);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		m->core[cpu] = cpu;
	m->nic_node = nic_node;
	m->facts.online = set_of(online);
	m->facts.node = m->node;
	m->facts.core = m->core;
	m->facts.rx_busy = m->busy;
	m->facts.nic_nodes = &m->nic_node;
	m->facts.nics = 1;
	return m;
}

/* CPUs FIRST.. of COUNT belong to node 1. */
static void second_node(struct machine *m, int first, int count)
{
	for (; count--; first++)
		m->node[first] = 1;
}

static void assert_choice(struct machine *m, const char *want, const char *why_holds)
{
	char why[512], tiny[8];
	cpu_set_t set;

	assert_int_equal(choose_cpus(&m->facts, &set, why, sizeof(why)), 0);
	assert_list(&set, want);
	if (!strstr(why, why_holds))
		fail_msg("\"%s\" does not say \"%s\"", why, why_holds);
	assert_int_equal(choose_cpus(&m->facts, &set, tiny, sizeof(tiny)), 0);
	assert_true(strlen(tiny) < sizeof(tiny));
	free(m);
}

static void choice_takes_all_of_one_node(void **state)
{
	assert_choice(machine("0-1", -1), "0-1", "all online");
	assert_choice(machine("0", 0), "0", "all online");
}

static void choice_keeps_to_the_nics_node(void **state)
{
	struct machine *m = machine("0-7", 1);
	static const int both[] = {0, 1};

	second_node(m, 4, 4);
	assert_choice(m, "4-7", "NUMA node 1");

	m = machine("0-7", -1);
	second_node(m, 4, 4);
	assert_choice(m, "0-7", "not known");

	/* a node without CPUs, as memory-only nodes are */
	m = machine("0-7", 3);
	second_node(m, 4, 4);
	assert_choice(m, "0-7", "NUMA node 3 has no CPU to use");

	m = machine("0-7", 0);
	second_node(m, 4, 4);
	m->facts.nic_nodes = both;
	m->facts.nics = 2;
	assert_choice(m, "0-7", "NUMA nodes 0-1");
}

static void choice_leaves_reserved_cpus(void **state)
{
	struct machine *m = machine("0-5", 0);

	m->facts.isolated = set_of("4-5");
	assert_choice(m, "0-3", "without isolated 4-5");

	m = machine("0-5", 0);
	m->facts.nohz_full = set_of("1-5,9");
	assert_choice(m, "0", "without nohz_full 1-5");

	m = machine("0-1", 0);
	m->facts.isolated = set_of("0-1");
	assert_choice(m, "0-1", "though isolated (there is no other)");

	/* the NIC's node is all isolated: another node's CPU is better than an isolated one */
	m = machine("0-7", 1);
	second_node(m, 4, 4);
	m->facts.isolated = set_of("4-7");
	assert_choice(m, "0-3", "NUMA node 1 has no CPU to use");
}

static void choice_takes_one_thread_a_core(void **state)
{
	struct machine *m = machine("0-7", 0);
	int cpu;

	for (cpu = 4; cpu < 8; cpu++)
		m->core[cpu] = cpu - 4;
	assert_choice(m, "0-3", "one thread a core");

	/* the first thread is not ours: the second stands in for the core */
	m = machine("0-3", 0);
	m->core[2] = 0;
	m->core[3] = 1;
	m->facts.isolated = set_of("0");
	assert_choice(m, "1-2", "one thread a core");
}

static void choice_spares_the_busiest_receiver(void **state)
{
	struct machine *m = machine("0-3", 0);

	m->busy[2] = 400;
	m->busy[1] = 300;
	assert_choice(m, "0-1,3", "without 2, the busiest in receiving");

	/* two or fewer: take what there is */
	m = machine("0-1", 0);
	m->busy[0] = 900;
	assert_choice(m, "0-1", "all online");

	m = machine("0-2", 0);
	m->busy[0] = 900;
	assert_choice(m, "1-2", "without 0");

	/* idle, or not a CPU of the interface's interrupts */
	assert_choice(machine("0-3", 0), "0-3", "all online");
	m = machine("0-3", 0);
	m->busy[2] = 20;
	assert_choice(m, "0-3", "all online");
	m = machine("0-3", 0);
	m->busy[2] = 400;
	m->busy[1] = 300;
	m->facts.receiving = set_of("0-1");
	assert_choice(m, "0,2-3", "without 1,");
	m = machine("0-3", 0);
	m->facts.rx_busy = NULL;
	assert_choice(m, "0-3", "all online");

	/* it receives on the other thread of a core that we would use */
	m = machine("0-7", 0);
	m->core[4] = 0, m->core[5] = 1, m->core[6] = 2, m->core[7] = 3;
	m->busy[5] = 100;
	assert_choice(m, "0,2-3", "without 1, whose core's 5 is the busiest");
}

static void choice_needs_a_cpu(void **state)
{
	struct machine *m = machine("", 0);
	cpu_set_t set;
	char why[64];

	assert_int_equal(choose_cpus(&m->facts, &set, why, sizeof(why)), -EINVAL);
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_round_trip),
		cmocka_unit_test(bad_lists_leave_the_set),
		cmocka_unit_test(short_buffers_are_refused),
		cmocka_unit_test(the_longest_list_fits),
		cmocka_unit_test(masks_round_trip),
		cmocka_unit_test(machine_is_read),
		cmocka_unit_test(this_machine_agrees),
		cmocka_unit_test(busy_is_counted),
		cmocka_unit_test(choice_takes_all_of_one_node),
		cmocka_unit_test(choice_keeps_to_the_nics_node),
		cmocka_unit_test(choice_leaves_reserved_cpus),
		cmocka_unit_test(choice_takes_one_thread_a_core),
		cmocka_unit_test(choice_spares_the_busiest_receiver),
		cmocka_unit_test(choice_needs_a_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
