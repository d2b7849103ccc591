// SPDX-License-Identifier: GPL-2.0-only
// What the daemon does when something happens: SAs, links, addresses, moves, signals, time.
#include "daemon/daemon.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include "daemon/hardware.h"
#include "daemon/say.h"

enum { MOVE_POLL_US = 2000 };

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
	hardware_settle(d);
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	xdp_beat(&d->xdp, daemon_now());
	learner_expire(d);
	roles_look(d);
	hardware_look(d);
	losses_look(d);
	if (!d->options->interval)
		hardware_count(d);
	settle(d);
	sd_notify(0, "WATCHDOG=1");
}

static void on_resync(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	d->sync_wanted = true;
	roles_recheck(d);
	hardware_recheck(d);
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

	reload(d);
}

static int add_event(struct daemon *d, evutil_socket_t fd, short what, event_callback_fn callback,
		     const struct timeval *every)
{
	struct event *event = event_new(d->base, fd, what | EV_PERSIST, callback, d);

	return !event || event_add(event, every) ? -ENOMEM : 0;
}

int loop_set_resync(struct daemon *d)
{
	struct timeval every = {.tv_sec = d->options->resync};

	return event_add(d->resync_timer, &every) ? -ENOMEM : 0;
}

/* The events live as long as the loop; event_base_free() and exit end them. */
int loop_add_events(struct daemon *d)
{
	struct timeval second = {.tv_sec = 1};

	d->move_timer = evtimer_new(d->base, on_moves, d);
	d->resync_timer = event_new(d->base, -1, EV_PERSIST, on_resync, d);
	if (!d->move_timer || !d->resync_timer || loop_set_resync(d) ||
	    add_event(d, sad_fd(d->sad), EV_READ, on_sad, NULL) ||
	    add_event(d, watch_fd(d->watch), EV_READ, on_watch, NULL) ||
	    add_event(d, SIGTERM, EV_SIGNAL, on_end, NULL) ||
	    add_event(d, SIGINT, EV_SIGNAL, on_end, NULL) ||
	    add_event(d, SIGHUP, EV_SIGNAL, on_reload, NULL) ||
	    add_event(d, -1, 0, on_second, &second))
		return -ENOMEM;
	sas_watch_moves(d);
	return 0;
}

int loop_open_watch(struct daemon *d)
{
	int err;

	d->addrs = addrs_new(on_address, d);
	err = d->addrs ? watch_open(&d->watch, d->addrs, on_link, d) : -ENOMEM;
	if (err)
		say("following links and addresses: %s", strerror(-err));
	return err;
}
