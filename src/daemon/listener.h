/* SPDX-License-Identifier: GPL-2.0-only */
/* A socket that listens, in the daemon's loop. */
#ifndef DAEMON_LISTENER_H
#define DAEMON_LISTENER_H

#include <event2/event.h>

struct listener {
	int fd;		      /* -1: none */
	struct event *event;  /* somebody wants to connect */
	struct event *resume; /* after a pause */
	void (*taken)(int fd, void *arg);
	void *arg;
};

/* None: what listener_close() leaves. */
void listener_init(struct listener *listener);

/*
 * From now on each who connects to @fd is given to @taken, as a descriptor that does not block and is
 * the callee's. @fd is the listener's, also on failure. 0 or -ENOMEM.
 */
int listener_open(struct listener *listener, struct event_base *base, int fd,
		  void (*taken)(int fd, void *arg), void *arg);

/* Nobody is taken, until listener_resume(); those who connect wait. */
void listener_pause(struct listener *listener);
void listener_resume(struct listener *listener);

void listener_close(struct listener *listener);

#endif
