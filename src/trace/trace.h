/* SPDX-License-Identifier: GPL-2.0-only */
/* A stream of packets, wherever they come from: captures, or traffic that is made up. */
#ifndef TRACE_TRACE_H
#define TRACE_TRACE_H

#include "core/flow.h"

struct trace_packet {
	__u64 ns; /* of a capture: since 1970, as it says; made up: since the first packet */
	struct flow flow;
};

struct trace_ops {
	/* Takes a packet; the pointer holds only during the call. */
	void (*packet)(void *arg, const struct trace_packet *packet);
	/*
	 * Called every TRACE_PAUSE packets or so: `done` of `all` is read (bytes of the file, or
	 * packets); `all` is 0 if nobody knows. May be NULL. Not 0: reading stops and returns it.
	 */
	int (*pause)(void *arg, __u64 done, __u64 all);
};

enum { TRACE_PAUSE = 65536 };

#endif
