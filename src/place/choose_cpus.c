// SPDX-License-Identifier: GPL-2.0-only
/* Which CPUs --cpus means when it is not given. */
#include "nic/cpulist.h"
#include "host/cpuset.h"
#include "place/choose_cpus.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Permille in softirq up to which a CPU does not count as receiving: timers and housekeeping. */
#define RX_NOISE 20

/* The sentence as it grows: parts are joined by ", ". */
struct why {
	char *buf;
	size_t len;
};

__attribute__((format(printf, 2, 3))) static void why_add(struct why *why, const char *fmt, ...)
{
	size_t used = strlen(why->buf);
	va_list ap;

	if (used && used + 2 < why->len) {
		strcpy(why->buf + used, ", ");
		used += 2;
	}
	va_start(ap, fmt);
	vsnprintf(why->buf + used, why->len - used, fmt, ap);
	va_end(ap);
}

static bool on_nic_node(const struct choose_cpus_facts *facts, int cpu)
{
	size_t i;

	for (i = 0; i < facts->nics; i++)
		if (facts->nic_nodes[i] == facts->node[cpu])
			return true;
	return false;
}

/* One NIC of unknown node makes every node as good as another. */
static bool nodes_known(const struct choose_cpus_facts *facts)
{
	size_t i;

	for (i = 0; i < facts->nics; i++)
		if (facts->nic_nodes[i] < 0)
			return false;
	return facts->nics > 0;
}

static bool several_nodes(const struct choose_cpus_facts *facts)
{
	int node = -1;

	cpuset_each (cpu, &facts->online) {
		if (facts->node[cpu] < 0)
			continue;
		if (node >= 0 && node != facts->node[cpu])
			return true;
		node = facts->node[cpu];
	}
	return false;
}

/* "NUMA node 1" or "NUMA nodes 0,2". */
static void name_nodes(const struct choose_cpus_facts *facts, char *buf, size_t len)
{
	char list[CPULIST_LEN];
	cpu_set_t nodes;
	size_t i;

	CPU_ZERO(&nodes);
	for (i = 0; i < facts->nics; i++)
		CPU_SET(facts->nic_nodes[i], &nodes);
	if (cpulist_format(&nodes, list, sizeof(list)) < 0)
		list[0] = 0;
	snprintf(buf, len, "NUMA node%s %.64s", CPU_COUNT(&nodes) > 1 ? "s" : "", list);
}

/* USABLE are those that no later rule takes away: a node without any is no place to be. */
static void keep_nodes(const struct choose_cpus_facts *facts, const cpu_set_t *usable,
		       cpu_set_t *set, struct why *why)
{
	cpu_set_t near, good;
	char nodes[96];

	if (!several_nodes(facts)) {
		why_add(why, "all online");
		return;
	}
	if (!nodes_known(facts)) {
		why_add(why, "all online (the NIC's NUMA node is not known)");
		return;
	}
	CPU_ZERO(&near);
	cpuset_each (cpu, set)
		if (on_nic_node(facts, cpu))
			CPU_SET(cpu, &near);
	name_nodes(facts, nodes, sizeof(nodes));
	CPU_AND(&good, &near, usable);
	if (!CPU_COUNT(&good)) {
		why_add(why, "all online (%s has no CPU to use)", nodes);
		return;
	}
	*set = near;
	why_add(why, "online on the NIC's %s", nodes);
}

static void drop_reserved(const cpu_set_t *reserved, const char *word, cpu_set_t *set,
			  struct why *why)
{
	char list[CPULIST_LEN];
	cpu_set_t gone, left = *set;

	CPU_AND(&gone, set, reserved);
	if (!CPU_COUNT(&gone))
		return;
	cpuset_remove(&left, &gone);
	if (!CPU_COUNT(&left)) {
		why_add(why, "though %s (there is no other)", word);
		return;
	}
	*set = left;
	if (cpulist_format(&gone, list, sizeof(list)) < 0)
		list[0] = 0;
	why_add(why, "without %s %.64s", word, list);
}

static void one_a_core(const struct choose_cpus_facts *facts, cpu_set_t *set, struct why *why)
{
	cpu_set_t cores, kept;

	CPU_ZERO(&cores);
	CPU_ZERO(&kept);
	cpuset_each (cpu, set) {
		if (CPU_ISSET(facts->core[cpu], &cores))
			continue;
		CPU_SET(facts->core[cpu], &cores);
		CPU_SET(cpu, &kept);
	}
	if (CPU_COUNT(&kept) < CPU_COUNT(set))
		why_add(why, "one thread a core");
	*set = kept;
}

/* The receiving CPU that is busiest, -1 if none receives to speak of. */
static int busiest(const struct choose_cpus_facts *facts)
{
	int best = -1;

	if (!facts->rx_busy)
		return -1;
	cpuset_each (cpu, &facts->online) {
		if (facts->rx_busy[cpu] <= RX_NOISE)
			continue;
		if (CPU_COUNT(&facts->receiving) && !CPU_ISSET(cpu, &facts->receiving))
			continue;
		if (best < 0 || facts->rx_busy[cpu] > facts->rx_busy[best])
			best = cpu;
	}
	return best;
}

/* A core's other thread slows it as much, so the whole core is left to receiving. */
static void drop_busiest(const struct choose_cpus_facts *facts, cpu_set_t *set, struct why *why)
{
	int receiver = busiest(facts);

	if (receiver < 0 || CPU_COUNT(set) < 3)
		return;
	cpuset_each (cpu, set) {
		if (facts->core[cpu] != facts->core[receiver])
			continue;
		CPU_CLR(cpu, set);
		if (cpu == receiver)
			why_add(why, "without %d, the busiest in receiving", cpu);
		else
			why_add(why, "without %d, whose core's %d is the busiest in receiving", cpu,
				receiver);
	}
}

int choose_cpus(const struct choose_cpus_facts *facts, cpu_set_t *out, char *buf, size_t len)
{
	struct why why = {buf, len};
	cpu_set_t set = facts->online, usable = facts->online;

	buf[0] = 0;
	if (!CPU_COUNT(&set))
		return -EINVAL;
	cpuset_remove(&usable, &facts->isolated);
	cpuset_remove(&usable, &facts->nohz_full);
	keep_nodes(facts, CPU_COUNT(&usable) ? &usable : &set, &set, &why);
	drop_reserved(&facts->isolated, "isolated", &set, &why);
	drop_reserved(&facts->nohz_full, "nohz_full", &set, &why);
	one_a_core(facts, &set, &why);
	drop_busiest(facts, &set, &why);
	*out = set;
	return 0;
}
