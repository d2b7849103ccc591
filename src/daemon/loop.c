// SPDX-License-Identifier: GPL-2.0-only
// What the daemon does when something happens: SAs, links, addresses, moves, signals, time.
#include "daemon/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include "cli/say.h"
#include "cli/signals.h"
#include "daemon/steered.h"
#include "host/clock.h"

enum { MOVE_POLL_US = 2000 };

struct loop {
	struct event *moves, *attach, *resync, *second, *sad, *watch, *signals;
	int signal_fd;
	bool reload; /* asked for while starting */
};

void loop_settle(struct daemon *d)
{
	if (d->addresses_changed)
		follow_set_addresses(d);
	if (d->links_changed)
		loop_attach_soon(d);
	if (d->sync_wanted)
		follow_sync(d);
	steered_settle(d);
}

void loop_attach_soon(struct daemon *d)
{
	static const struct timeval at_once;

	if (d->loop)
		event_add(d->loop->attach, &at_once);
}

/* One at a time: between two of them comes what else is waiting. */
static void on_attach(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	int err;

	d->links_changed = false;
	err = interfaces_attach(d);
	if (err) { /* only while starting */
		d->failed = err;
		event_base_loopbreak(d->base);
	}
	loop_settle(d);
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	sas_beat(&d->sas, clock_now());
	learner_expire(d);
	roles_look(d);
	steered_look(d);
	losses_look(d);
	if (!d->options->interval)
		steered_count(d);
	loop_settle(d);
	sd_notify(0, "WATCHDOG=1");
}

static void on_resync(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	d->sync_wanted = true;
	roles_recheck(d);
	steered_recheck(d);
	watch_resync(d->watch); /* some changes send no event: a program taken off by its link */
	loop_settle(d);
	follow_retry(d);
}

static void on_moves(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	moves_poll(&d->sas.moves, clock_now());
	loop_watch_moves(d);
}

void loop_watch_moves(struct daemon *d)
{
	struct timeval soon = {.tv_usec = MOVE_POLL_US};
	struct event *timer = d->loop ? d->loop->moves : NULL;

	if (d->sas.moves.active && timer && !event_pending(timer, EV_TIMEOUT, NULL))
		event_add(timer, &soon);
}

static void on_sad(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	int err = sad_read(d->sad);

	if (err == SAD_SYNC_WANTED)
		d->sync_wanted = true;
	else if (err < 0)
		say_error("reading the kernel's SA events: %s", strerror(-err));
	loop_settle(d);
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	int err = watch_read(d->watch);

	if (err < 0)
		say_error("reading link and address events: %s", strerror(-err));
	loop_settle(d);
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

void loop_end(struct daemon *d, bool takedown)
{
	d->ended = true;
	d->takedown |= takedown;
	event_base_loopexit(d->base, NULL);
}

static void on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	int signal;

	while ((signal = signals_next(fd)))
		if (signal != SIGHUP)
			loop_end(d, !d->options->keep);
		else if (d->starting)
			d->loop->reload = true;
		else
			reload(d);
}

static int add(struct daemon *d, struct event **event, int fd, short what,
	       event_callback_fn callback, const struct timeval *every)
{
	*event = event_new(d->base, fd, (short)(what | EV_PERSIST), callback, d);
	return !*event || event_add(*event, every) ? -ENOMEM : 0;
}

int loop_set_resync(struct daemon *d)
{
	struct timeval every = {.tv_sec = d->options->resync};

	return event_add(d->loop->resync, &every) ? -ENOMEM : 0;
}

int loop_open(struct daemon *d)
{
	const struct timeval second = {.tv_sec = 1}, resync = {.tv_sec = d->options->resync};
	struct loop *loop = d->loop = calloc(1, sizeof(*loop));

	if (!loop)
		return -ENOMEM;
	loop->signal_fd = signals_open();
	if (loop->signal_fd < 0)
		return loop->signal_fd;
	loop->moves = evtimer_new(d->base, on_moves, d);
	loop->attach = evtimer_new(d->base, on_attach, d);
	if (!loop->moves || !loop->attach || add(d, &loop->resync, -1, 0, on_resync, &resync) ||
	    add(d, &loop->sad, sad_fd(d->sad), EV_READ, on_sad, NULL) ||
	    add(d, &loop->watch, watch_fd(d->watch), EV_READ, on_watch, NULL) ||
	    add(d, &loop->signals, loop->signal_fd, EV_READ, on_signal, NULL) ||
	    add(d, &loop->second, -1, 0, on_second, &second))
		return -ENOMEM;
	loop_watch_moves(d);
	return 0;
}

void loop_close(struct daemon *d)
{
	struct loop *loop = d->loop;

	if (!loop)
		return;
	struct event *events[] = {loop->moves, loop->attach,  loop->resync, loop->second,
				  loop->sad,   loop->watch, loop->signals};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i])
			event_free(events[i]);
	if (loop->signal_fd >= 0)
		close(loop->signal_fd);
	free(loop);
	d->loop = NULL;
}

void loop_once(struct daemon *d)
{
	event_base_loop(d->base, EVLOOP_ONCE);
}

void loop_run(struct daemon *d)
{
	if (d->loop->reload)
		reload(d);
	if (!d->ended)
		event_base_dispatch(d->base);
}

int loop_open_watch(struct daemon *d)
{
	int err;

	d->addrs = addrs_new(on_address, d);
	err = d->addrs ? watch_open(&d->watch, d->addrs, on_link, d) : -ENOMEM;
	if (err)
		say_error("following links and addresses: %s", strerror(-err));
	return err;
}
