// SPDX-License-Identifier: GPL-2.0-only
// The client's side of `move` and `stop`.
#include "client/client.h"

#include <errno.h>
#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "client/ask.h"
#include "client/attended.h"
#include "client/came_home.h"
#include "client/dead.h"
#include "client/find_pins.h"
#include "client/stop_words.h"
#include "client/takedown.h"
#include "nic/netns.h"

int daemon_move(const struct move_request *move, struct move_answer *answer)
{
	struct control_request request = {
		.magic = CONTROL_MAGIC,
		.what = CONTROL_MOVE,
		.move = *move,
	};
	struct control_reply reply = {0};
	char *said = answer->said;
	size_t size = sizeof(answer->said);
	uint64_t cookie;
	pid_t pid;
	int err = netns_id(&cookie);
	int fd = err ? err : ask_connect(cookie, &pid);

	err = fd < 0 ? fd : ask_once(fd, &request, &reply);
	if (fd >= 0)
		close(fd);
	if (err == -ECONNREFUSED)
		snprintf(said, size,
			 "no daemon runs in this network namespace; start one with "
			 "'espalier run IF'");
	else if (err)
		snprintf(said, size, "asking the daemon: %s", ask_why(err));
	else
		snprintf(said, size, "%s", reply.said);
	answer->from = reply.from;
	answer->to = reply.to;
	return err ? err : reply.err;
}

/* Whom we are connected to. */
struct peer {
	int fd;	   /* or why there is none, a negative errno */
	pid_t pid; /* 0: of another process namespace */
	int process; /* as a descriptor; -1: none */
};

static void peer_open(struct peer *peer, uint64_t cookie)
{
	peer->fd = ask_connect(cookie, &peer->pid);
	peer->process = peer->fd >= 0 && peer->pid > 0 ? (int)syscall(SYS_pidfd_open, peer->pid, 0) : -1;
}

static void peer_close(const struct peer *peer)
{
	if (peer->fd >= 0)
		close(peer->fd);
	if (peer->process >= 0)
		close(peer->process);
}

/*
 * The daemon answers before it ends. Where its process is not to be seen, its lock is free when it is
 * done; that is ours to see only where its RUN_DIR is ours, and elsewhere a process we do not see is
 * never reached.
 */
static int await_end(const struct peer *peer, uint64_t cookie, int seconds)
{
	static const struct timespec pause = {.tv_nsec = 20000000};
	struct pollfd end = {.fd = peer->process, .events = POLLIN};

	if (peer->process >= 0)
		return poll(&end, 1, 1000 * seconds) > 0 ? 0 : -ETIMEDOUT;
	for (int i = 0; i < 50 * seconds; i++) {
		if (lock_holder(cookie) <= 0)
			return 0;
		nanosleep(&pause, NULL);
	}
	return -ETIMEDOUT;
}

/* What was not put back comes first, one message each. */
static int hear_stop(int fd, struct stop_answer *answer, struct control_reply *reply)
{
	int err = ask_hear(fd, reply);

	for (; !err && reply->kind != CONTROL_SAID; err = ask_hear(fd, reply))
		leavings_keep(&answer->leavings,
			      reply->kind == CONTROL_FAILED ? UNDO_FAILED : UNDO_LEFT_ALONE,
			      reply->said);
	return err;
}

static bool is_no_answer(int err)
{
	return err == -ECONNRESET || err == -EPIPE || err == -ECONNREFUSED;
}

/* The pid is worth nothing where it is of another process namespace. */
static const char *name_daemon(pid_t pid, char name[32])
{
	if (pid > 0)
		snprintf(name, 32, "the daemon (pid %d)", (int)pid);
	else
		snprintf(name, 32, "the daemon");
	return name;
}

/*
 * *ends: the daemon comes to its end, or did already; then what it left is to be looked for.
 */
static int stop_by_daemon(const struct peer *peer, const struct pins *pins, const char *interface,
			  struct stop_answer *answer, bool *ends)
{
	struct control_request request = {.magic = CONTROL_MAGIC, .what = CONTROL_STOP};
	struct control_reply reply = {0};
	char name[32];
	int err;

	snprintf(request.interface, sizeof(request.interface), "%s", interface ? interface : "");
	err = peer->fd < 0 ? peer->fd : ask_send(peer->fd, &request);
	if (!err)
		err = hear_stop(peer->fd, answer, &reply);
	/* One that ends by itself, or is killed, answers no more. */
	*ends = err ? is_no_answer(err) && !await_end(peer, pins->cookie, 2) : reply.ends;
	if (err && *ends)
		return 0;
	if (err) {
		snprintf(answer->said, sizeof(answer->said),
			 "asking %s: %s; end it with SIGTERM, then run 'espalier stop' again",
			 name_daemon(peer->pid, name), ask_why(err));
		return err;
	}
	snprintf(answer->said, sizeof(answer->said), "%s", reply.said);
	answer->stopped = reply.stopped;
	err = *ends ? await_end(peer, pins->cookie, 30) : 0;
	if (err)
		snprintf(answer->said, sizeof(answer->said), "%s does not come to an end",
			 name_daemon(peer->pid, name));
	return err ? err : reply.err;
}

static int take_down(struct pins *pins, const char *interface, struct undo *undo,
		     struct stop_answer *answer)
{
	unsigned int ifindex = interface ? if_nametoindex(interface) : 0;
	char why[512] = "";
	int err;

	answer->stopped |= takedown_any(pins, undo, ifindex);
	if (!answer->stopped && ifindex && takedown_steered(pins, undo)) {
		stop_nothing(interface, answer->said, sizeof(answer->said));
		return 0;
	}
	err = takedown(pins, undo, ifindex, why, sizeof(why));
	if (err || answer->stopped)
		stop_sentence(interface, &answer->leavings, err, why, answer->said,
			      sizeof(answer->said));
	else
		stop_nothing(NULL, answer->said, sizeof(answer->said));
	return err;
}

static int stop_from_pins(struct pins *pins, const char *interface,
			  struct stop_answer *answer)
{
	struct undo *undo = NULL;
	pid_t holder = 0;
	char file[64];
	int lock, err;

	lock = lock_take(pins->cookie, &holder);
	if (lock < 0) {
		snprintf(answer->said, sizeof(answer->said),
			 lock == -EAGAIN ? "a daemon (pid %d) is just starting; try again"
					 : "taking the lock: " RUN_DIR " cannot be used (error %d): "
					   "see that it is a directory which root alone can write",
			 lock == -EAGAIN ? (int)holder : -lock);
		return lock;
	}
	lock_file_name(pins->cookie, "json", file, sizeof(file));
	err = undo_open(&undo, RUN_DIR, file, leavings_keep, &answer->leavings, answer->said,
			sizeof(answer->said));
	if (!err)
		err = take_down(pins, interface, undo, answer);
	undo_close(undo);
	lock_release(pins->cookie, lock);
	return err;
}

/*
 * Is there a daemon, or may there be one, after ask_connect() said @connected? Nothing is taken from
 * under it. Where a stranger has its name, its heartbeat tells.
 */
static bool may_live(int connected, const struct pins *pins)
{
	if (connected == -ECONNREFUSED)
		return false;
	return connected >= 0 || connected == -EAGAIN || connected == -EXDEV || attended(pins);
}

static int stop_found(struct pins *pins, const char *interface, struct stop_answer *answer)
{
	struct peer peer = {.pid = lock_holder(pins->cookie)};
	bool starting = peer.pid > 0, ends = true;
	int err = 0;

	peer_open(&peer, pins->cookie);
	if (starting || may_live(peer.fd, pins))
		err = stop_by_daemon(&peer, pins, interface, answer, &ends);
	peer_close(&peer);
	/* Also after the daemon's own: what a crash left is found here. */
	return err || !ends ? err : stop_from_pins(pins, interface, answer);
}

/* Told with what else there is to say. */
static void stop_dead(const struct pins *pins, struct stop_answer *answer)
{
	size_t used = strlen(answer->said);
	int dead = dead_take_down(pins);

	if (dead > 0)
		snprintf(answer->said + used, sizeof(answer->said) - used,
			 "; what was left of %d network namespace%s that %s gone was taken down too",
			 dead, dead > 1 ? "s" : "", dead > 1 ? "are" : "is");
}

/* They would stand in the way of finding what is here. */
static void stop_came_home(void)
{
	char why[PINS_WHY_LEN];
	struct pins pins;

	if (pins_find(&pins, false, why, sizeof(why)))
		return;
	came_home_take_in(&pins);
	pins_close(&pins);
}

int daemon_stop(const char *interface, struct stop_answer *answer)
{
	struct pins pins;
	int err;

	memset(answer, 0, sizeof(*answer));
	if (geteuid()) {
		snprintf(answer->said, sizeof(answer->said), "this needs root; use sudo");
		return -EPERM;
	}
	stop_came_home();
	err = find_pins(&pins, answer->said, sizeof(answer->said));
	if (err && err != -ENOENT)
		return err;
	if (interface && !if_nametoindex(interface)) {
		snprintf(answer->said, sizeof(answer->said),
			 "there is no interface %s; 'espalier show' lists what is steered",
			 interface);
		err = -ENODEV;
	} else if (err) {
		stop_nothing(NULL, answer->said, sizeof(answer->said));
		err = 0;
	} else {
		err = stop_found(&pins, interface, answer);
		if (!err && !interface)
			stop_dead(&pins, answer);
	}
	pins_close(&pins);
	return err;
}
