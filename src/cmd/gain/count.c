// SPDX-License-Identifier: GPL-2.0-only
// Counts: looks twice, at SAs, CPUs and rings.
#include "cmd/gain/count.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include "cli/wait.h"
#include "core/decision.h"
#include "sad/kernel_sas.h"

/* Its frames that came off rings, where it is steered. */
static void count_by_rings(const struct maps *maps, struct sa *sa)
{
	const struct table table = maps_table(maps);
	struct count counted;
	__u64 word;
	int slot = table_lookup(&table, sa_id_key(&table.shape, &sa->id), &word);

	if (slot < 0 || !word)
		return;
	counted = maps_counted(maps, (__u32)slot);
	sa->packets += counted.packets;
	sa->bytes += counted.bytes;
}

static int look(struct kernel_sas *kernel, const struct maps *maps, struct sad_reading *sas,
		struct cpus_times *times)
{
	int err = cpus_times_read("/proc/stat", times);

	if (!err)
		err = kernel_sas_take(kernel, sas);
	for (size_t i = 0; !err && maps && i < sas->count; i++)
		if (!sas->sa[i].packets)
			count_by_rings(maps, &sas->sa[i]);
	return err;
}

/* Stages are measured from the first look to the second; NULL: they are not, @out says why. */
static struct stages *begin(const struct count_how *how, struct counting *out)
{
	struct stages *stages;

	if (!how->measure || stages_load(&stages, how->backlog, out->why, sizeof(out->why)))
		return NULL;
	if (!stages_begin(stages, out->why, sizeof(out->why)))
		return stages;
	stages_free(stages);
	return NULL;
}

/* What the programs leave to the kernel goes with this process, whatever ends it. */
static int look_twice(struct kernel_sas *kernel, const struct count_how *how,
		      const struct maps *maps, struct counting *out)
{
	struct sad_reading before = {0};
	struct cpus_times then, now;
	struct stages *stages = begin(how, out);
	int err = look(kernel, maps, &before, &then);

	/* Nothing to count: say so at once. */
	if (!err && before.count)
		out->seconds = wait_seconds(how->seconds,
					    stages ? "measuring" : "counting what the SAs carry");
	if (!err)
		err = look(kernel, maps, &out->sas, &now);
	if (!err && stages)
		err = stages_read(stages, &out->stages);
	stages_free(stages);
	if (!err) {
		sad_reading_since(&out->sas, &before);
		cpus_busy(&then, &now, out->cpu);
	}
	sad_reading_free(&before);
	return err;
}

enum status count(const struct count_how *how, const struct maps *maps, struct counting *out)
{
	struct kernel_sas kernel;
	int err = kernel_sas_open(&kernel);

	if (!err)
		err = look_twice(&kernel, how, maps, out);
	kernel_sas_close(&kernel);
	if (!err)
		return STATUS_DONE;
	return complain("gain",
			"reading the kernel's SAs: %s; the kernel needs XFRM_USER, and we "
			"CAP_NET_ADMIN",
			strerror(-err));
}
