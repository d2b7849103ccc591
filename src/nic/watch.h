/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One rtnetlink socket that follows links and local addresses. It keeps the last state of each
 * link, so what it reports are differences, also when events were lost and it had to dump again.
 */
#ifndef NIC_WATCH_H
#define NIC_WATCH_H

#include "nic/addrs.h"
#include "nic/link.h"

/* What happened to a link: a set of these. */
enum watch_change {
	WATCH_NEW = 1 << 0,	/* appeared (created, recreated, moved into this namespace) */
	WATCH_GONE = 1 << 1,	/* deleted, or moved away: `now` is its last state */
	WATCH_RENAMED = 1 << 2, /* `was->name` -> `now->name` */
	WATCH_UP = 1 << 3,	/* IFF_UP and IFF_RUNNING now both set */
	WATCH_DOWN = 1 << 4,	/* no longer both */
	WATCH_XDP = 1 << 5,	/* program or mode changed */
	WATCH_MTU = 1 << 6,
	WATCH_MASTER = 1 << 7, /* joined or left a bond or bridge */
	WATCH_MAC = 1 << 8,
};

/*
 * WAS is NULL for WATCH_NEW. Recreated under the same name is GONE of the old ifindex, then NEW
 * with another. Valid during the call only; the callback must not call watch functions.
 */
typedef void (*watch_link_fn)(void *ctx, unsigned int changes, const struct link *was,
			      const struct link *now);

struct watch;

/*
 * Open in the namespace of the calling thread, subscribe, then dump both, so that nothing is
 * missed. ADDRS (may be NULL) is kept up and gives its own notices; it stays the caller's. For the
 * links of the first dump the callback is called with WATCH_NEW. Negative errno.
 */
int watch_open(struct watch **out, struct addrs *addrs, watch_link_fn on_link, void *ctx);
void watch_close(struct watch *watch);

/* To poll for reading (non-blocking). */
int watch_fd(const struct watch *watch);

/*
 * Read what is there and report it. Messages that did not come from the kernel are ignored. Lost
 * events (ENOBUFS) are made good by a new dump: 1 is returned then, else 0. Negative errno: the
 * socket is of no more use, or the dump failed; call watch_resync again later.
 */
int watch_read(struct watch *watch);

/*
 * Dump again and report the differences. Worth doing now and then: of a program attached by a
 * bpf_link, or to a link that is down, the kernel sends no event (net/core/dev.c
 * netdev_state_change, bpf_xdp_link_attach).
 */
int watch_resync(struct watch *watch);

/* The links as last seen; NULL if there is none. Valid until the next watch_read. */
const struct link *watch_link(const struct watch *watch, int ifindex);

/* Calls FN for each of them, in no order. */
void watch_each(const struct watch *watch, void (*fn)(void *ctx, const struct link *link),
		void *ctx);

/* The difference of two states of one link. Pure. */
unsigned int watch_diff(const struct link *was, const struct link *now);

#endif
