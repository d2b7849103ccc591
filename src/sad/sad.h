/* SPDX-License-Identifier: GPL-2.0-only */
/* The SAs of this network namespace: followed over XFRM netlink, read from a file, or learned. */
#ifndef SAD_SAD_H
#define SAD_SAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/types.h>

#include "core/sa.h"

enum sad_lost {
	SAD_LOST_OVERFLOW, /* the socket was full: events are gone (ENOBUFS) */
	SAD_LOST_FLUSH,	   /* all SAs of a protocol were flushed, which sends one event */
	SAD_LOST_MIGRATE,  /* SAs changed addresses or encapsulation: no event tells all */
};

/*
 * The consumer. Only inbound SAs are reported, and a pointer holds only during the call. When a
 * kernel or file SA takes the place of a lesser one of the same id, added() comes before removed().
 * A callback must not call a function here that takes a non-const struct sad.
 */
struct sad_ops {
	void (*added)(void *arg, const struct sa *sa);
	/* same id, mark and if_id; not called when only the lifetime counters differ */
	void (*changed)(void *arg, const struct sa *was, const struct sa *now);
	void (*removed)(void *arg, const struct sa *sa);
	/* a sync is wanted; the function that was called says so too. May be NULL. */
	void (*lost)(void *arg, enum sad_lost why);
	/*
	 * is this one of our addresses? Asked about kernel SAs without a direction. An answer holds
	 * until sad_addresses_changed().
	 */
	bool (*is_local)(void *arg, uint8_t family, const __be32 addr[4]);
};

struct sad_stats {
	uint64_t events;       /* messages of the kernel that were applied */
	uint64_t forged;       /* datagrams not from the kernel, ignored */
	uint64_t malformed;    /* messages that do not parse, ignored */
	uint64_t overflows;    /* ENOBUFS or a truncated datagram */
	uint64_t syncs;	       /* completed */
	uint64_t interrupted;  /* dumps that the kernel marked NLM_F_DUMP_INTR */
	uint64_t asked, found; /* sad_ask() */
};

/* returned where an error would be negative: call sad_sync() */
#define SAD_SYNC_WANTED 1

struct sad;

/*
 * Opens three XFRM netlink sockets in the current network namespace (for events, for look-ups, for
 * dumps) and subscribes; reads no SA yet. Needs CAP_NET_ADMIN. `ops` must outlive *sad.
 * -EPROTONOSUPPORT: this kernel has no XFRM (CONFIG_XFRM_USER); else what the socket said.
 */
int sad_open(struct sad **sad, const struct sad_ops *ops, void *arg);

/* The same without a socket: sad_message(), files and learned SAs work. NULL: no memory. */
struct sad *sad_new(const struct sad_ops *ops, void *arg);

/* Frees it; calls no callback. NULL is fine. */
void sad_close(struct sad *sad);

/* The event socket, for the loop (readable: call sad_read); -1 from sad_new(). */
int sad_fd(const struct sad *sad);

/*
 * Drains pending events, then dumps all SAs and reconciles: kernel SAs that the dump does not hold
 * are removed. Blocks for the dump (below 1 us an SA). Nothing is removed unless a dump was
 * complete. -EAGAIN: the dump was interrupted again and again (try later); -ENOMEM; -EBADMSG; of
 * the socket.
 */
int sad_sync(struct sad *sad);

/* returned by sad_sync_slice(): call it again */
#define SAD_SYNC_GOING 2

/*
 * The same in slices: begins, or goes on with what was begun, and returns once CLOCK_MONOTONIC has
 * reached @until_ns and a datagram more. SAD_SYNC_GOING: it is not complete. Until it is,
 * sad_read() reads nothing: what events say is newer than what a dump holds, and must come after it.
 */
int sad_sync_slice(struct sad *sad, uint64_t until_ns);

/*
 * Applies the events waiting on sad_fd(); never blocks. 0, SAD_SYNC_WANTED, or an error of the
 * socket. Nothing is read while a sync is going on. May stop before the socket is empty (a storm must not hold the loop): it stays readable.
 */
int sad_read(struct sad *sad);

/*
 * Applies one datagram (one or more netlink messages), as received from the port `from_pid`. Pure:
 * no system call. Any bytes at any alignment of 4 are safe. 0; SAD_SYNC_WANTED; -EPERM: not from
 * the kernel (from_pid is not 0), nothing applied; -EBADMSG: something did not parse and was left
 * out; -ENOMEM.
 */
int sad_message(struct sad *sad, const void *buf, size_t len, uint32_t from_pid);

/*
 * Looks one SA up in the kernel (XFRM_MSG_GETSA) and applies the answer: a larval SA sends no
 * event. Does not wait: the kernel answers within the send, on the request socket. Finds no SA with
 * a mark (the kernel's lookup is by mark 0; those come by event or dump). 0: found; -ESRCH: none;
 * -ENOTCONN: from sad_new(); else of the socket.
 */
int sad_ask(struct sad *sad, const struct sa_id *id);

/* The addresses of this host changed: who is inbound is decided anew. */
void sad_addresses_changed(struct sad *sad);

/* Some inbound SA with this id or NULL. The pointer holds until the next non-const call. */
const struct sa *sad_find(const struct sad *sad, const struct sa_id *id);

/* Calls fn for each inbound SA, in no order, until fn returns non-zero; returns that, or 0. */
int sad_each(const struct sad *sad, int (*fn)(void *arg, const struct sa *sa), void *arg);

/* Inbound SAs. */
size_t sad_count(const struct sad *sad);

const struct sad_stats *sad_stats(const struct sad *sad);

/*
 * The SAs of a file become exactly these (sas_file_read()); at start and on reload. An SA of the
 * kernel with the same id hides that of the file as long as it lives. -ENOMEM: some of these are
 * missing, and those of the file before are still there.
 */
int sad_set_file(struct sad *sad, const struct sa *sas, size_t n);

/*
 * Adds what learn_packet() made. now_ns: any clock, the same as for sad_learned_idle().
 * -EEXIST: an SA with this id is there already (any source): nothing changed; -ENOMEM.
 */
int sad_learned_add(struct sad *sad, const struct sa *sa, uint64_t now_ns);

/*
 * Removes learned SAs without a packet for idle_ns. last() says when the last packet of this SA
 * was seen (0: none since it was learned). Returns how many were removed.
 */
size_t sad_learned_idle(struct sad *sad, uint64_t now_ns, uint64_t idle_ns,
			uint64_t (*last)(void *arg, const struct sa *sa), void *arg);

#endif
