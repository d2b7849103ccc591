// SPDX-License-Identifier: GPL-2.0-only
/* The CPUs of this machine, from sysfs and /proc/stat. */
#include "nic/cpulist.h"
#include "nic/cpus.h"
#include "host/cpuset.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A small file as a string without its last newline. */
static int read_text(const char *path, char *buf, size_t len)
{
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, buf, len - 1);
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	while (n && isspace((unsigned char)buf[n - 1]))
		n--;
	buf[n] = 0;
	return 0;
}

/* A list below the CPU folder. Linux prints "(null)" for an unset nohz_full: no list, so empty. */
static int read_list(const char *sysroot, const char *name, cpu_set_t *out)
{
	char path[256], text[CPULIST_LEN];
	int err;

	CPU_ZERO(out);
	snprintf(path, sizeof(path), "%s/devices/system/%s", sysroot, name);
	err = read_text(path, text, sizeof(text));
	return err ? err : cpulist_parse(text, out);
}

int cpus_online_read(const char *sysroot, cpu_set_t *online)
{
	return read_list(sysroot, "cpu/online", online);
}

static void read_nodes(const char *sysroot, struct cpus_facts *out)
{
	cpu_set_t nodes, cpus;
	char name[64];

	if (read_list(sysroot, "node/online", &nodes))
		return;
	cpuset_each (node, &nodes) {
		snprintf(name, sizeof(name), "node/node%d/cpulist", node);
		if (read_list(sysroot, name, &cpus))
			continue;
		cpuset_each (cpu, &cpus)
			out->node[cpu] = node;
	}
}

int cpus_facts_read(const char *sysroot, struct cpus_facts *out)
{
	cpu_set_t siblings;
	char name[64];
	int cpu, err;

	memset(out, 0, sizeof(*out));
	err = read_list(sysroot, "cpu/online", &out->online);
	if (err)
		return err;
	if (read_list(sysroot, "cpu/possible", &out->possible))
		out->possible = out->online;
	(void)read_list(sysroot, "cpu/isolated", &out->isolated);
	(void)read_list(sysroot, "cpu/nohz_full", &out->nohz_full);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		out->node[cpu] = -1;
		out->core[cpu] = cpu;
		if (!CPU_ISSET(cpu, &out->online))
			continue;
		snprintf(name, sizeof(name), "cpu/cpu%d/topology/thread_siblings_list", cpu);
		if (!read_list(sysroot, name, &siblings) && CPU_ISSET(cpu, &siblings))
			out->core[cpu] = cpuset_first(&siblings);
	}
	read_nodes(sysroot, out);
	return 0;
}

/* One line of /proc/stat; false if it is not that of one CPU. */
static bool stat_line(const char *line, int *cpu, struct cpus_ticks *out)
{
	uint64_t v[8];
	int i;

	if (sscanf(line,
		   "cpu%d %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64 " %" SCNu64,
		   cpu, &v[0], &v[1], &v[2], &v[3], &v[4], &v[5], &v[6], &v[7]) != 9)
		return false;
	/* user nice system idle iowait irq softirq steal: guest time is within user */
	memset(out, 0, sizeof(*out));
	for (i = 0; i < 8; i++)
		out->total += v[i];
	out->nice = v[1];
	out->system = v[2];
	out->idle = v[3] + v[4];
	out->irq = v[5];
	out->softirq = v[6];
	out->steal = v[7];
	return true;
}

int cpus_times_read(const char *path, struct cpus_times *out)
{
	struct cpus_ticks ticks;
	char *line = NULL;
	size_t size = 0;
	int cpu, seen = 0;
	FILE *file;

	memset(out, 0, sizeof(*out));
	file = fopen(path, "re");
	if (!file)
		return -errno;
	while (getline(&line, &size, file) > 0) {
		if (strncmp(line, "cpu", 3))
			break;
		if (!stat_line(line, &cpu, &ticks) || cpu < 0 || cpu >= CPU_SETSIZE)
			continue;
		out->cpu[cpu] = ticks;
		seen++;
	}
	free(line);
	fclose(file);
	return seen ? 0 : -EBADMSG;
}

static uint16_t permille(uint64_t part, uint64_t whole)
{
	if (part > whole)
		part = whole;
	return part * 1000 / whole;
}

/* Counters may run backwards a little (iowait does, proc(5)). */
static uint64_t ticks_since(uint64_t then, uint64_t now)
{
	return now > then ? now - then : 0;
}

void cpus_busy(const struct cpus_times *then, const struct cpus_times *now,
	       struct cpus_busy out[CPU_SETSIZE])
{
	int cpu;

	memset(out, 0, sizeof(*out) * CPU_SETSIZE);
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		const struct cpus_ticks *a = &then->cpu[cpu], *b = &now->cpu[cpu];
		uint64_t whole = ticks_since(a->total, b->total);

		if (!a->total || !whole)
			continue;
		out[cpu].busy = 1000 - permille(ticks_since(a->idle, b->idle), whole);
		out[cpu].softirq = permille(ticks_since(a->softirq, b->softirq), whole);
		out[cpu].kernel = permille(ticks_since(a->system + a->irq + a->softirq,
						       b->system + b->irq + b->softirq),
					   whole);
		out[cpu].nice = permille(ticks_since(a->nice, b->nice), whole);
	}
}
