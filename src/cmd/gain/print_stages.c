// SPDX-License-Identifier: GPL-2.0-only
// What a packet costs in each stage, in words or as JSON.
#include <math.h>
#include <stdlib.h>
#include "cmd/gain/print_sa.h"
#include "cmd/gain/stages.h"
#include "host/cpuset.h"
#include "nic/cpulist.h"

enum { SAS_AS_TEXT = 5, SAS_AS_JSON = 50 };

static const struct table_column sa_columns[] = {
	{.key = "spi", .title = "SA"},
	{.key = "src", .title = "FROM"},
	{.key = "cpu", .title = "CPU", .right = true},
	{.key = "packets_per_s", .title = "PACKETS/S", .right = true},
	{.key = "mean_bytes", .title = "BYTES", .right = true},
	{.key = "receive_ns", .title = "RECEIVE NS", .right = true},
	{.key = "decrypt_ns", .title = "DECRYPT NS", .right = true},
	{.key = "after_ns", .title = "AFTER NS", .right = true},
	{0},
};

static const struct table_column cpu_columns[] = {
	{.key = "cpu", .title = "CPU", .right = true},
	{.key = "receive", .title = "RECEIVE", .right = true},
	{.key = "decrypt", .title = "DECRYPT", .right = true},
	{.key = "after", .title = "AFTER", .right = true},
	{.key = "other", .title = "OTHER", .right = true},
	{.key = "idle", .title = "IDLE", .right = true},
	{0},
};

/* What an SA cost its CPUs. */
static double weight(const struct gain_stages *stages, size_t i)
{
	if (!stages->carried[i].packets)
		return 0;
	return (stages->cost[i].decrypt + stages->cost[i].after) *
	       (double)stages->carried[i].packets;
}

/* The next one after @before (its weight), the heaviest first; stages->n: there is none. */
static size_t next_heaviest(const struct gain_stages *stages, const bool *printed)
{
	size_t most = stages->n;

	for (size_t i = 0; i < stages->n; i++)
		if (!printed[i] && stages->carried[i].packets &&
		    (most == stages->n || weight(stages, i) > weight(stages, most)))
			most = i;
	return most;
}

static void print_sa(struct out *out, const struct gain_stages *stages, size_t i)
{
	const struct stage_sa *carried = &stages->carried[i];
	double packets = (double)carried->packets;

	out_row(out, NULL);
	gain_print_sa_name(out, &stages->sas[i]);
	out_number_or_null(out, "cpu", stages->cost[i].cpu);
	out_real(out, "packets_per_s", packets / stages->seconds, 0);
	out_real(out, "mean_bytes", (double)carried->bytes / packets, 0);
	out_real(out, "receive_ns", stages->costs.receive, 0);
	out_real(out, "decrypt_ns", stages->cost[i].decrypt, 0);
	out_real(out, "after_ns", stages->cost[i].after, 0);
	out_up(out);
}

static void print_sas(struct out *out, const struct gain_stages *stages)
{
	size_t most = out_is_json(out) ? SAS_AS_JSON : SAS_AS_TEXT;
	bool *printed = calloc(stages->n + 1, sizeof(*printed));

	out_table(out, "sas", sa_columns);
	while (printed && most--) {
		size_t i = next_heaviest(stages, printed);

		if (i == stages->n)
			break;
		printed[i] = true;
		print_sa(out, stages, i);
	}
	out_up(out);
	free(printed);
}

static void print_cpu(struct out *out, const struct gain_stages *stages, int cpu)
{
	const double *spent = stages->costs.spent[cpu];

	out_row(out, NULL);
	out_number(out, "cpu", cpu);
	out_share(out, "receive", spent[STAGE_RECEIVE] / stages->seconds);
	out_share(out, "decrypt", spent[STAGE_DECRYPT] / stages->seconds);
	out_share(out, "after", spent[STAGE_AFTER] / stages->seconds);
	out_share(out, "other", spent[STAGE_OTHER] / stages->seconds);
	out_share(out, "idle", spent[STAGE_IDLE] / stages->seconds);
	out_up(out);
}

/* Those that had to do with packets. */
static void print_cpus(struct out *out, const struct gain_stages *stages)
{
	const cpu_set_t *where = stages->costs.where;
	cpu_set_t any;

	CPU_OR(&any, &where[STAGE_RECEIVE], &where[STAGE_DECRYPT]);
	CPU_OR(&any, &any, &where[STAGE_AFTER]);
	out_table(out, "cpus", cpu_columns);
	cpuset_each (cpu, &any)
		print_cpu(out, stages, cpu);
	out_up(out);
}

static void name_cpus(const cpu_set_t *cpus, char buf[CPULIST_LEN])
{
	if (CPU_COUNT(cpus))
		cpulist_format(cpus, buf, CPULIST_LEN);
	else
		snprintf(buf, CPULIST_LEN, "-");
}

static void say_stages(struct out *out, const struct gain_stages *stages)
{
	const cpu_set_t *where = stages->costs.where;
	char receive[CPULIST_LEN], decrypt[CPULIST_LEN], after[CPULIST_LEN];

	name_cpus(&where[STAGE_RECEIVE], receive);
	name_cpus(&where[STAGE_DECRYPT], decrypt);
	name_cpus(&where[STAGE_AFTER], after);
	out_say(out,
		"Receive (CPU %s): the driver and what steers, the mean of all packets that came, "
		"of whatever kind. Decrypt (CPU %s): from the ring to the decrypted packet. After "
		"(CPU %s): forwarding, firewall, local delivery. Measured for %.1f s; what that took "
		"itself, up to %.1f%% of a CPU, is taken off.",
		receive, decrypt, after, stages->seconds, 100 * stages->costs.own);
	if (!stages->polls)
		out_say(out,
			"What receiving costs a packet cannot be known, because the kernel has no BTF, "
			"without which packets are not counted as they come.");
}

static void print_where(struct out *out, const char *key, const cpu_set_t *cpus)
{
	out_array(out, key);
	cpuset_each (cpu, cpus)
		out_number(out, NULL, cpu);
	out_up(out);
}

static void print_fields(struct out *out, const struct gain_stages *stages)
{
	out_real(out, "seconds", stages->seconds, 3);
	out_real(out, "own", stages->costs.own, 4);
	out_real(out, "receive_ns", stages->costs.receive, 0);
	print_where(out, "receive_cpus", &stages->costs.where[STAGE_RECEIVE]);
	print_where(out, "decrypt_cpus", &stages->costs.where[STAGE_DECRYPT]);
	print_where(out, "after_cpus", &stages->costs.where[STAGE_AFTER]);
}

void gain_stages_print(struct out *out, const struct gain_stages *stages)
{
	bool json = out_is_json(out);

	if (!stages->asked) {
		if (json)
			out_null(out, "stages");
		return;
	}
	if (json) {
		out_object(out, "stages");
		out_string(out, "cannot", stages->cannot);
	}
	if (!stages->cannot) {
		if (json)
			print_fields(out, stages);
		out_gap(out);
		print_sas(out, stages);
		out_gap(out);
		print_cpus(out, stages);
		if (!json)
			say_stages(out, stages);
	} else {
		out_say(out, "What a packet costs in each stage cannot be known, because %s.",
			stages->cannot);
	}
	if (json)
		out_up(out);
}
