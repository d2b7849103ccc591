// SPDX-License-Identifier: GPL-2.0-only
// Interrupts of a NIC's queues.
#include "nic/irqs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "nic/cpulist.h"
#include "nic/sysfs.h"

int nic_irq_queue(const char *name)
{
	static const char *const receives[] = {"rx", "input", "comp", "mana_q"};
	static const char *const others[] = {"async", "config", "output"};
	size_t len = strcspn(name, "@");
	char own[64];
	bool is = false;

	if (len >= sizeof(own))
		return -1;
	memcpy(own, name, len);
	own[len] = 0;
	for (size_t i = 0; i < sizeof(receives) / sizeof(receives[0]); i++)
		is |= strcasestr(own, receives[i]) != NULL;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		is &= !strcasestr(own, others[i]);
	if (!is || !len || !isdigit((unsigned char)own[len - 1]))
		return -1;
	while (len && isdigit((unsigned char)own[len - 1]))
		len--;
	return strlen(own + len) > 5 ? -1 : atoi(own + len);
}

/* A directory below /proc/irq/N bears the name that the driver gave (kernel/irq/proc.c). */
static void read_name(int irq, char *name, size_t size)
{
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/irq/%d", irq);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			snprintf(name, size, "%.*s", (int)size - 1, entry->d_name);
	if (dir)
		closedir(dir);
}

int nic_irqs(int sysfs, const char *ifname, struct nic_irq *out, int max)
{
	int *irqs = calloc(max ? max : 1, sizeof(*irqs));
	char list[CPULIST_LEN];
	int n = irqs ? sysfs_irqs(sysfs, ifname, irqs, max) : 0;

	for (int i = 0; i < n && i < max; i++) {
		out[i] = (struct nic_irq){.irq = irqs[i]};
		read_name(irqs[i], out[i].name, sizeof(out[i].name));
		out[i].queue = nic_irq_queue(out[i].name);
		if (sysfs_irq_affinity(irqs[i], list, sizeof(list)) < 0 ||
		    cpulist_parse(list, &out[i].cpus))
			CPU_ZERO(&out[i].cpus);
	}
	free(irqs);
	return n;
}

static bool is_irqbalance(const char *proc, const char *pid)
{
	char path[320], comm[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%.200s/%.64s/comm", proc, pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	if (!fgets(comm, sizeof(comm), file))
		comm[0] = 0;
	fclose(file);
	return !strcmp(comm, "irqbalance\n");
}

bool nic_irqbalance_runs(const char *proc)
{
	struct dirent *entry;
	bool runs = false;
	DIR *dir = opendir(proc);

	while (dir && !runs && (entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			runs = is_irqbalance(proc, entry->d_name);
	if (dir)
		closedir(dir);
	return runs;
}
