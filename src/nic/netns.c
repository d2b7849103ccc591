// SPDX-License-Identifier: GPL-2.0-only
// Which network namespace this is.
#include "nic/netns.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

int netns_cookie(uint64_t *cookie)
{
	socklen_t size = sizeof(*cookie);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, &size) < 0)
		err = -errno;
	close(fd);
	return err;
}

/* Columns: sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode; the kernel's own socket has Pid 0. */
static int rtnetlink_inode(FILE *file, unsigned long *inode)
{
	unsigned int protocol, pid;
	char line[256];

	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s %u %u %*s %*s %*s %*s %*s %*s %lu", &protocol, &pid, inode) == 3 &&
		    protocol == NETLINK_ROUTE && !pid && *inode)
			return 0;
	return -ESRCH;
}

int netns_number(const char *netlink, uint64_t *number)
{
	unsigned long inode = 0;
	struct stat ns;
	FILE *file;
	int err;

	if (stat("/proc/thread-self/ns/net", &ns))
		return -errno;
	file = fopen(netlink, "re");
	if (!file)
		return -errno;
	err = rtnetlink_inode(file, &inode);
	fclose(file);
	*number = (uint64_t)ns.st_ino << 32 | (uint32_t)inode;
	return err;
}

int netns_id(uint64_t *id)
{
	int err = netns_cookie(id);

	return err == -ENOPROTOOPT ? netns_number("/proc/thread-self/net/netlink", id) : err;
}
