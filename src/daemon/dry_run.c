// SPDX-License-Identifier: GPL-2.0-only
// `run --dry-run`: what would be done, as far as it can be told without doing it.
#include "daemon/daemon.h"

#include <errno.h>
#include <stdlib.h>
#include "daemon/kernel_sas.h"
#include "daemon/meet.h"
#include "daemon/say.h"
#include "nic/cpulist.h"
#include "sad/sas_file.h"

static void print_cpus(struct out *out, const struct cpu_roles *roles)
{
	char list[CPULIST_LEN];

	if (!out_is_json(out))
		return; /* roles_choose() has said it */
	out_object(out, "cpus");
	cpulist_format(&roles->sas, list, sizeof(list));
	out_string(out, "sas", list);
	cpulist_format(&roles->strays, list, sizeof(list));
	out_string(out, "strays", list);
	out_number(out, "ike", roles->ike);
	out_up(out);
}

static int dry_run_interfaces(const struct run_options *options, const struct cpu_roles *roles,
			      struct out *out)
{
	struct sad_reading reading = {0};
	const struct meet_dry dry = {options, roles, &reading};
	struct kernel_sas kernel;
	int err;

	if (!kernel_sas_open(&kernel)) /* without XFRM the rest can be told all the same */
		(void)kernel_sas_take(&kernel, &reading);
	kernel_sas_close(&kernel);
	err = meet_dry_run(&dry, out);
	sad_reading_free(&reading);
	return err;
}

int dry_run(const struct run_options *options)
{
	struct out *out = out_new(stdout, options->json);
	struct sas_error error;
	struct wanted_cpus wanted;
	struct cpu_roles roles;
	struct sa *sas = NULL;
	size_t count;
	int err, bad;

	if (!out)
		return -ENOMEM;
	if (options->json)
		out_number(out, "version", 1);
	err = roles_choose(options, &wanted, &roles);
	if (!err)
		print_cpus(out, &roles);
	if (!err)
		err = dry_run_interfaces(options, &roles, out);
	bad = options->sas ? sas_file_read(options->sas, &sas, &count, &error) : 0;
	if (bad)
		say("--sas %s", error.text);
	free(sas);
	err = err ? err : bad;
	bad = out_close(out);
	return err ? err : bad;
}
