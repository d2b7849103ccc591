// SPDX-License-Identifier: GPL-2.0-only
// Requests of `move` and `stop`: one datagram asks, one answers, over a socket that only root
// opens.
#include "daemon/control.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "cli/say.h"
#include "client/messages.h"
#include "client/stop_words.h"
#include "daemon/listener.h"
#include "host/clock.h"

enum { CLIENTS = 8 };

/* Somebody who is connected. */
struct client {
	struct control *control;
	struct event *event; /* NULL: the place is free */
	int fd;
};

struct control {
	struct event_base *base;
	struct interfaces *interfaces;
	struct sas *sas;
	struct listener listener;
	int stopper; /* the client that waits for everything to be taken down; -1: nobody does */
	char stopping[IFNAMSIZ]; /* the interface that it named; "" is all */
	struct client client[CLIENTS];
	char path[108];
};

static bool is_named(const struct sas *sas, __u32 slot, const struct move_request *move)
{
	const struct sa_cold *cold = table_cold(&sas->table, slot);

	if (sa_word_spi(table_word(&sas->table, slot)) != move->spi)
		return false;
	if (move->protocol && move->protocol != cold->protocol)
		return false;
	return !move->family || (move->family == cold->family &&
				 !memcmp(move->dst, cold->dst, cold->family == AF_INET ? 4 : 16));
}

/* The slot that a request names: -ENOENT, or -ENOTUNIQ if several SAs have the SPI. */
static int find_slot(const struct sas *sas, const struct move_request *move)
{
	int found = -ENOENT;

	for (__u32 i = 0; i < sas->known.count; i++) {
		if (!is_named(sas, sas->known.slot[i], move))
			continue;
		if (found >= 0)
			return -ENOTUNIQ;
		found = (int)sas->known.slot[i];
	}
	return found;
}

static const char *why_not(int err)
{
	switch (err) {
	case -ENOENT:
		return "no such SA is steered; 'espalier show --all' lists them";
	case -ENOTUNIQ:
		return "several SAs have this SPI; name one with --dst or --protocol";
	case -EBUSY:
		return "it is still moving; try again in a second";
	case -EAGAIN:
		return "too many moves are under way; try again in a second";
	case -ENODEV:
		return "that CPU takes no SAs; 'espalier show' lists those that do";
	case -EPERM:
		return "it is hands off: the NIC decrypts it, and it takes no ring";
	case -ETIME:
		return "its traffic has no gap now in which it could move in order; try again, or run "
		       "with --reorder";
	case -ENOSYS:
		return "an interface's method itself decides where SAs are; --method names others";
	default:
		return strerror(-err);
	}
}

static int move_to(struct sas *sas, __u32 slot, const struct move_request *move,
		   struct control_reply *reply)
{
	int err = sas_move_by_hand(sas, slot, move->cpu, clock_now());

	if (err && err != -EALREADY)
		return err;
	reply->to = (int32_t)move->cpu;
	if (err) {
		snprintf(reply->said, sizeof(reply->said),
			 "SA 0x%08x is on CPU %d, and now stays there", move->spi, reply->from);
		return 0;
	}
	snprintf(reply->said, sizeof(reply->said),
		 "SA 0x%08x moves from CPU %d to CPU %d, and stays there", move->spi, reply->from,
		 reply->to);
	return 0;
}

/* Nothing to do is no error. */
static void release(struct sas *sas, __u32 slot, const struct move_request *move,
		    struct control_reply *reply)
{
	int err = sas_release(sas, slot);

	snprintf(reply->said, sizeof(reply->said),
		 err ? "SA 0x%08x was not put on CPU %d, where it is, by hand; nothing to do"
		     : "SA 0x%08x, on CPU %d now, goes wherever the load says from now on",
		 move->spi, reply->from);
}

static int do_move(struct control *control, const struct move_request *move,
		   struct control_reply *reply)
{
	struct sas *sas = control->sas;
	int slot = find_slot(sas, move);
	int err = slot;

	if (slot >= 0)
		reply->from = (int32_t)sas_cpu(sas, slot);
	if (sas->placed_elsewhere) {
		err = -ENOSYS;
	} else if (slot >= 0 && move->cpu == MOVE_AUTO) {
		release(sas, slot, move, reply);
		err = 0;
	} else if (slot >= 0) {
		err = move_to(sas, slot, move, reply);
	}
	if (err < 0)
		snprintf(reply->said, sizeof(reply->said), "%s", why_not(err));
	else
		*control->interfaces->pending |= PENDING_CHANGED;
	return err;
}

static void send_line(int client, const struct leaving *leaving)
{
	struct control_reply reply = {
		.magic = CONTROL_MAGIC,
		.kind = leaving->failed ? CONTROL_FAILED : CONTROL_LEFT_ALONE,
	};

	snprintf(reply.said, sizeof(reply.said), "%s", leaving->line);
	send(client, &reply, sizeof(reply), MSG_NOSIGNAL);
}

static void send_lines(int client, const struct leavings *leavings)
{
	for (size_t i = 0; i < leavings->count; i++)
		send_line(client, &leavings->list[i]);
}

/* "; eb2, eb3 stay steered": what goes on. */
static void say_others(const struct interfaces *interfaces, char *said, size_t size)
{
	size_t n = strlen(said), first = n;
	int others = 0;

	for (int i = 0; i < HOST_INTERFACES && n < size; i++)
		if (interface_stays(&interfaces->at[i]))
			n += (size_t)snprintf(said + n, size - n, "%s%s", others++ ? ", " : "; ",
					      interfaces->at[i].name);
	if (n > first && n < size)
		snprintf(said + n, size - n, " stay%s steered", others == 1 ? "s" : "");
}

static void stop_one(struct interfaces *all, struct interface *interface, int client,
		     struct control_reply *reply)
{
	struct leavings leavings = {0};
	char name[IFNAMSIZ];

	snprintf(name, sizeof(name), "%s", interface->name);
	(void)interfaces_forgo(all, name);
	undo_tell(all->undo, leavings_hear, &leavings);
	reply->err = interfaces_detach(all, interface);
	undo_tell(all->undo, say_line, NULL);
	reply->stopped = true;
	stop_sentence(name, &leavings, reply->err, "", reply->said, sizeof(reply->said));
	say_others(all, reply->said, sizeof(reply->said));
	say("%s", reply->said);
	send_lines(client, &leavings);
	leavings_clear(&leavings);
}

/* The client is answered when it is done. */
static void stop_all(struct control *control, const char *interface, int client)
{
	static const struct timeval patience = {.tv_sec = 1};

	if (control->stopper < 0) {
		control->stopper = dup(client);
		fcntl(control->stopper, F_SETFL, 0); /* by then there is no loop to be held */
		setsockopt(control->stopper, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
		snprintf(control->stopping, sizeof(control->stopping), "%s", interface);
	}
	*control->interfaces->pending |= PENDING_END | PENDING_TAKEDOWN;
}

/* False: the answer comes later. */
static bool do_stop(struct control *control, const struct control_request *request, int client,
		    struct control_reply *reply)
{
	struct interfaces *all = control->interfaces;
	struct interface *named = NULL;
	int others = candidates_measuring(all->candidates);

	for (int i = 0; i < HOST_INTERFACES; i++) {
		if (!all->at[i].ifindex)
			continue;
		if (!strcmp(all->at[i].name, request->interface))
			named = &all->at[i];
		else
			others += interface_stays(&all->at[i]);
	}
	if (!request->interface[0] || (named && !others)) {
		stop_all(control, request->interface, client);
		return false;
	}
	if (named)
		stop_one(all, named, client, reply);
	else if (interfaces_forgo(all, request->interface))
		snprintf(
			reply->said, sizeof(reply->said),
			"%s was not steered yet, and will not be until 'espalier run' is started again",
			request->interface);
	else
		stop_nothing(others ? request->interface : NULL, reply->said, sizeof(reply->said));
	return true;
}

void control_stopped(struct control *control, const struct leavings *leavings, int err,
		     const char *why)
{
	struct control_reply reply = {
		.magic = CONTROL_MAGIC, .err = err, .stopped = true, .ends = true};

	if (!control || control->stopper < 0)
		return;
	send_lines(control->stopper, leavings);
	stop_sentence(control->stopping, leavings, err, why, reply.said, sizeof(reply.said));
	send(control->stopper, &reply, sizeof(reply), MSG_NOSIGNAL);
	close(control->stopper);
	control->stopper = -1;
}

/* False: the answer comes later. */
static bool serve(struct control *control, const struct control_request *request, int client,
		  struct control_reply *reply)
{
	if (request->what == CONTROL_STOP)
		return do_stop(control, request, client, reply);
	if (request->what == CONTROL_MOVE) {
		reply->err = do_move(control, &request->move, reply);
		return true;
	}
	snprintf(reply->said, sizeof(reply->said), "the daemon does not know this request");
	reply->err = -EPROTO;
	return true;
}

/* A client that gave up, or was killed, has been told that nothing was done. */
static bool is_gone(int fd)
{
	struct pollfd peer = {.fd = fd, .events = POLLRDHUP};

	return poll(&peer, 1, 0) > 0 && peer.revents & (POLLRDHUP | POLLHUP | POLLERR);
}

static void answer(struct client *client)
{
	struct control_reply reply = {.magic = CONTROL_MAGIC, .from = -1, .to = -1};
	struct control_request request = {0};
	/* With MSG_TRUNC also of a larger one the size is told. */
	ssize_t got = recv(client->fd, &request, sizeof(request), MSG_DONTWAIT | MSG_TRUNC);
	bool ready = true;

	if (got <= 0 || is_gone(client->fd))
		return;
	request.interface[sizeof(request.interface) - 1] = 0;
	if (got == (ssize_t)sizeof(request) && request.magic == CONTROL_MAGIC) {
		ready = serve(client->control, &request, client->fd, &reply);
	} else {
		snprintf(reply.said, sizeof(reply.said),
			 "the daemon is of another version; use its own program");
		reply.err = -EPROTO;
	}
	if (ready)
		send(client->fd, &reply, sizeof(reply), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void client_end(struct client *client)
{
	event_free(client->event);
	close(client->fd);
	client->event = NULL;
	listener_resume(&client->control->listener);
}

/* Its request, or it was silent for too long. */
static void on_request(evutil_socket_t fd, short what, void *arg)
{
	struct client *client = arg;

	if (what & EV_READ)
		answer(client);
	client_end(client);
}

static struct client *free_place(struct control *control)
{
	for (int i = 0; i < CLIENTS; i++)
		if (!control->client[i].event)
			return &control->client[i];
	return NULL;
}

static void on_client(int fd, void *arg)
{
	static const struct timeval patience = {.tv_sec = 1};
	struct control *control = arg;
	struct client *client = free_place(control);

	client->control = control;
	client->fd = fd;
	client->event = event_new(control->base, fd, EV_READ, on_request, client);
	if (!client->event)
		close(fd);
	else if (event_add(client->event, &patience))
		client_end(client);
	if (!free_place(control))
		listener_pause(&control->listener); /* until one of these ends */
}

static int listen_there(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err = 0;
	mode_t mask = umask(0177);

	if (fd < 0 || bind(fd, (const void *)address, sizeof(*address)) < 0 || listen(fd, 8) < 0)
		err = -errno;
	umask(mask);
	if (err && fd >= 0)
		close(fd);
	return err ? err : fd;
}

int control_open(struct control **out, struct event_base *base, struct interfaces *interfaces)
{
	struct control *control = *out = calloc(1, sizeof(*control));
	struct sockaddr_un address;
	int fd, err;

	if (!control)
		return -ENOMEM;
	control->base = base;
	control->interfaces = interfaces;
	control->sas = interfaces->sas;
	control->stopper = -1;
	listener_init(&control->listener);
	control_address(control->sas->pins.cookie, &address);
	snprintf(control->path, sizeof(control->path), "%s", address.sun_path);
	unlink(control->path); /* the lock is ours, so this is a dead daemon's */
	fd = listen_there(&address);
	err = fd < 0 ? fd : listener_open(&control->listener, base, fd, on_client, control);
	if (err)
		say_error("listening on %s: %s", control->path, strerror(-err));
	return err;
}

void control_close(struct control *control)
{
	if (!control)
		return;
	for (int i = 0; i < CLIENTS; i++)
		if (control->client[i].event)
			client_end(&control->client[i]);
	listener_close(&control->listener);
	if (control->stopper >= 0)
		close(control->stopper);
	unlink(control->path);
	free(control);
}
