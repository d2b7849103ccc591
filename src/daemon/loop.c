// SPDX-License-Identifier: GPL-2.0-only
// What the daemon does when something happens: SAs, links, addresses, moves, signals, time.
#include "daemon/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>
#include "cli/say.h"
#include "cli/signals.h"
#include "daemon/lost.h"
#include "daemon/reload.h"
#include "daemon/steered.h"
#include "host/clock.h"

enum { MOVE_POLL_US = 2000 };

struct loop {
	struct event *moves, *resync, *second, *sad, *watch, *signals;
	int signal_fd;
};

/* Is that pending? It is no longer. */
static bool take(struct daemon *d, enum pending what)
{
	bool pending = d->pending & what;

	d->pending &= ~(unsigned int)what;
	return pending;
}

/* By SIGHUP. */
static void again(struct daemon *d)
{
	struct timeval every = {0};

	if (!reload(d))
		return;
	every.tv_sec = d->options->resync;
	(void)event_add(d->loop->resync, &every);
}

/*
 * In this order: what changes the SAs, then where they belong, then the methods, which follow all
 * that. Each interface that is let go of or tried takes its time: the next is for the next turn,
 * which does not wait. First those go that make room, or come back in the same place.
 */
static int settle(struct daemon *d)
{
	int err = 0;

	if (!d->starting && take(d, PENDING_RELOAD))
		again(d);
	if (take(d, PENDING_ADDRESSES))
		follow_set_addresses(&d->follow);
	if (take(d, PENDING_LEAVE))
		interfaces_leave_one(&d->interfaces);
	else if (take(d, PENDING_LINKS))
		err = interfaces_attach(&d->interfaces, d->starting);
	if (d->pending & PENDING_ROUND)
		follow_count(&d->follow);
	if (d->pending & PENDING_SYNC)
		follow_sync_slice(&d->follow);
	if (take(d, PENDING_CHANGED)) {
		rounds_soon(d->rounds);
		d->pending |= PENDING_RULES;
	}
	if (take(d, PENDING_ROUND) && !d->sas.adopting)
		rounds_run(d->rounds);
	if (!d->sas.adopting && take(d, PENDING_RULES))
		steered_settle(&d->interfaces);
	return err;
}

static void on_second(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	sas_beat(&d->sas, clock_now());
	learner_expire(&d->learner);
	roles_keep(&d->roles, rounds_kept(d->rounds)->cpu);
	roles_tick(&d->roles);
	steered_tick(&d->interfaces);
	if (!d->starting && !d->sas.adopting)
		spread_tick(&d->spread, clock_now());
	losses_tick(&d->losses, &d->sas.maps);
	if (!d->options->interval)
		follow_count(&d->follow);
	if (!d->follow.synced)
		d->pending |= PENDING_SYNC;
	sd_notify(0, "WATCHDOG=1");
}

static void on_resync(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	uint16_t busy[CPU_SETSIZE];

	d->pending |= PENDING_SYNC;
	sas_loads_receiving(rounds_loads(d->rounds), busy);
	roles_recheck(&d->roles, busy);
	if (steered_queues_moved(&d->interfaces))
		(void)roles_apply(&d->roles, &d->roles.now);
	watch_resync(d->watch); /* some changes send no event: a program taken off by its link */
	follow_retry(&d->follow);
	if (!d->starting && !d->sas.adopting)
		lost_look(d->undo, d->sas.maps.report);
}

static void on_moves(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	moves_poll(&d->sas.moves, clock_now());
}

static void watch_moves(struct daemon *d)
{
	static const struct timeval soon = {.tv_usec = MOVE_POLL_US};

	if (d->sas.moves.active && !event_pending(d->loop->moves, EV_TIMEOUT, NULL))
		event_add(d->loop->moves, &soon);
}

static void on_sad(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	int err = sad_read(d->follow.sad);

	if (err == SAD_SYNC_WANTED)
		d->pending |= PENDING_SYNC;
	else if (err < 0)
		say_error("reading the kernel's SA events: %s", strerror(-err));
}

static void on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	int err = watch_read(d->watch);

	if (err < 0)
		say_error("reading link and address events: %s", strerror(-err));
}

static void on_link(void *arg, unsigned int changes, const struct link *was, const struct link *now)
{
	struct daemon *d = arg;

	interfaces_link_changed(&d->interfaces, changes, now);
}

static void on_address(void *arg, int family, const void *addr, bool local)
{
	struct daemon *d = arg;

	d->pending |= PENDING_ADDRESSES;
}

static void on_signal(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	int signal;

	while ((signal = signals_next(fd)))
		if (signal == SIGHUP)
			d->pending |= PENDING_RELOAD;
		else
			d->pending |= PENDING_END | (d->options->keep ? 0 : PENDING_TAKEDOWN);
}

static int add(struct daemon *d, struct event **event, int fd, short what,
	       event_callback_fn callback, const struct timeval *every)
{
	*event = event_new(d->base, fd, (short)(what | EV_PERSIST), callback, d);
	return !*event || event_add(*event, every) ? -ENOMEM : 0;
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
	if (!loop->moves || add(d, &loop->resync, -1, 0, on_resync, &resync) ||
	    add(d, &loop->sad, sad_fd(d->follow.sad), EV_READ, on_sad, NULL) ||
	    add(d, &loop->watch, watch_fd(d->watch), EV_READ, on_watch, NULL) ||
	    add(d, &loop->signals, loop->signal_fd, EV_READ, on_signal, NULL) ||
	    add(d, &loop->second, -1, 0, on_second, &second))
		return -ENOMEM;
	return 0;
}

void loop_close(struct daemon *d)
{
	struct loop *loop = d->loop;

	if (!loop)
		return;
	struct event *events[] = {loop->moves, loop->resync, loop->second,
				  loop->sad,   loop->watch,  loop->signals};

	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (events[i])
			event_free(events[i]);
	if (loop->signal_fd >= 0)
		close(loop->signal_fd);
	free(loop);
	d->loop = NULL;
}

int loop_turn(struct daemon *d)
{
	unsigned int at_once = PENDING_LEAVE | PENDING_LINKS | PENDING_SYNC |
			       (d->starting ? 0 : PENDING_RELOAD);
	int wait = d->pending & at_once ? EVLOOP_NONBLOCK : 0;

	watch_moves(d);
	if (event_base_loop(d->base, EVLOOP_ONCE | wait) < 0)
		d->pending |= PENDING_END;
	return d->pending & PENDING_END ? 0 : settle(d);
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
