/* SPDX-License-Identifier: GPL-2.0-only */
/* A number of the current network namespace that no other has had or will have until the next boot. */
#ifndef NIC_NETNS_H
#define NIC_NETNS_H

#include <stdint.h>

/* The one by which we know it: its cookie, or its number by /proc. 0 or a negative errno. */
int netns_id(uint64_t *id);

/* SO_NETNS_COOKIE (Linux 5.14); -ENOPROTOOPT: the kernel has no such option. */
int netns_cookie(uint64_t *cookie);

/*
 * For a kernel without cookies: the inode number of the namespace's own rtnetlink socket, and that of
 * the namespace above it. A namespace's inode number is given to another as soon as it has died, but
 * those of sockets come from one counter of 32 bits (fs/inode.c, get_next_ino). @netlink: what is read,
 * "/proc/thread-self/net/netlink". 0; -ESRCH: no such socket in it; another negative errno.
 */
int netns_number(const char *netlink, uint64_t *number);

#endif
