/* SPDX-License-Identifier: GPL-2.0-only */
/* The flow dissectors of this machine, whoever attached them, as the kernel tells of them. */
#ifndef STEER_DISSECTORS_H
#define STEER_DISSECTORS_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

/* A link of a flow dissector. */
struct dissector_link {
	__u32 id, program;  /* the link's, the program's */
	unsigned int netns; /* the inode number of its namespace; 0: that is gone */
};

/* What an open link is. 0; -EINVAL: it is no flow dissector's; another negative errno. */
int dissector_link_read(int link, struct dissector_link *info);

/* The inode number of the network namespace at @path, "/proc/thread-self/ns/net"; 0: not to be
 * told. */
unsigned int dissector_netns(const char *path);

/*
 * The first dissector but @ours (all 0: none) that is in the way of one in the namespace at @netns:
 * any there, any in the initial namespace, and where that is the same, any at all. True, and @who
 * is "what it is; what to do". What is attached to other namespaces without a link is not found.
 * Without CAP_SYS_ADMIN links are not found either, but what is attached to @netns is.
 */
bool dissectors_find(const struct dissector_link *ours, const char *netns, char *who, size_t size);

#endif
