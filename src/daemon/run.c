// SPDX-License-Identifier: GPL-2.0-only
// `espalier run`: sets everything up, loops, and puts everything back or leaves it steering.
#include "daemon/daemon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include "cli/say.h"
#include "cli/signals.h"
#include "client/attended.h"
#include "client/beacon.h"
#include "client/came_home.h"
#include "client/dead.h"
#include "client/find_pins.h"
#include "client/lock.h"
#include "client/takedown.h"
#include "daemon/candidates.h"
#include "daemon/privileges.h"
#include "daemon/steered.h"
#include "daemon/switches.h"
#include "host/clock.h"
#include "nic/sysfs.h"
#include "sas/bpffs.h"

static int open_undo(struct daemon *d)
{
	char file[64], why[512] = "";
	int err;

	lock_file_name(d->cookie, "json", file, sizeof(file));
	err = undo_open(&d->undo, RUN_DIR, file, say_line, NULL, why, sizeof(why));
	if (err)
		say_error("opening the record of changed settings: %s", why);
	return err;
}

/* What is lost where the mount does not last is told once; steering is as good as elsewhere. */
static void say_mounted(const struct pins *pins)
{
	if (pins->mounted && pins->lasts)
		say("bpffs was not mounted: it is now, at " BPFFS);
	else if (pins->mounted)
		say("bpffs was not mounted: it is now, at " BPFFS " of this mount namespace, and goes "
		    "with it: a later 'espalier run' can take over what this one steers only from "
		    "within it, and only while it lasts");
}

static void say_locked(int err, pid_t holder)
{
	if (err == -EAGAIN)
		say_error("starting: a daemon (pid %d) runs in this network namespace already; it takes "
		    "any number of interfaces; end it first",
		    (int)holder);
	else if (err == -EPERM)
		say_error("locking: " RUN_DIR " is not a directory that root alone can write; see who "
		    "made it, then delete it");
	else
		say_error("locking in " RUN_DIR ": %s", strerror(-err));
}

static void say_unlit(int err)
{
	say("listening on the abstract socket 'espalier': %s; from other mount namespaces 'espalier show' "
	    "and 'stop' will not find this daemon%s",
	    strerror(-err),
	    err == -EADDRINUSE ? "; another user's process has the name: see ss -xlp" : "");
}

/* By the beacon nobody is served: who connects has seen our pid, and that is all. */
static void send_away(int fd, void *arg)
{
	close(fd);
}

/*
 * Of two that start at once one gets the name; a daemon that ran without it is told by its heartbeat.
 * 0; -EAGAIN: another daemon is here, said; or a negative errno, said.
 */
static int light_beacon(struct daemon *d, const struct pins *pins)
{
	pid_t pid = 0;
	int fd = beacon_light();

	if (fd >= 0)
		return listener_open(&d->beacon, d->base, fd, send_away, NULL);
	if ((fd == -EADDRINUSE && !beacon_see(&pid)) || attended(pins)) {
		say_error("starting: a daemon (pid %d, 0 if that cannot be seen) runs in this network "
		    "namespace already, in another mount namespace; end it first ('espalier stop')",
		    (int)pid);
		return -EAGAIN;
	}
	say_unlit(fd);
	return 0;
}

/* What the lock does not tell where /run is another: a daemon elsewhere, and what one left. */
static int steered_elsewhere(struct daemon *d, const struct pins *pins)
{
	char why[PINS_WHY_LEN];
	int err = light_beacon(d, pins);

	if (err || pins_state(pins) != PINS_NONE || !find_unseen(why, sizeof(why)))
		return err;
	say_error("starting: %s", why);
	return -EXDEV;
}

static int take_lock(struct daemon *d)
{
	char why[PINS_WHY_LEN];
	struct pins pins;
	pid_t holder = 0;
	int err = pins_find(&pins, true, why, sizeof(why)), dead = 0;

	if (err) {
		say_error("finding the place of the pins: %s", why);
		return err;
	}
	say_mounted(&pins);
	came_home_take_in(&pins);
	d->cookie = pins.cookie;
	d->lock = lock_take(pins.cookie, &holder);
	if (d->lock < 0) {
		err = d->lock;
		say_locked(err, holder);
	} else {
		err = steered_elsewhere(d, &pins);
		dead = err ? 0 : dead_take_down(&pins);
	}
	if (dead > 0)
		say("took down what was left of %d network namespace%s that %s gone", dead,
		    dead > 1 ? "s" : "", dead > 1 ? "are" : "is");
	pins_close(&pins);
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
	int err = roles_choose(d->sysfs, d->options, NULL, &d->wanted, &d->roles);

	if (!err)
		roles_say(&d->wanted, &d->roles);
	return err;
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

static int open_xdp(struct daemon *d)
{
	const struct sas_options options = {
		.ring_frames = d->options->ring,
		.ring_frames_given = d->options->ring_given,
		.max_sas = d->options->max_sas,
		.max_sas_given = d->options->max_sas_given,
		.nice = d->options->nice,
		.generic = d->options->generic,
		.uncounted = switches_uncounted(),
	};
	char why[SAS_WHY_LEN] = "";
	int err = sas_open(&d->sas, &options, why, sizeof(why));

	if (!err)
		begin_report(d);
	if (!err && d->sas.adopted)
		roles_adopt(d);
	if (!err)
		err = sas_set_roles(&d->sas, &d->roles, why, sizeof(why));
	if (err) {
		say_error("setting up method xdp: %s", why);
		return err;
	}
	say_threads(&d->sas.maps);
	sas_set_stray_limit(&d->sas, d->options->stray_limit);
	d->sas.maps.host->learn = d->options->learn;
	switches_apply(&d->sas);
	return 0;
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
	sas_beat(&d->sas, clock_now());
	SHARED(d->sas.maps.host->attended) = 1;
	losses_look(&d->losses, &d->sas.maps);
	follow_set_addresses(d);
	return 0;
}

static bool ended(const struct daemon *d)
{
	return d->pending & PENDING_END;
}

/* Interfaces that are measured first are waited for, and what happens meanwhile is acted on. */
static int attach(struct daemon *d)
{
	int err;

	d->starting = true;
	err = interfaces_attach(d);
	while (!err && (candidates_measuring(d) || d->pending & PENDING_LINKS) && !ended(d))
		err = loop_turn(d);
	d->starting = false;
	return err;
}

/* In this order: first what can fail without having changed anything. */
static int (*const steps[])(struct daemon *d) = {
	take_lock,    prepare_metrics,	open_sysfs, choose_roles,     open_undo,
	take_down_foreign, open_xdp,	interfaces_adopt, open_addresses, learner_open,
	follow_open,     rounds_open,	control_open, loop_open,      attach,
	drop_privileges, start_metrics,
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
	char why[512] = "", sum[256];
	int err;

	undo_tell(d->undo, leavings_hear, &d->leavings);
	err = takedown(&d->sas.pins, d->undo, 0, why, sizeof(why));
	leavings_sum(&d->leavings, sum, sizeof(sum));
	if (err && err != -EIO)
		say_error("putting everything back: %s", why);
	else if (err || d->pending & PENDING_TAKEDOWN)
		say("stopped%s", sum);
	control_stopped(d, err, why);
	leavings_clear(&d->leavings);
	return err;
}

/* What was there before this start goes on; what this start made is taken down if it failed. */
static int clean_up(struct daemon *d, bool failed)
{
	bool open = d->sas.maps.host, made = open && !d->sas.adopted;
	bool down = (open && d->pending & PENDING_TAKEDOWN) || (failed && made);
	int err = 0;

	metrics_close(d->metrics);
	rounds_close(d);
	learner_close(d);
	candidates_forget_all(d);
	loop_close(d);
	follow_close(d);
	watch_close(d->watch);
	addrs_free(d->addrs);
	for (int i = 0; failed && !down && i < DAEMON_INTERFACES; i++)
		if (d->interface[i].ifindex && d->interface[i].fresh)
			interfaces_detach(d, &d->interface[i]);
	for (int i = 0; i < DAEMON_INTERFACES; i++)
		steered_end(&d->interface[i]);
	if (down)
		err = take_down(d);
	if (!down && d->sas.maps.host)
		SHARED(d->sas.maps.host->attended) = 0;
	control_close(d);
	undo_close(d->undo);
	sas_close(&d->sas);
	if (d->sysfs)
		close(d->sysfs);
	listener_close(&d->beacon);
	if (d->base)
		event_base_free(d->base);
	for (int i = 0; i < DAEMON_INTERFACES; i++)
		free(d->stopped[i]);
	if (d->lock >= 0)
		lock_release(d->cookie, d->lock);
	return err;
}

static int run(struct daemon *d)
{
	int err = set_up(d);

	if (!err) {
		say("ready: %zu SAs known", sad_count(d->sad));
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
	d->lock = -1;
	listener_init(&d->beacon);
	maps_init(&d->sas.maps);
	pins_init(&d->sas.pins);
	status = run(d);
	free(d);
	return status;
}
