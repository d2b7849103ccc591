/* SPDX-License-Identifier: GPL-2.0-only */
/* One XFRM netlink message as an event: bytes in, meaning out; no system call, no state. */
#ifndef SAD_XFRM_H
#define SAD_XFRM_H

#include <libmnl/libmnl.h>
#include <linux/xfrm.h>

#include "sad/sad.h"

#ifndef XFRM_OFFLOAD_PACKET
#define XFRM_OFFLOAD_PACKET 4 /* Linux 6.2; older headers lack it */
#endif

enum xfrm_kind {
	XFRM_NOTHING, /* not about an SA that could be received */
	XFRM_SA,      /* this SA is there, so */
	XFRM_GONE,    /* of `sa` only id, mark and if_id are set */
	XFRM_MOVED,   /* the peer's NAT changed: of `sa` only id, src and encap_sport are set */
	XFRM_FLUSHED,
	XFRM_MIGRATED,
};

struct xfrm_event {
	enum xfrm_kind kind;
	struct sa sa;
};

/*
 * The message at *at of a datagram of `len` bytes, and *at goes to the next; NULL: none is left, or
 * (*at < len) what is left is none. Not mnl_nlmsg_ok(): for it a length of 2 GiB or more is
 * negative, and so fits.
 */
const struct nlmsghdr *xfrm_next(const void *datagram, size_t len, size_t *at);

/*
 * Reads a message from xfrm_next(). What the kernel sends: net/xfrm/xfrm_user.c,
 * copy_to_user_state_extra() for the attributes. Messages about other protocols than ESP and AH,
 * and about SPI 0 (a failed ALLOCSPI leaves such an SA behind), are XFRM_NOTHING. -EBADMSG: a
 * header or a known attribute is too short, or the family is neither AF_INET nor AF_INET6.
 */
int xfrm_read(const struct nlmsghdr *nlh, struct xfrm_event *event);

#endif
