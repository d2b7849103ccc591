/* SPDX-License-Identifier: GPL-2.0-only */
/* The local addresses of a network namespace: all interfaces, both families, each known once. */
#ifndef NIC_ADDRS_H
#define NIC_ADDRS_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addrs; /* the set */

/*
 * Told when an address becomes local (LOCAL true) or stops being so: not when a second interface
 * gets the same address. FAMILY is AF_INET or AF_INET6, ADDR 4 or 16 bytes in network order.
 */
typedef void (*addrs_notice_fn)(void *ctx, int family, const void *addr, bool local);

/* An empty set; NOTICE may be NULL. NULL when out of memory. */
struct addrs *addrs_new(addrs_notice_fn notice, void *ctx);
void addrs_free(struct addrs *addrs);

/* Is it local? */
bool addrs_contains(const struct addrs *addrs, int family, const void *addr);

/* Number of different addresses. */
size_t addrs_count(const struct addrs *addrs);

/* Call FN with LOCAL true for each. FN must not change the set. */
void addrs_each(const struct addrs *addrs, addrs_notice_fn fn, void *ctx);

/*
 * Apply one RTM_NEWADDR or RTM_DELADDR: 1 when the set changed, 0 when not, -EBADMSG when it is
 * none of these or malformed, -ENOMEM. The caller has checked that the kernel sent it.
 */
int addrs_apply(struct addrs *addrs, const struct nlmsghdr *nlh);

/*
 * Around a dump: between begin and end every RTM_NEWADDR is applied; end removes what the dump did
 * not name. Events may be applied in between as well.
 */
void addrs_dump_begin(struct addrs *addrs);
void addrs_dump_end(struct addrs *addrs);

/*
 * Fill the set from a dump on a socket of its own, in the namespace of the calling thread; for
 * those who do not watch. Negative errno: the set is as before.
 */
int addrs_sync(struct addrs *addrs);

#endif
