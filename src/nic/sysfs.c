// SPDX-License-Identifier: GPL-2.0-only
// sysfs of a network namespace, through a private mount.
#include "nic/sysfs.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include "nic/sysfs_host.h"

/* sysfs takes the network namespace of whoever calls fsopen (fs/sysfs/mount.c). */
static int mount_here(void)
{
	int fs, mnt;

	fs = fsopen("sysfs", FSOPEN_CLOEXEC);
	if (fs < 0)
		return -errno;
	if (fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0)) {
		mnt = -errno;
	} else {
		mnt = fsmount(fs, FSMOUNT_CLOEXEC,
			      MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
		if (mnt < 0)
			mnt = -errno;
	}
	close(fs);
	return mnt;
}

int sysfs_open(int netns_fd)
{
	int own, mnt;

	if (netns_fd < 0) {
		mnt = mount_here();
		own = mnt == -EPERM ? sysfs_host() : mnt;
		return own < 0 ? mnt : own;
	}
	own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (own < 0)
		return -errno;
	if (setns(netns_fd, CLONE_NEWNET)) {
		mnt = -errno;
	} else {
		mnt = mount_here();
		/* In a namespace that is not ours everything else would hit the wrong devices. */
		if (setns(own, CLONE_NEWNET))
			abort();
	}
	close(own);
	return mnt;
}

int sysfs_take(int kept)
{
	return kept ? kept : sysfs_open(-1);
}

void sysfs_give(int kept, int taken)
{
	if (!kept && taken >= 0)
		close(taken);
}

static bool name_ok(const char *ifname)
{
	size_t len = strlen(ifname);

	return len && len < IFNAMSIZ && !strchr(ifname, '/') && strcmp(ifname, ".") &&
	       strcmp(ifname, "..");
}

static bool path_ok(const char *path)
{
	return *path && *path != '/' && !strstr(path, "..");
}

static int if_open(int sysfs, const char *ifname, const char *path, int flags)
{
	char full[512];
	int fd;

	if (!name_ok(ifname) || !path_ok(path))
		return -EINVAL;
	if ((size_t)snprintf(full, sizeof(full), "class/net/%s", ifname) >= sizeof(full))
		return -EINVAL;
	if (faccessat(sysfs, full, F_OK, 0))
		return errno == ENOENT ? -ENODEV : -errno;
	if ((size_t)snprintf(full, sizeof(full), "class/net/%s/%s", ifname, path) >= sizeof(full))
		return -EINVAL;
	fd = openat(sysfs, full, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* The whole of a small file, without its final newline. */
static int read_small(int fd, char *buf, size_t len)
{
	size_t used = 0;
	ssize_t n;

	do {
		n = read(fd, buf + used, len - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		used += n;
	} while (n && used < len);
	if (used == len)
		return -EFBIG;
	while (used && buf[used - 1] == '\n')
		used--;
	buf[used] = 0;
	return used;
}

int sysfs_if_read(int sysfs, const char *ifname, const char *path, char *buf, size_t len)
{
	int fd, n;

	fd = if_open(sysfs, ifname, path, O_RDONLY);
	if (fd < 0)
		return fd;
	n = read_small(fd, buf, len);
	close(fd);
	return n;
}

int sysfs_if_write(int sysfs, const char *ifname, const char *path, const char *value)
{
	size_t len = strlen(value);
	ssize_t n;
	int fd;

	fd = if_open(sysfs, ifname, path, O_WRONLY);
	if (fd < 0)
		return fd;
	n = write(fd, value, len);
	if (n < 0)
		n = -errno;
	else
		n = (size_t)n == len ? 0 : -EIO;
	close(fd);
	return n;
}

static int if_number(int sysfs, const char *ifname, const char *path, int none)
{
	char text[32], *end;
	long value;

	if (sysfs_if_read(sysfs, ifname, path, text, sizeof(text)) <= 0)
		return none;
	value = strtol(text, &end, 10);
	return *end || value < 0 || value > INT32_MAX ? none : (int)value;
}

int sysfs_numa_node(int sysfs, const char *ifname)
{
	return if_number(sysfs, ifname, "device/numa_node", -1);
}

int sysfs_numvfs(int sysfs, const char *ifname)
{
	return if_number(sysfs, ifname, "device/sriov_numvfs", 0);
}

static int by_number(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* FD is given up. */
static int list_numbers(int fd, int *out, int max)
{
	struct dirent *entry;
	int n = 0;
	DIR *dir;

	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return 0;
	}
	while ((entry = readdir(dir))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		if (n < max)
			out[n] = atoi(entry->d_name);
		n++;
	}
	closedir(dir);
	qsort(out, n < max ? n : max, sizeof(*out), by_number);
	return n;
}

static bool is_virtio(int sysfs, const char *ifname)
{
	char path[64 + IFNAMSIZ], target[256];
	ssize_t n;

	snprintf(path, sizeof(path), "class/net/%s/device/subsystem", ifname);
	n = readlinkat(sysfs, path, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = 0;
	return n >= 7 && !strcmp(target + n - 7, "/virtio");
}

/* The device of a virtio NIC is the virtio one; the PCI device with the interrupts is its parent.
 */
static int open_irqs(int sysfs, const char *ifname)
{
	char path[64 + IFNAMSIZ];
	int fd;

	snprintf(path, sizeof(path), "class/net/%s/device/msi_irqs", ifname);
	fd = openat(sysfs, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 || !is_virtio(sysfs, ifname))
		return fd;
	snprintf(path, sizeof(path), "class/net/%s/device/../msi_irqs", ifname);
	return openat(sysfs, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int sysfs_irqs(int sysfs, const char *ifname, int *irqs, int max)
{
	int fd;

	if (!name_ok(ifname))
		return 0;
	fd = open_irqs(sysfs, ifname);
	return fd < 0 ? 0 : list_numbers(fd, irqs, max);
}

int sysfs_irq_affinity(int irq, char *buf, size_t len)
{
	char path[64];
	int fd, n;

	snprintf(path, sizeof(path), "/proc/irq/%d/smp_affinity_list", irq);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read_small(fd, buf, len);
	close(fd);
	return n;
}
