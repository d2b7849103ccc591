// SPDX-License-Identifier: GPL-2.0-only
// `espalier run`: sets everything up, loops, and puts everything back or leaves it steering.
#include "daemon/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>
#include "daemon/lock.h"
#include "daemon/meet.h"
#include "daemon/say.h"
#include "daemon/switches.h"
#include "daemon/takedown.h"

enum { MOVE_POLL_US = 2000 };

uint64_t daemon_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

/* What happened in this turn of the loop is acted on at its end, once. */
static void settle(struct daemon *d)
{
	if (d->addresses_changed)
		sas_set_addresses(d);
	if (d->links_changed) {
		d->links_changed = false;
		interfaces_attach(d, false);
	}
	if (d->sync_wanted)
		sas_sync(d);
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	xdp_beat(&d->xdp, daemon_now());
	learner_expire(d);
	settle(d);
	sd_notify(0, "WATCHDOG=1");
}

static void on_resync(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	d->sync_wanted = true;
	watch_resync(d->watch); /* some changes send no event: a program taken off by its link */
	settle(d);
	sas_retry(d);
}

static void on_moves(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	moves_poll(&d->xdp.moves, daemon_now());
	sas_watch_moves(d);
}

void sas_watch_moves(struct daemon *d)
{
	struct timeval soon = {.tv_usec = MOVE_POLL_US};

	if (d->xdp.moves.active && d->move_timer && !event_pending(d->move_timer, EV_TIMEOUT, NULL))
		event_add(d->move_timer, &soon);
}

static void on_sad(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	int err = sad_read(d->sad);

	if (err == SAD_SYNC_WANTED)
		d->sync_wanted = true;
	else if (err < 0)
		say("reading the kernel's SA events: %s", strerror(-err));
	settle(d);
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	int err = watch_read(d->watch);

	if (err < 0)
		say("reading link and address events: %s", strerror(-err));
	settle(d);
}

static void on_link(void *arg, unsigned int changes, const struct link *was, const struct link *now)
{
	interfaces_link_changed(arg, changes, was, now);
}

static void on_address(void *arg, int family, const void *addr, bool local)
{
	struct daemon *d = arg;

	d->addresses_changed = true;
}

static void on_end(evutil_socket_t signal, short what, void *arg)
{
	struct daemon *d = arg;

	d->takedown = !d->options->keep;
	event_base_loopexit(d->base, NULL);
}

static void on_reload(evutil_socket_t signal, short what, void *arg)
{
	struct daemon *d = arg;

	if (d->options->sas && !sas_reload(d))
		say("read %s again", d->options->sas);
	sas_sync(d);
}

static int add_event(struct daemon *d, evutil_socket_t fd, short what, event_callback_fn callback,
		     const struct timeval *every)
{
	struct event *event = event_new(d->base, fd, what | EV_PERSIST, callback, d);

	return !event || event_add(event, every) ? -ENOMEM : 0;
}

/* The events live as long as the loop; event_base_free() and exit end them. */
static int add_events(struct daemon *d)
{
	struct timeval second = {.tv_sec = 1}, resync = {.tv_sec = d->options->resync};

	d->move_timer = evtimer_new(d->base, on_moves, d);
	if (!d->move_timer || add_event(d, sad_fd(d->sad), EV_READ, on_sad, NULL) ||
	    add_event(d, watch_fd(d->watch), EV_READ, on_watch, NULL) ||
	    add_event(d, SIGTERM, EV_SIGNAL, on_end, NULL) ||
	    add_event(d, SIGINT, EV_SIGNAL, on_end, NULL) ||
	    add_event(d, SIGHUP, EV_SIGNAL, on_reload, NULL) ||
	    add_event(d, -1, 0, on_second, &second) || add_event(d, -1, 0, on_resync, &resync))
		return -ENOMEM;
	sas_watch_moves(d);
	return 0;
}

static int open_undo(struct daemon *d)
{
	char file[64], why[512] = "";
	int err;

	lock_file_name(d->xdp.pins.cookie, "json", file, sizeof(file));
	err = undo_open(&d->undo, RUN_DIR, file, say_line, NULL, why, sizeof(why));
	if (err)
		say("opening the record of changed settings: %s", why);
	return err;
}

static int take_lock(struct daemon *d)
{
	struct pins pins;
	pid_t holder = 0;
	int err = pins_find(&pins, true);

	if (err) {
		say("finding bpffs: %s; mount it: mount -t bpf bpf /sys/fs/bpf, or start with "
		    "nsenter --net=... instead of ip netns exec",
		    strerror(-err));
		return err;
	}
	d->cookie = pins.cookie;
	d->lock = lock_take(pins.cookie, &holder);
	if (d->lock == -EAGAIN)
		say("starting: a daemon (pid %d) runs in this network namespace already; it takes "
		    "any "
		    "number of interfaces; end it first",
		    (int)holder);
	else if (d->lock < 0)
		say("locking " RUN_DIR ": %s", strerror(-d->lock));
	return d->lock < 0 ? d->lock : 0;
}

static int open_xdp(struct daemon *d, const struct cpu_roles *roles)
{
	const struct xdp_options options = {
		.ring_frames = d->options->ring,
		.ring_frames_given = d->options->ring_given,
		.max_sas = d->options->max_sas,
		.max_sas_given = d->options->max_sas_given,
		.nice = d->options->nice,
	};
	char why[XDP_WHY_LEN] = "";
	int err = xdp_open(&d->xdp, &options, why, sizeof(why));

	if (!err)
		err = xdp_set_roles(&d->xdp, roles, why, sizeof(why));
	if (err) {
		say("setting up method xdp: %s", why);
		return err;
	}
	xdp_set_stray_limit(&d->xdp, d->options->stray_limit);
	d->xdp.maps.host->learn = d->options->learn;
	switches_apply(&d->xdp);
	return 0;
}

static int open_watch(struct daemon *d)
{
	int err;

	d->addrs = addrs_new(on_address, d);
	err = d->addrs ? watch_open(&d->watch, d->addrs, on_link, d) : -ENOMEM;
	if (err)
		say("following links and addresses: %s", strerror(-err));
	return err;
}

/* In this order: first what can fail without having changed anything. */
static int set_up(struct daemon *d)
{
	struct cpu_roles roles;
	int err = take_lock(d);

	if (!err)
		err = roles_choose(d->options, &roles);
	if (!err)
		err = open_xdp(d, &roles);
	if (!err)
		err = open_undo(d);
	if (!err && d->xdp.adopted)
		err = interfaces_adopt(d);
	if (!err)
		err = open_watch(d);
	if (err)
		return err;
	xdp_beat(&d->xdp, daemon_now());
	sas_set_addresses(d);
	err = sas_open(d);
	if (!err)
		err = learner_open(d);
	if (!err)
		err = control_open(d);
	if (!err)
		err = interfaces_attach(d, true);
	if (!err)
		err = add_events(d);
	if (!err && privileges_drop(&d->xdp.pins))
		say("could not drop capabilities; going on with all of them");
	return err;
}

/* What was there before this start goes on; what this start made is taken down if it failed. */
static int clean_up(struct daemon *d, bool failed)
{
	bool down = failed ? !d->xdp.adopted : d->takedown;
	char why[512] = "";
	int err = 0;

	control_close(d);
	learner_close(d);
	sas_close(d);
	watch_close(d->watch);
	addrs_free(d->addrs);
	for (int i = 0; failed && !down && i < DAEMON_INTERFACES; i++)
		if (d->interface[i].ifindex && d->interface[i].fresh)
			interfaces_detach(d, &d->interface[i]);
	if (down && d->undo && d->xdp.pins.cookie) {
		err = takedown(&d->xdp.pins, d->undo, 0, why, sizeof(why));
		if (err)
			say("putting everything back: %s", why);
		else if (!failed)
			say("stopped; every setting is as it was");
	} else if (down && d->xdp.maps.host) {
		pins_remove(&d->xdp.pins);
	}
	undo_close(d->undo);
	xdp_close(&d->xdp);
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
		say("ready: %zu SAs known, method xdp", sad_count(d->sad));
		sd_notify(0, "READY=1");
		event_base_dispatch(d->base);
		sd_notify(0, "STOPPING=1");
		if (!d->takedown)
			say("stopping; steering goes on from the pins (--keep)");
	}
	return clean_up(d, err) || err ? 1 : 0;
}

/* What would be done, as far as it can be told without doing it. */
static int dry_run(const struct run_options *options)
{
	struct cpu_roles roles;
	int err = roles_choose(options, &roles);
	int bad = meet_dry_run(options);

	return bad ? bad : err;
}

int daemon_run(const struct run_options *options)
{
	struct daemon *d;
	int status;

	if (geteuid()) {
		say("running: this needs root; use sudo, or let systemd start it");
		return 1;
	}
	if (options->dry_run)
		return dry_run(options) ? 1 : 0;
	d = calloc(1, sizeof(*d));
	if (d)
		d->base = event_base_new();
	if (!d || !d->base) {
		say("starting: out of memory");
		free(d);
		return 1;
	}
	d->options = options;
	d->lock = -1;
	d->started_ns = daemon_now();
	maps_init(&d->xdp.maps);
	for (int i = 0; i < RING_KINDS; i++)
		d->xdp.rings.program[i] = -1;
	status = run(d);
	free(d);
	return status;
}
