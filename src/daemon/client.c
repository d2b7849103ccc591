// SPDX-License-Identifier: GPL-2.0-only
// The client's side of `move` and `stop`.
#include "daemon/client.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "daemon/control.h"
#include "daemon/say.h"
#include "daemon/takedown.h"
#include "nic/netns.h"

static int ask(uint64_t cookie, const struct control_request *request, struct control_reply *reply)
{
	struct timeval patience = {.tv_sec = 30};
	struct sockaddr_un address;
	ssize_t got = -1;
	int fd, err = 0;

	control_address(cookie, &address);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (connect(fd, (void *)&address, sizeof(address)) < 0 ||
	    send(fd, request, sizeof(*request), MSG_NOSIGNAL) < 0)
		err = -errno;
	else
		got = recv(fd, reply, sizeof(*reply), 0);
	if (!err && got < 0)
		err = -errno;
	else if (!err && (got != (ssize_t)sizeof(*reply) || reply->magic != CONTROL_MAGIC))
		err = -EPROTO;
	close(fd);
	reply->said[sizeof(reply->said) - 1] = 0;
	return err;
}

static int find_pins(struct pins *pins, char *said, size_t size)
{
	int err;

	pins_init(pins);
	if (geteuid()) {
		snprintf(said, size, "this needs root; use sudo");
		return -EPERM;
	}
	err = pins_find(pins, false, said, size);
	return err == -ENOENT ? 1 : err; /* no bpffs, so nothing is pinned */
}

int daemon_move(const struct move_request *move, char *said, size_t size)
{
	struct control_request request = {
		.magic = CONTROL_MAGIC,
		.what = CONTROL_MOVE,
		.move = *move,
	};
	struct control_reply reply = {0};
	uint64_t cookie;
	int err = netns_id(&cookie);

	if (!err)
		err = ask(cookie, &request, &reply);
	if (err == -ENOENT || err == -ECONNREFUSED)
		snprintf(said, size,
			 "no daemon runs in this network namespace; start one with "
			 "'espalier run IF'");
	else if (err)
		snprintf(said, size, "asking the daemon: %s", strerror(-err));
	else
		snprintf(said, size, "%s", reply.said);
	return err ? err : reply.err;
}

/* The daemon answers before it takes everything down; its lock is free when it is done. */
static int await_end(uint64_t cookie)
{
	static const struct timespec pause = {.tv_nsec = 20000000};

	for (int i = 0; i < 1500; i++) {
		if (lock_holder(cookie) <= 0)
			return 0;
		nanosleep(&pause, NULL);
	}
	return -ETIMEDOUT;
}

static int stop_by_daemon(const struct pins *pins, const char *interface, char *said, size_t size)
{
	struct control_request request = {.magic = CONTROL_MAGIC, .what = CONTROL_STOP};
	struct control_reply reply = {0};
	int err;

	snprintf(request.interface, sizeof(request.interface), "%s", interface ? interface : "");
	err = ask(pins->cookie, &request, &reply);
	if (err) {
		snprintf(said, size,
			 "asking the daemon (pid %d): %s; end it with SIGTERM, then run "
			 "'espalier stop' again",
			 (int)lock_holder(pins->cookie), strerror(-err));
		return err;
	}
	snprintf(said, size, "%s", reply.said);
	if (reply.err || interface)
		return reply.err;
	err = await_end(pins->cookie);
	if (err)
		snprintf(said, size, "the daemon (pid %d) does not come to an end",
			 (int)lock_holder(pins->cookie));
	return err;
}

static int stop_from_pins(struct pins *pins, unsigned int ifindex, char *said, size_t size)
{
	struct undo *undo = NULL;
	pid_t holder = 0;
	char file[64];
	int lock, err;

	lock = lock_take(pins->cookie, &holder);
	if (lock < 0) {
		snprintf(said, size,
			 lock == -EAGAIN ? "a daemon (pid %d) is just starting; try again"
					 : "taking the lock: " RUN_DIR " cannot be used (error %d): "
					   "see that it is a directory which root alone can write",
			 lock == -EAGAIN ? (int)holder : -lock);
		return lock;
	}
	lock_file_name(pins->cookie, "json", file, sizeof(file));
	err = undo_open(&undo, RUN_DIR, file, say_line, NULL, said, size);
	if (!err)
		err = takedown(pins, undo, ifindex, said, size);
	undo_close(undo);
	lock_release(pins->cookie, lock);
	return err;
}

static int stop_found(struct pins *pins, const char *interface, unsigned int ifindex, char *said,
		      size_t size)
{
	int err = 0;

	if (lock_holder(pins->cookie) > 0) {
		err = stop_by_daemon(pins, interface, said, size);
		if (err || interface)
			return err;
	}
	/* Also after the daemon's own: what a crash left is found here. */
	err = stop_from_pins(pins, ifindex, said, size);
	if (!err)
		snprintf(said, size, "%s is no longer steered, and every setting is as it was",
			 interface ? interface : "this network namespace");
	return err;
}

int daemon_stop(const char *interface, char *said, size_t size)
{
	unsigned int ifindex = interface ? if_nametoindex(interface) : 0;
	struct pins pins;
	int err = find_pins(&pins, said, size);

	if (err < 0)
		return err;
	if (interface && !ifindex) {
		snprintf(said, size,
			 "there is no interface %s; 'espalier show' lists what is steered",
			 interface);
		err = -ENODEV;
	} else if (err > 0) {
		snprintf(said, size, "nothing is steered here");
		err = 0;
	} else {
		err = stop_found(&pins, interface, ifindex, said, size);
	}
	pins_close(&pins);
	return err;
}
