// SPDX-License-Identifier: GPL-2.0-only
// One daemon in a network namespace: the lock, and the beacon where the lock lies elsewhere.
#include "daemon/alone.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include "cli/say.h"
#include "client/attended.h"
#include "client/beacon.h"
#include "client/came_home.h"
#include "client/dead.h"
#include "client/find_pins.h"
#include "client/lock.h"
#include "sas/bpffs.h"

void alone_init(struct alone *alone)
{
	alone->cookie = 0;
	alone->lock = -1;
	listener_init(&alone->beacon);
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
static int light_beacon(struct alone *alone, struct event_base *base, const struct pins *pins)
{
	pid_t pid = 0;
	int fd = beacon_light();

	if (fd >= 0)
		return listener_open(&alone->beacon, base, fd, send_away, NULL);
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
static int steered_elsewhere(struct alone *alone, struct event_base *base, const struct pins *pins)
{
	char why[PINS_WHY_LEN];
	int err = light_beacon(alone, base, pins);

	if (err || pins_state(pins) != PINS_NONE || !find_unseen(why, sizeof(why)))
		return err;
	say_error("starting: %s", why);
	return -EXDEV;
}

int alone_open(struct alone *alone, struct event_base *base)
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
	alone->cookie = pins.cookie;
	alone->lock = lock_take(pins.cookie, &holder);
	if (alone->lock < 0) {
		err = alone->lock;
		say_locked(err, holder);
	} else {
		err = steered_elsewhere(alone, base, &pins);
		dead = err ? 0 : dead_take_down(&pins);
	}
	if (dead > 0)
		say("took down what was left of %d network namespace%s that %s gone", dead,
		    dead > 1 ? "s" : "", dead > 1 ? "are" : "is");
	pins_close(&pins);
	return err;
}

void alone_close(struct alone *alone)
{
	listener_close(&alone->beacon);
	if (alone->lock >= 0)
		lock_release(alone->cookie, alone->lock);
	alone_init(alone);
}
