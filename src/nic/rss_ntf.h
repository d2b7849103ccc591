/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel tells of whoever rewrites a NIC's hashing: table, key, function or fields
 * (net/ethtool/rss.c ethtool_rss_notify(); Linux 6.17). Earlier ones never tell.
 */
#ifndef NIC_RSS_NTF_H
#define NIC_RSS_NTF_H

#include <libmnl/libmnl.h>
#include <stdbool.h>

struct rss_ntf;

/* Listens, in the network namespace of the calling thread. 0 or a negative errno. */
int rss_ntf_open(struct rss_ntf **out);
void rss_ntf_close(struct rss_ntf *ntf); /* NULL is fine */

/*
 * Was the hashing of this interface rewritten since the last call, by anybody, ourselves included?
 * Also true when messages were lost. Does not wait. NULL: false.
 */
bool rss_ntf_told(struct rss_ntf *ntf, int ifindex);

/* The interface of a message of family ethtool whose main hashing was rewritten; 0: none. Pure. */
int rss_ntf_parse(const struct nlmsghdr *nlh);

#endif
