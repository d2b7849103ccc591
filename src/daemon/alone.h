/* SPDX-License-Identifier: GPL-2.0-only */
/* One daemon in a network namespace, whatever the mount namespaces; and what dead ones left. */
#ifndef DAEMON_ALONE_H
#define DAEMON_ALONE_H

#include <stdint.h>
#include "daemon/listener.h"

struct alone {
	uint64_t cookie;	/* of the network namespace */
	int lock;		/* -1: not ours */
	struct listener beacon; /* lit: no other daemon starts in this network namespace */
};

/* Not alone yet: what alone_close() leaves. */
void alone_init(struct alone *alone);

/*
 * From now on no other daemon starts. What was left of network namespaces that are gone is taken
 * down. 0; or a negative errno, said.
 */
int alone_open(struct alone *alone, struct event_base *base);

void alone_close(struct alone *alone);

#endif
