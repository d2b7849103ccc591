// SPDX-License-Identifier: GPL-2.0-only
// The lock of a namespace: an advisory lock on a file, which the kernel drops when we die.
#include "daemon/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void lock_file_name(uint64_t cookie, const char *suffix, char *name, size_t size)
{
	snprintf(name, size, "%llx.%s", (unsigned long long)cookie, suffix);
}

static int lock_open(uint64_t cookie)
{
	char name[64], path[128];
	int fd;

	if (mkdir(RUN_DIR, 0700) < 0 && errno != EEXIST)
		return -errno;
	lock_file_name(cookie, "lock", name, sizeof(name));
	snprintf(path, sizeof(path), RUN_DIR "/%s", name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	return fd < 0 ? -errno : fd;
}

static pid_t read_pid(int fd)
{
	char text[32] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		return 0;
	return (pid_t)strtol(text, NULL, 10);
}

int lock_take(uint64_t cookie, pid_t *holder)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd = lock_open(cookie);
	char text[32];
	int err, n;

	if (fd < 0)
		return fd;
	if (fcntl(fd, F_OFD_SETLK, &whole) < 0) {
		err = errno == EACCES ? -EAGAIN : -errno;
		*holder = read_pid(fd);
		close(fd);
		return err;
	}
	n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) < 0 || pwrite(fd, text, n, 0) != n) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

pid_t lock_holder(uint64_t cookie)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	pid_t holder = 0;
	int fd = lock_open(cookie);

	if (fd < 0)
		return fd;
	if (!fcntl(fd, F_OFD_GETLK, &whole) && whole.l_type != F_UNLCK)
		holder = read_pid(fd);
	close(fd);
	return holder;
}
