// SPDX-License-Identifier: GPL-2.0-only
// SIGHUP: the file of settings and the file of SAs are read again.
#include "daemon/reload.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "cli/say.h"
#include "daemon/steered.h"

/* What is fixed while we run stays as it is, and is said if the file has another value now. */
static void keep_fixed(const struct daemon *d, struct run_options *now)
{
	const struct run_options *was = d->options;
	const struct {
		const char *name;
		bool differs;
	} fixed[] = {
		{"ring", was->ring != now->ring},
		{"max-sas", was->max_sas != now->max_sas},
		{"nice", was->nice != now->nice},
		{"method", was->method != now->method},
		{"metrics", (was->metrics && now->metrics) ? strcmp(was->metrics, now->metrics) != 0
							   : was->metrics != now->metrics},
	};

	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (fixed[i].differs)
			say("%s stays as it was until espalier is stopped and started", fixed[i].name);
	now->ring = was->ring;
	now->ring_given = was->ring_given;
	now->max_sas = was->max_sas;
	now->max_sas_given = was->max_sas_given;
	now->nice = was->nice;
	now->method = was->method;
	now->metrics = metrics_path(d->metrics);
}

static bool same_list(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

/* The roles of CPUs, if they are asked for otherwise than before. */
static int take_roles(struct daemon *d, const struct run_options *now)
{
	const struct run_options *was = d->options;
	uint16_t busy[CPU_SETSIZE];
	struct wanted_cpus wanted;
	struct cpu_roles roles;
	int err;

	if (same_list(was->cpus, now->cpus) && same_list(was->stray_cpus, now->stray_cpus) &&
	    was->ike_cpu == now->ike_cpu)
		return 0;
	sas_loads_receiving(rounds_loads(d->rounds), busy);
	err = roles_choose(d->sysfs, now, busy, &wanted, &roles);
	if (!err)
		roles_say(&wanted, &roles);
	if (!err)
		err = roles_apply(&d->roles, &roles);
	if (!err) {
		d->roles.wanted = wanted;
		d->roles.kept = -1; /* in a second it is known again */
	}
	return err;
}

/* As on the command line there, what is wrong is told by the name of the option. */
static int read_again(const struct settings *was, struct settings *again, char *why, size_t size)
{
	int err = settings_read(again, &was->asked, why, size);

	if (err)
		return err;
	err = settings_fault(&again->now, why, size);
	if (err)
		settings_free(again);
	return err;
}

/* What was told before is freed: nobody holds on to a text of it. */
static void take(struct daemon *d, const struct settings *again)
{
	bool other_interval = again->now.interval != d->options->interval;

	settings_free(d->settings);
	*d->settings = *again;
	settings_say(d->options);
	sas_set_stray_limit(&d->sas, d->options->stray_limit);
	d->sas.maps.host->learn = d->options->learn;
	d->sas.reorder = d->options->reorder;
	steered_note(&d->sas);
	if (other_interval)
		rounds_restart(d->rounds);
	interfaces_leave_unnamed(&d->interfaces);
	say("read %s again", d->options->config);
}

static int read_settings(struct daemon *d)
{
	struct settings again;
	cpu_set_t given;
	char why[256];

	if (read_again(d->settings, &again, why, sizeof(why))) {
		say("reading %s again: %s; nothing is changed", d->options->config, why);
		return -1;
	}
	keep_fixed(d, &again.now);
	if (spread_choose(&again.now, &d->roles.now, &given) || take_roles(d, &again.now)) {
		settings_free(&again);
		return -1;
	}
	take(d, &again);
	d->spread.given = given;
	spread_prepare(&d->spread, d->options);
	return 0;
}

bool reload(struct daemon *d)
{
	bool settings = d->options->config;

	if (!d->options->config && !d->options->sas)
		say("SIGHUP: there is neither --config nor --sas to be read again");
	if (settings && read_settings(d))
		return false;
	candidates_forget_all(&d->candidates); /* what was refused may be tried again */
	d->pending |= PENDING_LINKS;
	if (d->options->sas && !follow_reload(&d->follow))
		say("read %s again", d->options->sas);
	follow_sync(&d->follow);
	return settings;
}
