/* SPDX-License-Identifier: GPL-2.0-only */
/* One netlink conversation; receiving checks that the kernel sent. Inner to nic/. */
#ifndef NIC_NL_H
#define NIC_NL_H

#include <libmnl/libmnl.h>
#include <stddef.h>

/* Room for one message of a dump or event: the kernel fills at most 32 KiB of a dump at once. */
#define NL_BUF_LEN 65536

/*
 * One receive. Length; 0 when the message did not come from the kernel and is to be ignored;
 * -ENOSPC when it was cut off; other negative errno (-EAGAIN, -ENOBUFS).
 */
int nl_recv(int fd, void *buf, size_t len);

/*
 * Send REQUEST on a socket of its own in the namespace of the calling thread and hand each answer
 * to FN, which returns MNL_CB_OK or sets errno and returns MNL_CB_ERROR. A single request must
 * have NLM_F_ACK set, a dump NLM_F_DUMP. Negative errno; -EINTR: the dump changed under way.
 */
int nl_ask(int bus, struct nlmsghdr *request, mnl_cb_t fn, void *ctx);

/* Times that a dump which changed under way is worth another try. */
#define NL_DUMP_TRIES 10

#endif
