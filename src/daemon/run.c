// SPDX-License-Identifier: GPL-2.0-only
// `espalier run`: sets everything up, loops, and puts everything back or leaves it steering.
#include "daemon/run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include "cli/say.h"
#include "cli/signals.h"
#include "client/lock.h"
#include "client/takedown.h"
#include "daemon/dry_run.h"
#include "daemon/loop.h"
#include "daemon/privileges.h"
#include "sas/switches.h"
#include "host/clock.h"
#include "nic/sysfs.h"

static int open_undo(struct daemon *d)
{
	char file[64], why[512] = "";
	int err;

	lock_file_name(d->alone.cookie, "json", file, sizeof(file));
	err = undo_open(&d->undo, RUN_DIR, file, say_line, NULL, why, sizeof(why));
	if (err)
		say_error("opening the record of changed settings: %s", why);
	return err;
}

static void say_threads(const struct maps *maps)
{
	int seen = (int)maps->report->nice_seen - 20, wanted = (int)maps->host->nice_value - 20;

	if (maps->report->nice_seen == NICE_UNKNOWN)
		say_warning("the rings' threads cannot be seen in this PID namespace: their priority is not "
		    "set, and loads are taken from all that the kernel does on a CPU; start in the "
		    "host's (Kubernetes: hostPID: true)");
	else if (seen != wanted)
		say_warning("the rings' threads run at nice %d, not at %d: CAP_SYS_NICE is missing, or "
		    "somebody changed it",
		    seen, wanted);
}

/* What another version left is put back first, while its programs are still to be detached. */
static int take_down_foreign(struct daemon *d)
{
	char why[PINS_WHY_LEN] = "";
	struct pins pins;
	int err = 0;

	if (pins_find(&pins, true, why, sizeof(why)))
		return 0; /* found again when it is opened */
	if (pins_state(&pins) == PINS_FOREIGN) {
		say("another version of espalier left its programs here: taken down first");
		err = takedown(&pins, d->undo, 0, why, sizeof(why));
	}
	if (err && err != -EIO)
		say("%s", why);
	pins_close(&pins);
	return err == -EIO ? 0 : err;
}

/* Without it what is read there is not known, and that is said where it matters. */
static int open_sysfs(struct daemon *d)
{
	int fd = sysfs_open(-1);

	d->sysfs = fd < 0 ? 0 : fd;
	return 0;
}

static int be_alone(struct daemon *d)
{
	return alone_open(&d->alone, d->base);
}

static int prepare_metrics(struct daemon *d)
{
	return metrics_prepare(&d->metrics, d->options->metrics);
}

static int start_metrics(struct daemon *d)
{
	return d->metrics ? metrics_start(d->metrics, d->base, &d->sas.maps) : 0;
}

static int choose_roles(struct daemon *d)
{
	struct roles *roles = &d->roles;
	int err;

	*roles = (struct roles){
		.sas = &d->sas,
		.interfaces = &d->interfaces,
		.sysfs = d->sysfs,
		.options = d->options,
		.pending = &d->pending,
		.kept = -1,
	};
	err = roles_choose(d->sysfs, d->options, NULL, &roles->wanted, &roles->now);
	if (!err)
		roles_say(&roles->wanted, &roles->now);
	return err;
}

static int choose_inner(struct daemon *d)
{
	spread_prepare(&d->spread, d->options);
	return spread_choose(d->options, &d->roles.now, &d->spread.given);
}

/* What `show` alone reads may be of another version than what is steered: it ends nothing. */
static void begin_report(struct daemon *d)
{
	int err;

	if (!d->sas.maps.report_blank)
		return;
	err = maps_renew_report(&d->sas.maps, &d->sas.pins);
	if (err)
		say_warning("what 'espalier show' tells of rounds, loads and moves cannot be noted: %s",
			    strerror(-err));
	else
		say("what the last run noted for 'espalier show' is of another version: begun anew");
}

static int open_sas(struct daemon *d)
{
	const struct sas_options options = {
		.ring_frames = d->options->ring,
		.ring_frames_given = d->options->ring_given,
		.max_sas = d->options->max_sas,
		.max_sas_given = d->options->max_sas_given,
		.nice = d->options->nice,
		.uncounted = switches_uncounted(),
	};
	char why[SAS_WHY_LEN] = "";
	int err = sas_open(&d->sas, &options, why, sizeof(why));

	if (!err)
		begin_report(d);
	if (!err && d->sas.adopted)
		roles_adopt(&d->roles);
	if (!err)
		err = sas_set_roles(&d->sas, &d->roles.now, why, sizeof(why));
	if (err) {
		say_error("setting up the table of SAs and its rings: %s", why);
		return err;
	}
	say_threads(&d->sas.maps);
	sas_set_stray_limit(&d->sas, d->options->stray_limit);
	d->sas.reorder = d->options->reorder;
	d->sas.maps.host->learn = d->options->learn;
	switches_apply(&d->sas);
	return 0;
}

static int adopt(struct daemon *d)
{
	d->interfaces = (struct interfaces){
		.sas = &d->sas,
		.undo = d->undo,
		.sysfs = d->sysfs,
		.options = d->options,
		.pending = &d->pending,
		.candidates = &d->candidates,
	};
	return interfaces_adopt(&d->interfaces);
}

static int drop_privileges(struct daemon *d)
{
	int err = privileges_drop();

	if (err)
		say_error("dropping capabilities: %s; not going on with more than is needed",
		    strerror(-err));
	return err;
}

static int open_addresses(struct daemon *d)
{
	int err = loop_open_watch(d);

	if (err)
		return err;
	d->follow = (struct follow){
		.base = d->base,
		.sas = &d->sas,
		.addrs = d->addrs,
		.options = d->options,
		.pending = &d->pending,
	};
	sas_beat(&d->sas, clock_now());
	SHARED(d->sas.maps.host->attended) = 1;
	losses_tick(&d->losses, &d->sas.maps);
	follow_set_addresses(&d->follow);
	return 0;
}

static bool ended(const struct daemon *d)
{
	return d->pending & PENDING_END;
}

static int open_follow(struct daemon *d)
{
	return follow_open(&d->follow);
}

static int open_learner(struct daemon *d)
{
	d->learner = (struct learner){
		.base = d->base,
		.sas = &d->sas,
		.sad = d->follow.sad,
		.learn = d->follow.learn,
		.options = d->options,
	};
	return learner_open(&d->learner);
}

static int open_rounds(struct daemon *d)
{
	d->rounds = rounds_new(d->base, &d->sas, d->options, &d->pending);
	d->spread.needs = (struct spread_needs){
		.sas = &d->sas,
		.sad = d->follow.sad,
		.options = d->options,
		.watch = d->watch,
		.rounds = d->rounds,
		.roles = &d->roles,
	};
	d->spread.undo = d->undo;
	d->spread.report = d->sas.maps.report;
	return d->rounds ? 0 : -ENOMEM;
}

static int open_control(struct daemon *d)
{
	return control_open(&d->control, d->base, &d->interfaces);
}

/* Interfaces that are measured first are waited for, and what happens meanwhile is acted on. */
static int attach(struct daemon *d)
{
	int err;

	d->starting = true;
	d->candidates = (struct candidates){
		.base = d->base,
		.sad = d->follow.sad,
		.sas = &d->sas,
		.sysfs = d->sysfs,
		.options = d->options,
		.pending = &d->pending,
	};
	err = interfaces_attach(&d->interfaces, true);
	while (!err && (candidates_measuring(&d->candidates) || d->pending & PENDING_LINKS) &&
	       !ended(d))
		err = loop_turn(d);
	d->starting = false;
	if (!err)
		interfaces_tidy(&d->interfaces);
	return err;
}

/* In this order: first what can fail without having changed anything. */
static int (*const steps[])(struct daemon *d) = {
	be_alone,	   prepare_metrics, open_sysfs,	  choose_roles,	  choose_inner,
	open_undo,	  take_down_foreign, open_sas,	    adopt,	  open_addresses, open_follow,
	open_learner,	   open_rounds,	    open_control, loop_open,	  attach,
	drop_privileges,   start_metrics,
};

/* With -EINTR it was told to end; that is asked from where on what is there can be put back. */
static int set_up(struct daemon *d)
{
	int err = 0;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !err; i++) {
		switches_step(i);
		err = steps[i](d);
		if (!err && d->sas.maps.host && (ended(d) || signals_end()))
			err = -EINTR;
	}
	if (err == -EINTR && !ended(d))
		d->pending |= PENDING_END | (d->options->keep ? 0 : PENDING_TAKEDOWN);
	return err;
}

/* The last words, and the answer to whoever asked for this. */
static int take_down(struct daemon *d)
{
	struct leavings leavings = {0};
	char why[512] = "", sum[256];
	int err;

	undo_tell(d->undo, leavings_hear, &leavings);
	err = takedown(&d->sas.pins, d->undo, 0, why, sizeof(why));
	leavings_sum(&leavings, sum, sizeof(sum));
	if (err && err != -EIO)
		say_error("putting everything back: %s", why);
	else if (err || d->pending & PENDING_TAKEDOWN)
		say("stopped%s", sum);
	control_stopped(d->control, &leavings, err, why);
	leavings_clear(&leavings);
	return err;
}

/* What was there before this start goes on; what this start made is taken down if it failed. */
static int clean_up(struct daemon *d, bool failed)
{
	bool open = d->sas.maps.host, made = open && !d->sas.adopted;
	bool down = (open && d->pending & PENDING_TAKEDOWN) || (failed && made);
	int err = 0;

	metrics_close(d->metrics);
	rounds_free(d->rounds);
	spread_close(&d->spread);
	learner_close(&d->learner);
	candidates_forget_all(&d->candidates);
	loop_close(d);
	follow_close(&d->follow);
	watch_close(d->watch);
	addrs_free(d->addrs);
	if (failed && !down)
		interfaces_detach_fresh(&d->interfaces);
	interfaces_close(&d->interfaces);
	if (down)
		err = take_down(d);
	if (!down && d->sas.maps.host)
		SHARED(d->sas.maps.host->attended) = 0;
	control_close(d->control);
	undo_close(d->undo);
	sas_close(&d->sas);
	if (d->sysfs)
		close(d->sysfs);
	alone_close(&d->alone);
	if (d->base)
		event_base_free(d->base);
	return err;
}

static int run(struct daemon *d)
{
	int err = set_up(d);

	if (!err) {
		say("ready: %zu SAs known", sad_count(d->follow.sad));
		sd_notify(0, "READY=1");
		while (!ended(d))
			(void)loop_turn(d);
	}
	sd_notify(0, "STOPPING=1");
	if (!err && !(d->pending & PENDING_TAKEDOWN))
		say("stopping; steering goes on from the pins (--keep)");
	if (ended(d) && err)
		say("told to end while starting");
	return clean_up(d, err) || (err && !ended(d)) ? 1 : 0;
}

int daemon_run(struct settings *settings)
{
	const struct run_options *options = &settings->now;
	struct daemon *d;
	int status;

	if (geteuid()) {
		say_error("running: this needs root; use sudo, or let systemd start it");
		return 1;
	}
	if (options->dry_run)
		return dry_run(options) ? 1 : 0;
	settings_say(options);
	if (signals_hold()) {
		say_error("holding signals: %s", strerror(errno));
		return 1;
	}
	d = calloc(1, sizeof(*d));
	if (d)
		d->base = event_base_new();
	if (!d || !d->base) {
		say_error("starting: out of memory");
		free(d);
		return 1;
	}
	d->settings = settings;
	d->options = options;
	alone_init(&d->alone);
	maps_init(&d->sas.maps);
	pins_init(&d->sas.pins);
	status = run(d);
	free(d);
	return status;
}
