// SPDX-License-Identifier: GPL-2.0-only
// Takes those who connect, one by one.
#include "daemon/listener.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

void listener_init(struct listener *listener)
{
	*listener = (struct listener){.fd = -1};
}

/* Where descriptors are out the socket stays readable: without a pause the loop would turn for nothing else. */
static void pause_a_second(struct listener *listener)
{
	static const struct timeval second = {.tv_sec = 1};

	listener_pause(listener);
	event_add(listener->resume, &second);
}

static void on_connection(evutil_socket_t fd, short what, void *arg)
{
	struct listener *listener = arg;
	int taken = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (taken >= 0)
		listener->taken(taken, listener->arg);
	else if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
		pause_a_second(listener);
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
	listener_resume(arg);
}

int listener_open(struct listener *listener, struct event_base *base, int fd,
		  void (*taken)(int fd, void *arg), void *arg)
{
	*listener = (struct listener){
		.fd = fd,
		.event = event_new(base, fd, EV_READ | EV_PERSIST, on_connection, listener),
		.resume = evtimer_new(base, on_resume, listener),
		.taken = taken,
		.arg = arg,
	};
	return !listener->event || !listener->resume || event_add(listener->event, NULL) ? -ENOMEM
											 : 0;
}

void listener_pause(struct listener *listener)
{
	if (!listener->event)
		return;
	event_del(listener->event);
	event_del(listener->resume);
}

void listener_resume(struct listener *listener)
{
	if (listener->event)
		event_add(listener->event, NULL);
}

void listener_close(struct listener *listener)
{
	if (listener->event)
		event_free(listener->event);
	if (listener->resume)
		event_free(listener->resume);
	if (listener->fd >= 0)
		close(listener->fd);
	listener_init(listener);
}
