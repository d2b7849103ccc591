// SPDX-License-Identifier: GPL-2.0-only
// The sysfs that is mounted at /sys, where it is that of our network namespace.
#include "nic/sysfs_host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Has that file of the interface just this text? */
static bool says(int sysfs, const char *name, const char *file, const char *text)
{
	char path[64], line[128];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "class/net/%s/%s", name, file);
	fd = openat(sysfs, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	line[n] = 0;
	line[strcspn(line, "\n")] = 0;
	return !strcmp(line, text);
}

/* True if sysfs shows it as we see it; @told: it has an address, which tells it from another's. */
static bool shows(int sysfs, const char *name, const struct sockaddr_ll *seen, bool *told)
{
	char number[16], address[3 * sizeof(seen->sll_addr) + 1] = "";
	size_t length = seen->sll_halen;

	if (length > sizeof(seen->sll_addr))
		return true; /* longer than we are told here */
	for (size_t i = 0; i < length; i++) {
		snprintf(address + 3 * i, 4, "%02x:", seen->sll_addr[i]);
		*told |= seen->sll_addr[i] != 0;
	}
	if (length)
		address[3 * length - 1] = 0;
	snprintf(number, sizeof(number), "%d", seen->sll_ifindex);
	return says(sysfs, name, "ifindex", number) &&
	       (!length || says(sysfs, name, "address", address));
}

/* How many interfaces it shows. */
static size_t shown(int sysfs)
{
	int fd = openat(sysfs, "class/net", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	size_t n = 0;

	if (fd >= 0 && !dir)
		close(fd);
	while (dir && (entry = readdir(dir)))
		n += entry->d_type == DT_LNK; /* a file there is of bonding */
	if (dir)
		closedir(dir);
	return n;
}

static bool is_ours(int sysfs)
{
	struct ifaddrs *all, *at;
	bool told = false, same = true;
	size_t n = 0;

	if (getifaddrs(&all))
		return false;
	for (at = all; at && same; at = at->ifa_next) {
		if (!at->ifa_addr || at->ifa_addr->sa_family != AF_PACKET)
			continue;
		n++;
		same = shows(sysfs, at->ifa_name, (const struct sockaddr_ll *)at->ifa_addr, &told);
	}
	freeifaddrs(all);
	return same && told && n == shown(sysfs);
}

int sysfs_host(void)
{
	int fd = open("/sys", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct statfs stat;

	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &stat) || stat.f_type != SYSFS_MAGIC) {
		close(fd);
		return -ENODEV;
	}
	if (!is_ours(fd)) {
		close(fd);
		return -EXDEV;
	}
	return fd;
}
